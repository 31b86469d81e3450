"""A batch that failed: the vet orders its treatment, and records a disposal done under his eyes.

Procedures 2011 §5 (domain.md §1.3): notice of treatment, harmless disposal by the owner under
supervision. The order and the record are filed forms; the disposal leaves the stock ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.declarations.commands.filing import file_form
from aquacert.declarations.rules.filing import FormKind
from aquacert.hatcheries.commands import dispose_stock
from aquacert.inspections.commands.cases import keep_photo, must_be_open, open_case
from aquacert.inspections.commands.express import report_suspicion
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.models.treatment import Disposal, TreatmentOrder
from aquacert.inspections.parsers import Picture
from aquacert.inspections.queries.doubts import failed_after_all
from aquacert.inspections.queries.treatment import (
    batch_of_order,
    disposal_facts,
    order_line,
    treatment_facts,
)
from aquacert.inspections.rules import State
from aquacert.inspections.rules import treatment as rules
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean


@dataclass(frozen=True)
class TreatmentOrdered(Fact):
    """The vet ordered what is done with a batch that failed."""

    tag: ClassVar[str] = "inspections:treatment:order"
    title: ClassVar[str] = "作出检疫处理决定"
    check_id: UUID
    quantity: int
    unit: str
    law: str
    measures: list[str]
    method: str
    remedy: str


@dataclass(frozen=True)
class DisposalRecorded(Fact):
    """A disposal was done under the vet's eyes and left the stock ledger."""

    tag: ClassVar[str] = "inspections:disposal:record"
    title: ClassVar[str] = "记录无害化处理"
    order_id: UUID
    movement_id: UUID
    quantity: int
    unit: str
    method: str


@dataclass(frozen=True)
class Done:
    """How a disposal was done: method, place, when, by whom (a name), and what else is to be said."""

    quantity: int
    method: str
    place: str
    at: datetime
    operator: str
    note: str = ""
    photos: tuple[bytes | Picture, ...] = ()
    """As taken on the spot, at least one; each serves once in the whole system. A `Picture` was
    read beforehand, outside the transaction."""


def order_treatment(
    w: Work,
    declaration_id: UUID,
    check_id: UUID,
    *,
    law: str,
    measures: Sequence[str],
    method: str = "",
    remedy: rules.Remedy = rules.Remedy.TREAT,
) -> UUID:
    """Order the treatment of a batch that failed, file its notice, and return the order's id.

    Its lot is held from now on. A remedy that isolates raises the express report (疫情快报). Only
    the vet who failed it orders. Raises `Invalid` naming what the notice still lacks, `Conflict`
    when the batch has its order already.
    """
    check = w.get_for_change(BatchCheck, check_id)
    if check.declaration_id != declaration_id:
        raise NotFound
    _must_be_its_vet(w, check.vet_id)
    if check.state != State.FAILED.value and not failed_after_all(w, check_id):
        raise NotAllowedNow("只有查验不合格的批次才出检疫处理通知单。")
    if w.one(select(TreatmentOrder.id).where(TreatmentOrder.check_id == check_id)):
        raise Conflict("这一批已经出过检疫处理通知单。")
    said = rules.read_order(law, measures, method, remedy)
    order = w.add(_order(w, check, said))
    open_case(w, order, remedy)
    fact = TreatmentOrdered(
        check_id, order.quantity, order.unit, order.law, list(said.measures), said.method, remedy
    )
    w.record(fact, on=order, county=order.origin_code)
    notice = file_form(
        w,
        kind=FormKind.TREATMENT,
        declaration_id=declaration_id,
        subject_id=order.id,
        facts=treatment_facts(w, order),
    )
    if remedy is rules.Remedy.ISOLATE:
        report_suspicion(w, check.id)
    accounts.tell(
        w,
        to_organisation=order.organisation_id,
        kind="inspection",
        subject=f"有一批检疫不合格，已出检疫处理通知单 {notice.number}，请马上看，照着办。",
        link=f"/inspections/treatments/{order.id}",
    )
    return order.id


def _order(w: Work, check: BatchCheck, said: rules.Said) -> TreatmentOrder:
    """Return the order of a failed batch, as it was read from the vet's form."""
    return TreatmentOrder(
        id=w.new_id(),
        declaration_id=check.declaration_id,
        check_id=check.id,
        origin_code=check.origin_code,
        office_id=check.office_id,
        organisation_id=check.organisation_id,
        vet_id=check.vet_id,
        quantity=check.declared,
        unit=check.unit,
        law=said.law,
        measures=list(said.measures),
        method=said.method,
        ordered_at=w.now,
    )


def record_disposal(w: Work, order_id: UUID, done: Done) -> UUID:
    """Record a disposal under an order, take it from the lot, file the record; return its id.

    Raises `Invalid` when more would be disposed of than was ordered or than the lot holds.
    """
    order = w.get_for_change(TreatmentOrder, order_id)
    _must_be_its_vet(w, order.vet_id)
    done = _cleaned(done)
    rules.check_done(done.method, done.place, done.operator, len(done.photos))
    must_be_open(w, order.id)
    if not order.ordered_at <= done.at <= w.now:
        raise Invalid("时间不对。", done_at="处理时间要在通知单之后、现在之前。")
    _must_fit(w, order, done.quantity)
    because = f"检疫处理：{done.method}"
    lot_id = batch_of_order(w, order).lot_id
    entry = dispose_stock(w, lot_id, done.quantity, because, happened_on=legal_day(done.at))
    row = w.add(
        Disposal(
            id=w.new_id(),
            order_id=order.id,
            declaration_id=order.declaration_id,
            origin_code=order.origin_code,
            office_id=order.office_id,
            organisation_id=order.organisation_id,
            vet_id=order.vet_id,
            movement_id=entry.id,
            quantity=done.quantity,
            unit=order.unit,
            method=done.method,
            place=done.place,
            operator=done.operator,
            note=done.note,
            done_at=done.at,
            recorded_at=w.now,
        )
    )
    for picture in done.photos:
        keep_photo(w, row, picture)
    fact = DisposalRecorded(order.id, entry.id, done.quantity, order.unit, row.method)
    w.record(fact, on=row, county=order.origin_code)
    file_form(
        w,
        kind=FormKind.DISPOSAL,
        declaration_id=order.declaration_id,
        subject_id=row.id,
        facts=disposal_facts(w, row),
    )
    return row.id


def _cleaned(done: Done) -> Done:
    """Return what was typed as it is kept: filed forms cannot hold stray control characters."""
    return replace(
        done,
        method=clean(done.method, field="method"),
        place=clean(done.place, field="place"),
        operator=clean(done.operator, field="operator"),
        note=clean(done.note, field="note", lines=True),
    )


def _must_be_its_vet(w: Work, vet_id: UUID) -> None:
    if vet_id != w.actor.person_id:
        raise NotAllowed("这一批由另一位官方兽医查验，检疫处理由他出具。")


def _must_fit(w: Work, order: TreatmentOrder, quantity: int) -> None:
    left = order_line(w, order).left
    if not 0 < quantity <= left:
        raise Invalid("数量不对。", quantity=f"这份通知单还可以处理 {left:,} {order.unit}。")
