"""Roll-out switches: what is on in which county, who switched it, when and why (M28)."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import switch_capability
from aquacert.accounts.forms import SwitchForm
from aquacert.accounts.queries import board, places_named, turns_page
from aquacert.accounts.rules.capabilities import CAPABILITY_NAMES
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import children


@bp.get("/switches")
@allowed(P.CAPABILITY_SWITCH, P.REGISTER_KEEP)
def switches() -> ResponseReturnValue:
    """The board of one prefecture's counties, and every turn."""
    return _board_page(SwitchForm(formdata=None))


@bp.post("/switches")
@allowed(P.CAPABILITY_SWITCH)
def switch() -> ResponseReturnValue:
    """Turn one switch."""
    form = SwitchForm()
    if form.validate_on_submit():
        with form.keeping(), work(once=form.key()) as w:
            within = _province(w)
            places = places_named(w, form.division_code.data, within, "division_code")
            if len(places) != 1:
                raise Invalid("请写一个区划。", division_code="一次启停一个区划，请写一个")
            [place] = places
            switch_capability(
                w,
                name=form.name.data,
                division_code=place,
                is_on=form.turn.data == "on",
                because=form.because.data,
            )
            w.reply = url_for(".switches", city=_city_of(place))
        if not form.wrong:
            flash(_("已启停，记录都留着"))
            return redirect(url_for(".switches", city=_city_of(place)))
    return _board_page(form)


def _city_of(code: str) -> str:
    """Return the prefecture that holds a code of GB/T 2260, "" for the province itself."""
    return "" if code.endswith("0000") else f"{code[:4]}00"


def _province(unit: Look) -> str:
    return f"{unit.settings.province}0000"


def _board_page(form: SwitchForm) -> ResponseReturnValue:
    with look() as unit:
        province, scope = _province(unit), current_actor().scope
        cities = [
            place
            for place in children(unit, province)
            if scope.everything or any(code[:4] == place.code[:4] for code in scope.divisions)
        ]
        asked = request.args.get("city", "")
        city = next((p.code for p in cities if p.code == asked), cities[0].code if cities else "")
        counties = [place.code for place in children(unit, city)] if city else []
        if not scope.everything:
            counties = [code for code in counties if code in scope.divisions]
        lines = board(unit, [province, city, *counties] if city else [province])
        pages = turns_page(unit, city, request.args.get("page", 1, type=int))
    return page(
        "accounts/switches.html",
        form=form,
        cities=cities,
        city=city,
        lines=lines,
        pages=pages,
        names=CAPABILITY_NAMES,
    ), form.status
