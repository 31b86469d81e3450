"""Stock on the owner's phone and at the official's desk: the farm, a pond, a lot and its ledger."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.hatcheries.commands import (
    Provenance,
    add_pond,
    book_stock,
    correct_stock,
    open_lot,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.commands.stock import tell_if_short
from aquacert.hatcheries.forms import CountForm, EntryForm, LotForm, MoveForm
from aquacert.hatcheries.models import Lot
from aquacert.hatcheries.parsers.papers import read_paper
from aquacert.hatcheries.queries import (
    hatchery,
    lot_lines,
    lot_of,
    lots,
    own_hatchery,
    ponds,
    short_by,
    stock_of,
)
from aquacert.hatcheries.queries.ledgers import (
    curve,
    lot_ledger,
    pond_curve,
    pond_ledger,
    pond_lots,
    pond_of,
)
from aquacert.hatcheries.rules import days_unconfirmed, spark
from aquacert.hatcheries.rules.outline import pond_name
from aquacert.hatcheries.views.blueprint import bp, day
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.queries import species_named
from aquacert.reference.rules.quantity import parse_quantity

SMALL, LARGE = (96, 32), (320, 72)
"""Width and height of a small picture, in units of its own frame."""


@bp.get("/own/stock")
@allowed(P.HATCHERY_KEEP)
def own_stock() -> ResponseReturnValue:
    """The own farm's stock: one page, whoever reads it."""
    with look() as unit:
        return redirect(url_for(".stock", hatchery_id=own_hatchery(unit).id))


@bp.get("/<uuid:hatchery_id>/stock")
@allowed(P.HATCHERY_READ)
def stock(hatchery_id: UUID) -> ResponseReturnValue:
    """What a farm holds, pond by pond."""
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        held = stock_of(unit, farm.id)
        return page(
            "hatcheries/stock.html",
            farm=farm,
            stock=held,
            by_pond=_by_pond(held.lots),
            pictures={one.lot_id: spark(curve(unit, one.lot_id), *SMALL) for one in held.lots},
            frame=SMALL,
            days=days_unconfirmed(farm.confirmed_on, unit.today),
        )


@bp.get("/ponds/<uuid:pond_id>")
@allowed(P.HATCHERY_READ)
def pond(pond_id: UUID) -> ResponseReturnValue:
    """One pond: its lots and everything that happened in it."""
    with look() as unit:
        farm, row = pond_of(unit, pond_id)
        held = pond_lots(unit, row.id)
        units = {one.unit for one in held}
        total = sum(one.balance for one in held) if len(units) == 1 else None
        balances = pond_curve(unit, row.id, total) if total is not None else []
        return page(
            "hatcheries/pond.html",
            farm=farm,
            pond=row,
            lots=held,
            total=total,
            unit=next(iter(units), ""),
            picture=spark(balances, *LARGE),
            frame=LARGE,
            balances=balances,
            pages=pond_ledger(unit, row.id, request.args.get("page", 1, type=int)),
        )


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
    with look() as unit:
        farm, row = lot_of(unit, lot_id)
        balances = curve(unit, row.id)
        return page(
            "hatcheries/lot.html",
            farm=farm,
            line=lot_lines(unit, [row.id])[row.id],
            missing=short_by(unit, row.id),
            balances=balances,
            picture=spark(balances, *LARGE),
            frame=LARGE,
            pages=lot_ledger(unit, row.id, request.args.get("page", 1, type=int)),
        )


