"""What stands behind a number of the coverage page: its batches, or the farms that did not declare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from aquacert.declarations.models import Batch, Declaration
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules import FarmKind, Level, State
from aquacert.inspections.rules.mustcheck import Category
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.supervision.queries.coverage import GONE, batches_seen, days_of
from aquacert.supervision.rules.coverage import BatchSeen, categories_of

MOST = 500


@dataclass(frozen=True)
class BatchLine:
    """One batch of a category: where it comes from and what was done with it."""

    declaration_id: UUID
    declaration_no: str
    farm: str
    number: int
    species: str
    quantity: int
    unit: str
    seen: BatchSeen


def batches_in(look: Look, category: Category, first: date, last: date) -> list[BatchLine]:
    """Return the batches of a category declared on these days, unchecked ones first, 500 at most."""
    chosen = [one for one in batches_seen(look, first, last) if category in categories_of(one)]
    chosen.sort(key=lambda one: (one.is_checked, one.is_sampled))
    seen = {one.batch_id: one for one in chosen[:MOST]}
    rows = look.session.execute(
        select(Batch, Declaration.number, Declaration.hatchery_name)
        .join(Declaration, Declaration.id == Batch.declaration_id)
        .where(Batch.id.in_(seen))
    )
    lines = [
        BatchLine(
            declaration_id=batch.declaration_id,
            declaration_no=number or "",
            farm=farm,
            number=batch.number,
            species=reference.species(look, batch.species_code).name_zh,
            quantity=batch.quantity,
            unit=batch.unit,
            seen=seen[batch.id],
        )
        for batch, number, farm in rows
    ]
    return sorted(lines, key=lambda one: (one.seen.is_checked, one.declaration_no, one.number))


def undeclared_farms(
    look: Look, level: Level, kind: FarmKind, first: date, last: date
) -> list[Hatchery]:
    """Return the farms of a grade and kind that declared nothing on these days, 500 at most."""
    begin, end = days_of(first, last)
    sent = exists().where(
        Declaration.hatchery_id == Hatchery.id,
        Declaration.submitted_at >= begin,
        Declaration.submitted_at < end,
        Declaration.state.not_in(GONE),
    )
    found = (
        select(Hatchery)
        .where(
            look.visible(Hatchery),
            Hatchery.state == State.APPROVED.value,
            Hatchery.level == level.value,
            Hatchery.kind == kind.value,
            ~sent,
        )
        .order_by(Hatchery.division_code, Hatchery.name, Hatchery.id)
        .limit(MOST)
    )
    return list(look.scalars(found))
