"""申报点: the register at the desk, and the published page for everybody."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import change_office, close_office, open_office
from aquacert.accounts.forms import (
    CloseOfficeForm,
    OfficeForm,
    OfficeTexts,
    choices,
)
from aquacert.accounts.models import Office
from aquacert.accounts.queries import (
    office_lines,
    offices_page,
    organisation,
    own_agencies,
    places_named,
    published_offices,
)
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, look, open_to_all, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

public = Blueprint("offices", __name__, url_prefix="/offices")


@public.get("")
@open_to_all("where to declare is published (Measures 2022 art. 10)")
def published() -> ResponseReturnValue:
    """List every open office with its telephone, by county; no sign-in."""
    words = request.args.get("q", "")[:60]
    with look() as unit:
        found = published_offices(unit, words)
    places: dict[str, list[object]] = {}
    for line in found:
        places.setdefault(line.place, []).append(line)
    return page("accounts/offices_public.html", places=places, q=words, count=len(found))


@bp.get("/offices")
@allowed(P.REGISTER_KEEP)
def offices() -> ResponseReturnValue:
    """The register of offices of the own jurisdiction."""
    words, closed = request.args.get("q", ""), request.args.get("closed") == "1"
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = offices_page(unit, words, closed=closed, number=number)
    return page("accounts/offices.html", pages=pages, q=words, closed=closed)


@bp.route("/offices/new", methods=["GET", "POST"])
@allowed(P.REGISTER_KEEP)
def new_office() -> ResponseReturnValue:
    """Open an office."""
    form = OfficeForm()
    with look() as unit:
        form.organisation_id.choices = choices(
            (str(row.id), f"{row.name_zh}（{row.division_code}）") for row in own_agencies(unit)
        )
    if form.validate_on_submit():
        asked = form.asked()
        with form.catching(), work(once=form.key()) as w:
            body = organisation(w, UUID(asked.pop("organisation_id")))
            within = body.division_code
            here = places_named(w, asked.pop("division_code"), within, "division_code")
            asked["serves"] = places_named(w, asked.pop("serves") or "", within)
            office_id = open_office(w, organisation_id=body.id, division_code=here[0], **asked)
            w.reply = url_for(".show_office", office_id=office_id)
        if not form.wrong:
            flash(_("申报点已设立"))
            return redirect(url_for(".show_office", office_id=office_id))
    return page("accounts/new_office.html", form=form), form.status


@bp.get("/offices/<uuid:office_id>")
@allowed(P.REGISTER_KEEP)
def show_office(office_id: UUID) -> ResponseReturnValue:
    """One office, with what may be changed."""
    return _office_page(office_id)


@bp.post("/offices/<uuid:office_id>")
@allowed(P.REGISTER_KEEP)
def change(office_id: UUID) -> ResponseReturnValue:
    """Change what the published page says."""
    form, here = OfficeTexts(), url_for(".show_office", office_id=office_id)
    if form.validate_on_submit():
        asked = form.asked()
        with form.catching(), work(once=form.key()) as w:
            body = organisation(w, w.get(Office, office_id).organisation_id)
            asked["serves"] = places_named(w, asked["serves"] or "", body.division_code)
            change_office(w, office_id, **asked)
            w.reply = here
        if not form.wrong:
            flash(_("申报点已更改"))
            return redirect(here)
    return _office_page(office_id, changing=form)


@bp.post("/offices/<uuid:office_id>/close")
@allowed(P.REGISTER_KEEP)
def end_office(office_id: UUID) -> ResponseReturnValue:
    """Close an office from a day on."""
    form, here = CloseOfficeForm(), url_for(".show_office", office_id=office_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            close_office(w, office_id, **form.asked())
            w.reply = here
        if not form.wrong:
            flash(_("申报点已撤销，记录都留着"))
            return redirect(here)
    return _office_page(office_id, closing=form)


def _office_page(
    office_id: UUID,
    changing: OfficeTexts | None = None,
    closing: CloseOfficeForm | None = None,
) -> ResponseReturnValue:
    with look() as unit:
        row = unit.get(Office, office_id)
        [line] = office_lines(unit, [row])
        over = row.closed_on is not None and row.closed_on <= unit.today
    others = "、".join(code for code in line.serves if code != row.division_code)
    shown = changing or OfficeTexts(formdata=None, obj=row, serves=others)
    return page(
        "accounts/office.html",
        row=row,
        line=line,
        over=over,
        changing=shown,
        closing=closing or CloseOfficeForm(formdata=None),
    ), max((form.status for form in (changing, closing) if form is not None), default=200)