@bp.route("/lots/<uuid:lot_id>/book", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def book(lot_id: UUID) -> ResponseReturnValue:
    """Write one entry by hand."""
    form = EntryForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _farm, row = lot_of(w, lot_id)
            before = short_by(w, lot_id)
            book_stock(
                w,
                lot_id,
                form.kind.data,
                parse_quantity(form.quantity.data, unit=row.unit),
                form.reason.data or "",
                happened_on=_day(w, form.happened_on.data),
                provenance=_provenance(form),
            )
            tell_if_short(w, lot_id, before)
            w.reply = url_for(".lot", lot_id=lot_id)
        if not form.wrong:
            flash(_("已记入台账"))
            return redirect(url_for(".lot", lot_id=lot_id))
    with look() as unit:
        farm, row = lot_of(unit, lot_id)
        line = lot_lines(unit, [row.id])[row.id]
    return page("hatcheries/stock_book.html", form=form, farm=farm, line=line), form.status


@bp.route("/lots/<uuid:lot_id>/move", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def move(lot_id: UUID) -> ResponseReturnValue:
    """Put a part or all of a lot into another pond, or into another lot of the same seed."""
    form = MoveForm()
    with look() as unit:
        farm, row = lot_of(unit, lot_id)
        line = lot_lines(unit, [row.id])[row.id]
        form.to.choices = _places(unit, row)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            w.reply = url_for(".lot", lot_id=_move(w, lot_id, form))
        if not form.wrong:
            flash(_("已移塘，两边都记了"))
            return redirect(w.reply or "")
    return page("hatcheries/stock_move.html", form=form, farm=farm, line=line), form.status


@bp.route("/lots/<uuid:lot_id>/count", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def count(lot_id: UUID) -> ResponseReturnValue:
    """Correct a lot to what was counted, with the reason."""
    form = CountForm()
    with look() as unit:
        farm, row = lot_of(unit, lot_id)
        line = lot_lines(unit, [row.id])[row.id]
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            counted, before = _counted(form.counted.data, line.unit), short_by(w, lot_id)
            done = correct_stock(w, lot_id, counted, form.reason.data or "")
            tell_if_short(w, lot_id, before)
            w.reply = url_for(".lot", lot_id=lot_id)
        if not form.wrong:
            flash(_("已更正") if done else _("和台账一样，不用更正"))
            return redirect(url_for(".lot", lot_id=lot_id))
    return page("hatcheries/stock_count.html", form=form, farm=farm, line=line), form.status


def _counted(text: str, unit: str) -> int:
    """Read what was counted: here, and only here, nothing is a number too."""
    zero = text.strip() in {"0", "０", "零"}
    return 0 if zero else parse_quantity(text, unit=unit, field="counted")


def _day(w: Work, text: str | None) -> date | None:
    return day(w, text, "happened_on") if text and text.strip() else None


def _provenance(form: EntryForm) -> Provenance:
    sent = form.photo.data
    paper = read_paper(sent.read(), sent.filename, field="photo") if sent else None
    sure = bool(form.sure.data)
    return Provenance(form.certificate_number.data or "", paper, asked=True, sure=sure)


def _by_pond(found: Any) -> dict[tuple[UUID, str], list[Any]]:  # noqa: ANN401 (lines of lots)
    """Group lines by pond, in their order."""
    grouped: dict[tuple[UUID, str], list[Any]] = {}
    for one in found:
        grouped.setdefault((one.pond_id, one.pond_name), []).append(one)
    return grouped


def _places(unit: Look, row: Lot) -> list[SelectChoice]:
    """Offer the other ponds, and the other lots of the same seed."""
    same = [
        SelectChoice(
            f"lot:{one.lot_id}",
            _("并入 %(pond)s %(lot)s", pond=one.pond_name, lot=one.number),
        )
        for one in lots(unit, row.hatchery_id)
        if (one.species_code, one.unit) == (row.species_code, row.unit) and one.lot_id != row.id
    ]
    others = [
        SelectChoice(f"pond:{one.id}", _("分到 %(pond)s（开新的一批）", pond=one.name))
        for one in ponds(unit, row.hatchery_id)
        if one.id != row.pond_id
    ]
    return [SelectChoice("", _("请选")), *others, *same]


def _move(w: Work, lot_id: UUID, form: MoveForm) -> UUID:
    """Move as the form asks; return the lot that received."""
    _farm, row = lot_of(w, lot_id)
    quantity = parse_quantity(form.quantity.data, unit=row.unit)
    kind, _colon, text = (form.to.data or "").partition(":")
    on, reason = _day(w, form.happened_on.data), form.reason.data or ""
    other = UUID(text)
    if kind == "pond":
        return split_lot(
            w, lot_id, to_pond_id=other, quantity=quantity, reason=reason, happened_on=on
        )
    transfer_stock(w, lot_id, lot_of(w, other)[1].id, quantity, reason, happened_on=on)
    return other


def _open(w: Work, form: LotForm) -> UUID:
    farm = own_hatchery(w)
    name = pond_name(form.pond.data)
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
        provenance=Provenance(
            form.certificate_number.data or "", asked=True, sure=bool(form.sure.data)
        ),
    )
