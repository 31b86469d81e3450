"""The case of an order of treatment: opened with it, its lot held until it ends; pictures kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select

from aquacert.declarations.models import Batch
from aquacert.hatcheries.commands.stock import hold_lot
from aquacert.inspections.commands.once import add_once, must_be_new
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.models.treatment import (
    Disposal,
    DisposalPhoto,
    TreatmentCase,
    TreatmentOrder,
)
from aquacert.inspections.parsers import Picture, read_picture
from aquacert.inspections.queries.treatment import batch_of_order
from aquacert.inspections.rules.treatment import CASE_WORDS, CaseState, Remedy
from aquacert.kernel.errors import NotAllowedNow, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Work


def open_case(w: Work, order: TreatmentOrder, remedy: Remedy) -> TreatmentCase:
    """Open the case of an order that was just given and hold its lot; the order's fact tells it."""
    batch = batch_of_order(w, order)
    hold_lot(w, batch.lot_id, order.id, instead_of=order.check_id)
    return w.add(
        TreatmentCase(
            id=order.id,
            order_id=order.id,
            lot_id=batch.lot_id,
            origin_code=order.origin_code,
            office_id=order.office_id,
            organisation_id=order.organisation_id,
            vet_id=order.vet_id,
            remedy=remedy.value,
            state=CaseState.OPEN.value,
            opened_at=w.now,
            because="",
        )
    )


def next_hold(w: Work, lot_id: UUID, but: UUID) -> UUID | None:
    """Return what else holds a lot: another open order, or a check that isolated a batch of it."""
    order = w.one(
        select(TreatmentCase.order_id)
        .where(
            TreatmentCase.lot_id == lot_id,
            TreatmentCase.order_id != but,
            TreatmentCase.state.in_([CaseState.OPEN.value, CaseState.HANDED_OVER.value]),
        )
        .order_by(TreatmentCase.opened_at)
        .limit(1)
    )
    return order or w.one(
        select(BatchCheck.id)
        .join(Batch, Batch.id == BatchCheck.batch_id)
        .where(
            Batch.lot_id == lot_id,
            BatchCheck.id != but,
            BatchCheck.isolated_at.is_not(None),
            ~exists().where(TreatmentOrder.check_id == BatchCheck.id),
        )
        .order_by(BatchCheck.isolated_at)
        .limit(1)
    )


def locked_case(w: Work, order_id: UUID) -> TreatmentCase:
    """Lock and return the case of an order; raise `NotFound` (also out of scope)."""
    found = w.one(
        select(TreatmentCase)
        .where(TreatmentCase.order_id == order_id, w.visible(TreatmentCase))
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def must_be_open(w: Work, order_id: UUID) -> TreatmentCase:
    """Lock and return an open case; raise `NotAllowedNow` for one that has ended."""
    case = locked_case(w, order_id)
    if case.state != CaseState.OPEN.value:
        word = CASE_WORDS[CaseState(case.state)]
        raise NotAllowedNow(f"这份通知单已经办结（{word}），不能再记。")
    return case


def keep_photo(w: Work, row: Disposal, data: bytes | Picture) -> StoredFile:
    """Keep a photograph of a disposal; the same bytes are refused anywhere else in the system."""
    picture = data if isinstance(data, Picture) else read_picture(data, "photos")
    must_be_new(w, picture, "photos")
    file = w.attach(row, picture.jpeg, "disposal.jpg", "image/jpeg")
    kept = DisposalPhoto(
        id=w.new_id(),
        disposal_id=row.id,
        original_sha256=picture.original_sha256,
        file_id=file.id,
    )
    add_once(w, kept, "photos")
    return file
