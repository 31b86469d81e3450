"""A visitor tells the county he is in, if he likes: how a copied code is noticed."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.certificates import queries as certificates
from aquacert.certificates.scans.rules import HOUR, Source, key_of
from aquacert.http.gates import house, look, open_to_all
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.verification.forms import PlaceForm
from aquacert.verification.views.certificate import tidy_id
from aquacert.verification.views.desk import bp, caller, desk, steady


@bp.route("/c/<public_id>/place", methods=["GET", "POST"])
@open_to_all("任何人都可以说自己在哪个县，只记到县")
def verify_place(public_id: str) -> ResponseReturnValue:
    """Choose province, then city and county; only the county and the hour are kept."""
    code, form = tidy_id(public_id), PlaceForm()
    with look() as unit:
        if certificates.by_public_id(unit, code) is None:
            raise NotFound("查无此证。请核对编号，或重新扫码。")
        province = request.args.get("province", "")[:6]
        if form.validate_on_submit():
            with form.catching():
                county = _county(unit, form.county.data or "")
                if desk().placed.allows(f"{caller()} {code}", steady()):
                    _count(code, county)
                return page("verification/place_done.html", code=code)
        provinces = reference.children(unit, None)
        counties = [
            (one.code, f"{city.name_zh} {one.name_zh}")
            for city in (reference.children(unit, province) if province else ())
            for one in (reference.children(unit, city.code) or [city])
        ]
    form.county.choices = counties
    return page(
        "verification/place.html",
        form=form, code=code, provinces=provinces, province=province, back=f"/c/{code}",
        title=_("您在哪个县"),
    ), form.status  # fmt: skip


def _county(unit: Look, code: str) -> str:
    """Return the code of a usable division; raise `Invalid` at the field otherwise."""
    try:
        return reference.division(unit, code[:6]).code
    except NotFound:
        sentence = "请从列表里选一个县。"
        raise Invalid(sentence, county=sentence) from None


def _count(code: str, county: str) -> None:
    hour = int(house().database.clock.now().timestamp()) // HOUR
    house().tally.count("places", key_of(code, county, hour, Source.VISITOR))
