"""Orders of treatment and disposals: what their forms say, and lists for the visit's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.accounts.queries.offices import office_for
from aquacert.declarations.documents import DisposalFacts, TreatmentFacts
from aquacert.declarations.models import FiledForm
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.queries.papers import (
    common_facts,
    origin_words,
    time_words,
    unit_words,
)
from aquacert.declarations.rules.filing import FormKind
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries.treated import held_balance
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.models.treatment import (
    Disposal,
    DisposalPhoto,
    NoticeReceipt,
    Redeclaration,
    TreatmentCase,
    TreatmentOrder,
    TreatmentStep,
)
from aquacert.inspections.rules.treatment import Progress, StepKind
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words
from aquacert.surveillance.models import ExpressReport
from aquacert.surveillance.rules.express import Outcome

PROCEDURE: Final = "《动物检疫管理办法》和水产苗种产地检疫规程"


@dataclass(frozen=True)
class OrderLine:
    """An order with its notice and its disposals, for a page; `left` may still be disposed of."""

    order: TreatmentOrder
    case: TreatmentCase
    notice: FiledForm | None
    receipt: NoticeReceipt | None
    steps: tuple[TreatmentStep, ...]
    disposals: tuple[tuple[Disposal, FiledForm | None], ...]
    again: tuple[UUID, ...]
    """Declarations made again after it."""

    @property
    def left(self) -> int:
        """How much of what was ordered is recorded neither as disposed of nor as dead."""
        gone = sum(one.quantity for one, _ in self.disposals)
        dead = sum(one.quantity or 0 for one in self.steps if one.kind == StepKind.DIED.value)
        return max(0, self.order.quantity - gone - dead)


def treatment_order(look: Look, order_id: UUID) -> TreatmentOrder:
    """Return an order, or raise `NotFound` (also out of scope)."""
    return look.get(TreatmentOrder, order_id)


def order_of_check(look: Look, check_id: UUID) -> OrderLine | None:
    """Return a batch's order with everything done under it, or None."""
    order = look.one(
        select(TreatmentOrder).where(
            TreatmentOrder.check_id == check_id, look.visible(TreatmentOrder)
        )
    )
    return None if order is None else order_line(look, order)


def order_line(look: Look, order: TreatmentOrder) -> OrderLine:
    """Return an order with everything done under it."""
    case = look.one(select(TreatmentCase).where(TreatmentCase.order_id == order.id))
    if case is None:
        raise NotFound
    done = look.scalars(select(Disposal).where(Disposal.order_id == order.id).order_by(Disposal.id))
    steps = look.scalars(
        select(TreatmentStep)
        .where(TreatmentStep.order_id == order.id)
        .order_by(TreatmentStep.done_at, TreatmentStep.id)
    )
    again = select(Redeclaration.declaration_id).where(Redeclaration.order_id == order.id)
    return OrderLine(
        order=order,
        case=case,
        notice=latest(look, FormKind.TREATMENT, order.id),
        receipt=look.one(select(NoticeReceipt).where(NoticeReceipt.order_id == order.id)),
        steps=tuple(steps),
        disposals=tuple((one, latest(look, FormKind.DISPOSAL, one.id)) for one in done),
        again=tuple(look.scalars(again.order_by(Redeclaration.at))),
    )


def progress(look: Look, order: TreatmentOrder) -> Progress:
    """Return how far an order has come, for the rule that ends it."""
    line = order_line(look, order)
    told = look.one(select(ExpressReport).where(ExpressReport.subject_id == order.check_id))
    lot = line.case.lot_id
    return Progress(
        is_received=line.receipt is not None,
        steps=frozenset(StepKind(one.kind) for one in line.steps),
        rechecked_with_photo=any(
            one.kind == StepKind.RECHECKED.value and one.file_id is not None for one in line.steps
        ),
        left=line.left,
        lot_left=held_balance(look, lot)[0] if lot else 0,
        is_reported=told is not None,
        is_denied=told is not None and told.outcome == Outcome.DENIED.value,
    )


