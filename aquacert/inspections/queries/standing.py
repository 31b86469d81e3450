"""Orders of treatment that a farm still has something to do about: the notes on its own pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select

from aquacert.declarations.models import Batch
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.rules.filing import FormKind
from aquacert.hatcheries.models import Lot
from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.models.treatment import (
    NoticeReceipt,
    Redeclaration,
    TreatmentCase,
    TreatmentOrder,
)
from aquacert.inspections.rules import State
from aquacert.inspections.rules.treatment import CaseState
from aquacert.kernel.work import Look

REMINDED: Final = timedelta(days=30)
"""So long a farm is reminded that a batch is well and may be declared again."""


@dataclass(frozen=True)
class StandingOrder:
    """One order of a farm: its notice's number, whether it was taken, where its case stands."""

    order_id: UUID
    number: str
    is_taken: bool
    state: CaseState


def standing_orders(
    look: Look, organisation_id: UUID, declaration_id: UUID | None = None
) -> list[StandingOrder]:
    """Return what a farm has to follow, or may declare again by now, the newest first."""
    well = and_(
        TreatmentCase.state == CaseState.RECOVERED.value,
        TreatmentCase.closed_at >= look.now - REMINDED,
        ~exists().where(Redeclaration.order_id == TreatmentCase.order_id),
    )
    living = [CaseState.OPEN.value, CaseState.HANDED_OVER.value]
    found = (
        select(TreatmentCase)
        .where(
            look.visible(TreatmentCase),
            TreatmentCase.organisation_id == organisation_id,
            or_(TreatmentCase.state.in_(living), well),
        )
        .order_by(TreatmentCase.opened_at.desc(), TreatmentCase.id.desc())
    )
    if declaration_id is not None:
        order = select(TreatmentOrder.id).where(TreatmentOrder.declaration_id == declaration_id)
        found = found.where(TreatmentCase.order_id.in_(order))
    return [_line(look, case) for case in look.scalars(found)]


def failed_among(look: Look, declaration_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these declarations have a batch that failed or is isolated."""
    return frozenset(
        look.scalars(
            select(BatchCheck.declaration_id).where(
                look.visible(BatchCheck),
                BatchCheck.declaration_id.in_(declaration_ids),
                or_(BatchCheck.state == State.FAILED.value, BatchCheck.isolated_at.is_not(None)),
            )
        )
    )


@dataclass(frozen=True)
class BatchStanding:
    """What came of one batch at the pond, for the farm: its number, a word, the order if any."""

    number: int
    word: str
    kind: str
    order_id: UUID | None


def batch_standings(look: Look, declaration_id: UUID) -> dict[int, BatchStanding]:
    """Return what came of every batch that was looked at, by its number in the declaration."""
    rows = look.session.execute(
        select(Batch.number, BatchCheck.state, BatchCheck.isolated_at, TreatmentOrder.id)
        .join(BatchCheck, BatchCheck.batch_id == Batch.id)
        .outerjoin(TreatmentOrder, TreatmentOrder.check_id == BatchCheck.id)
        .where(look.visible(BatchCheck), BatchCheck.declaration_id == declaration_id)
    )
    return {
        number: BatchStanding(number, *_said(State(state), isolated_at), order_id)
        for number, state, isolated_at, order_id in rows
    }


def _said(state: State, isolated_at: datetime | None) -> tuple[str, str]:
    if isolated_at is not None and state is not State.FAILED:
        return "怀疑有疫情，已隔离：不要移动、不要出售", "no"
    return {
        State.OPEN: ("正在查验", "wait"),
        State.PASSED: ("现场检疫合格", "ok"),
        State.FAILED: ("不合格，不能起运", "no"),
    }[state]


def _line(look: Look, case: TreatmentCase) -> StandingOrder:
    notice = latest(look, FormKind.TREATMENT, case.order_id)
    taken = look.one(select(NoticeReceipt.id).where(NoticeReceipt.order_id == case.order_id))
    return StandingOrder(
        case.order_id,
        notice.number if notice else "",
        taken is not None,
        CaseState(case.state),
    )


def open_cases_of(look: Look, hatchery_id: UUID) -> int:
    """Return how many treatments stand open at a farm; it cannot close or be merged before.

    What is disposed of leaves the very lot that was ordered, of a farm that keeps its ledger.
    """
    count = (
        select(func.count())
        .select_from(TreatmentCase)
        .join(Lot, Lot.id == TreatmentCase.lot_id)
        .where(Lot.hatchery_id == hatchery_id, TreatmentCase.state == CaseState.OPEN.value)
    )
    return look.session.scalar(count) or 0
