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
from aquacert.inspections.models import BatchCheck, Disposal, TreatmentOrder
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words

PROCEDURE: Final = "《动物检疫管理办法》和水产苗种产地检疫规程"


@dataclass(frozen=True)
class OrderLine:
    """An order with its notice and its disposals, for a page; `left` may still be disposed of."""

    order: TreatmentOrder
    notice: FiledForm | None
    disposals: tuple[tuple[Disposal, FiledForm | None], ...]

    @property
    def left(self) -> int:
        """How much of what was ordered is not recorded as disposed of."""
        return self.order.quantity - sum(one.quantity for one, _ in self.disposals)


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
    if order is None:
        return None
    done = look.scalars(select(Disposal).where(Disposal.order_id == order.id).order_by(Disposal.id))
    return OrderLine(
        order,
        latest(look, FormKind.TREATMENT, order.id),
        tuple((one, latest(look, FormKind.DISPOSAL, one.id)) for one in done),
    )


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
        photos="",
        note=row.note,
    )


def _check(look: Look, order: TreatmentOrder) -> BatchCheck:
    check = look.session.get(BatchCheck, order.check_id)
    if check is None:
        raise NotFound
    return check
