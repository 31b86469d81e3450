"""The farm's own record on the phone: licences, ponds and lots, the ledger, the confirmation."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import (
    add_licence,
    add_pond,
    book_stock,
    change_contact,
    confirm_record,
    open_lot,
    reapply_hatchery,
)
from aquacert.hatcheries.forms import (
    BookForm,
    ConfirmForm,
    ContactForm,
    LicenceForm,
    LotForm,
    ReapplyForm,
)
from aquacert.hatcheries.queries import (
    ledger,
    licences,
    lot_lines,
    lot_of,
    lots,
    own_hatchery,
    ponds,
)
from aquacert.hatcheries.rules import KIND_NAMES, LICENCE_WORDS, STATE_WORDS, grade
from aquacert.hatcheries.views.blueprint import bp, day, named_species
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.queries import full_name, species_named
from aquacert.reference.rules.quantity import parse_quantity


@bp.get("/own")
@allowed(P.HATCHERY_KEEP)
def own() -> ResponseReturnValue:
    """The own farm: who, where, licences, ponds."""
    with look() as unit:
        farm = own_hatchery(unit)
        return page(
            "hatcheries/own.html",
            farm=farm,
            place=full_name(unit, farm.division_code),
            grade=grade(farm.level, farm.kind),
            licences=licences(unit, farm.id),
            licence_words=LICENCE_WORDS,
            lots=lots(unit, farm.id),
            states=STATE_WORDS,
        )


@bp.route("/own/licences/new", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def new_licence() -> ResponseReturnValue:
    """Put a licence on record; the county verifies it."""
    form = LicenceForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            add_licence(
                w,
                own_hatchery(w).id,
                kind=form.kind.data,
                number=form.number.data,
                from_on=day(form.from_on.data, "from_on"),
                until_on=day(form.until_on.data, "until_on"),
                species=named_species(w, form.species.data or "", "species"),
            )
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("已登记，等县里核实后生效"))
            return redirect(url_for(".own"))
    return page("hatcheries/new_licence.html", form=form), form.status


@bp.route("/own/lots/new", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def new_lot() -> ResponseReturnValue:
    """A pond (new or old) and the lot in it."""
    form = LotForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            lot_id = _open(w, form)
            w.reply = url_for(".lot", lot_id=lot_id)
        if not form.wrong:
            flash(_("已登记"))
            return redirect(url_for(".lot", lot_id=lot_id))
    with look() as unit:
        known = ponds(unit, own_hatchery(unit).id)
    return page("hatcheries/new_lot.html", form=form, ponds=known), form.status


@bp.get("/lots/<uuid:lot_id>")
@allowed(P.HATCHERY_READ)
def lot(lot_id: UUID) -> ResponseReturnValue:
    """One lot and its ledger."""
    return _lot_page(lot_id, BookForm())


@bp.post("/lots/<uuid:lot_id>/book")
@allowed(P.HATCHERY_KEEP)
def book(lot_id: UUID) -> ResponseReturnValue:
    """Write one entry by hand."""
    form = BookForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _farm, row = lot_of(w, lot_id)
            quantity = parse_quantity(form.quantity.data, unit=row.unit)
            book_stock(w, lot_id, form.kind.data, quantity, form.reason.data or "")
            w.reply = url_for(".lot", lot_id=lot_id)
        if not form.wrong:
            flash(_("已记入台账"))
            return redirect(url_for(".lot", lot_id=lot_id))
    return _lot_page(lot_id, form), 422


@bp.route("/own/confirm", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def confirm() -> ResponseReturnValue:
    """The owner's own check of every pond; what differs is corrected with a reason."""
    form = ConfirmForm()
    wrong: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            with form.catching(), work(once=form.key()) as w:
                farm = own_hatchery(w)
                counted = _counted(w, farm.id)
                confirm_record(w, farm.id, counted, form.reason.data or "")
                w.reply = url_for("declarations.home")
        except _Miscounted as error:
            wrong = error.faults
        if not form.wrong and not wrong:
            flash(_("核对过了"))
            return redirect(url_for("declarations.home"))
    with look() as unit:
        farm = own_hatchery(unit)
        found = lots(unit, farm.id)
    typed = {str(one.lot_id): request.form.get(f"lot-{one.lot_id}", "") for one in found}
    status = 422 if wrong else form.status
    shown = page(
        "hatcheries/confirm.html", form=form, farm=farm, lots=found, typed=typed, faults=wrong
    )
    return shown, status


@bp.route("/own/reapply", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def reapply() -> ResponseReturnValue:
    """Put a refused registration right."""
    with look() as unit:
        farm = own_hatchery(unit)
    form = ReapplyForm(data={"name": farm.name, "place": farm.place, "phone": farm.phone})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            reapply_hatchery(w, farm.id, **form.asked())
            w.reply = url_for("declarations.home")
        if not form.wrong:
            flash(_("已重新申请"))
            return redirect(url_for("declarations.home"))
    return page("hatcheries/reapply.html", form=form, farm=farm), form.status


@bp.route("/own/contact", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def contact() -> ResponseReturnValue:
    """Change whom the vet calls."""
    with look() as unit:
        farm = own_hatchery(unit)
    form = ContactForm(data={"contact_name": farm.contact_name, "phone": farm.phone})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            change_contact(w, farm.id, **form.asked())
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("联系人已更改"))
            return redirect(url_for(".own"))
    return page("hatcheries/contact.html", form=form), form.status


class _Miscounted(Exception):
    """Carries each pond's sentence back to the page."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


def _counted(w: Work, hatchery_id: UUID) -> dict[UUID, int]:
    """Read what was counted in each pond; an empty field means the booked number is right."""
    faults: dict[str, str] = {}
    counted: dict[UUID, int] = {}
    for one in lots(w, hatchery_id):
        text = request.form.get(f"lot-{one.lot_id}", "").strip()
        try:
            if text:
                zero = text in {"0", "０"}
                counted[one.lot_id] = 0 if zero else parse_quantity(text, unit=one.unit)
        except Invalid as error:
            faults[str(one.lot_id)] = next(iter(error.fields.values()))
    if faults:
        raise _Miscounted(faults)
    return counted


def _open(w: Work, form: LotForm) -> UUID:
    farm = own_hatchery(w)
    name = " ".join(form.pond.data.split())
    known = {one.name: one.id for one in ponds(w, farm.id)}
    kind = species_named(w, form.species.data)
    unit = form.unit.data or kind.base_unit
    quantity = parse_quantity(form.quantity.data, unit=unit)
    pond_id = known.get(name) or add_pond(w, farm.id, name)
    return open_lot(
        w,
        pond_id,
        species_code=kind.code,
        variety=form.variety.data or "",
        life_stage=form.life_stage.data or "",
        unit=unit,
        quantity=quantity,
        kind=form.kind.data,
    )


def _lot_page(lot_id: UUID, form: BookForm) -> str:
    with look() as unit:
        farm, row = lot_of(unit, lot_id)
        return page(
            "hatcheries/lot.html",
            farm=farm,
            line=lot_lines(unit, [row.id])[row.id],
            pages=ledger(unit, row.id, request.args.get("page", 1, type=int)),
            kinds=KIND_NAMES,
            form=form,
        )