def treated_before(look: Look, declaration_id: UUID) -> TreatmentOrder | None:
    """Return the order after which a declaration was made again, if there was one."""
    found = select(TreatmentOrder).join(Redeclaration, Redeclaration.order_id == TreatmentOrder.id)
    return look.one(found.where(Redeclaration.declaration_id == declaration_id))


def aftercare_file(look: Look, order_id: UUID, file_id: UUID) -> StoredFile:
    """Return a picture kept under an order that this person may see; raise `NotFound` otherwise."""
    order = treatment_order(look, order_id)
    kept = {one.file_id for one in order_line(look, order).steps}
    receipts = select(NoticeReceipt.file_id).where(NoticeReceipt.order_id == order.id)
    kept |= set(look.scalars(receipts))
    photos = (
        select(DisposalPhoto.file_id)
        .join(Disposal, Disposal.id == DisposalPhoto.disposal_id)
        .where(Disposal.order_id == order.id)
    )
    kept |= set(look.scalars(photos))
    file = look.session.get(StoredFile, file_id) if file_id in kept else None
    if file is None:
        raise NotFound
    return file


def batch_of_order(look: Look, order: TreatmentOrder) -> papers.BatchLine:
    """Return the batch that an order treats."""
    check = _check(look, order)
    for batch in papers.batches_of(look, order.declaration_id):
        if batch.batch_id == check.batch_id:
            return batch
    raise NotFound


def treatment_facts(look: Look, order: TreatmentOrder) -> TreatmentFacts:
    """Return what the notice says."""
    paper = papers.declaration(look, order.declaration_id)
    batch, check = batch_of_order(look, order), _check(look, order)
    farm = look.session.get(Hatchery, paper.hatchery_id)
    desk = office_for(look, paper.origin_code, farm.office_id if farm else None)
    suspected = "、".join(reference.disease(look, code).name_zh for code in check.suspected)
    failing = "；".join(
        part for part in (check.note, f"可疑：{suspected}" if suspected else "") if part
    )
    return TreatmentFacts(
        **common_facts(look, paper, order.ordered_at),
        owner_phone=paper.phone or (farm.phone if farm else None) or "",
        office_phone=(desk.phone if desk else "")
        or accounts.organisation(look, order.office_id).phone,
        goods=f"水产苗种{batch.species_name}{in_words(order.quantity, unit_words(order.unit))}",
        procedure=PROCEDURE,
        failing=failing,
        law=order.law,
        measures=tuple(str(one) for one in order.measures),
        method=order.method,
        vet=accounts.person_name(look, order.vet_id),
    )


def disposal_facts(look: Look, row: Disposal) -> DisposalFacts:
    """Return what the record of a disposal says."""
    paper = papers.declaration(look, row.declaration_id)
    order = look.get(TreatmentOrder, row.order_id)
    batch, notice = batch_of_order(look, order), latest(look, FormKind.TREATMENT, row.order_id)
    return DisposalFacts(
        **common_facts(look, paper, row.recorded_at),
        notice_number=notice.number if notice else "",
        place=origin_words(look, paper),
        goods=f"{batch.species_name} {batch.life_stage}".strip(),
        quantity=in_words(row.quantity, unit_words(row.unit)),
        cause=f"现场检疫不合格：{_check(look, order).note}",
        method=row.method,
        done_at=time_words(row.done_at),
        done_place=row.place,
        operator=row.operator or "",
        vet=accounts.person_name(look, row.vet_id),
        photos=photo_words(look, row.id),
        note=row.note,
    )


def photo_words(look: Look, disposal_id: UUID) -> str:
    """Return what the record says of its photographs: how many, and the digests they are known by."""
    kept = select(DisposalPhoto.original_sha256).where(DisposalPhoto.disposal_id == disposal_id)
    digests = look.scalars(kept.order_by(DisposalPhoto.id))
    return f"{len(digests)} 张（{'、'.join(one[:12] for one in digests)}）" if digests else ""


def _check(look: Look, order: TreatmentOrder) -> BatchCheck:
    check = look.session.get(BatchCheck, order.check_id)
    if check is None:
        raise NotFound
    return check
