"""The vet's own visits in the order of his road: today, tomorrow, later, and the last ones done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.declarations.rules.states import State as PaperState
from aquacert.hatcheries.models import Hatchery, Pond
from aquacert.inspections.models import BatchCheck
from aquacert.inspections.rules.evidence import centre
from aquacert.inspections.rules.route import Leg, Part, Stop, is_overdue, order, part_of
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

MOST_OPEN = 200
MOST_DONE = 20


@dataclass(frozen=True)
class Visit:
    """One visit of the vet's road, with what its card shows."""

    declaration_id: UUID
    number: str
    farm: str
    phone: str
    """Plain: the vet calls the farm he is sent to."""
    place: str
    at: datetime | None
    is_overdue: bool
    batches: tuple[papers.BatchLine, ...]
    begun: int
    decided: int
    spot: tuple[float, float] | None
    away_m: float | None

    @property
    def goods(self) -> list[tuple[str, int, int, str]]:
        """Return (species, batches, quantity, unit) of what waits there, summed."""
        found: dict[tuple[str, str], list[int]] = {}
        for batch in self.batches:
            found.setdefault((batch.species_name, batch.unit), []).append(batch.quantity)
        return [(name, len(each), sum(each), unit) for (name, unit), each in found.items()]

    @property
    def geo(self) -> str:
        """Address for the phone's own map program (RFC 5870); empty when no place is known."""
        if self.spot is None:
            return ""
        return f"geo:{self.spot[0]:.6f},{self.spot[1]:.6f}"


def route(look: Look) -> Mapping[Part, tuple[Visit, ...]]:
    """Return the visits that this vet is sent to, by part of the page, each in order."""
    rows = [
        *_sent(look, PaperState.ASSIGNED, MOST_OPEN),
        *_sent(look, PaperState.INSPECTED, MOST_DONE),
    ]
    farms = _farms(look, {row.hatchery_id for row in rows})
    spots = _spots(look, set(farms))
    batches = papers.batches_of_each(look, [row.id for row in rows])
    counts = _counts(look, [row.id for row in rows])
    found: dict[Part, list[Declaration]] = {part: [] for part in Part}
    for row in rows:
        done = row.state == PaperState.INSPECTED.value
        found[part_of(row.visit_at, is_done=done, now=look.now)].append(row)
    made: dict[Part, tuple[Visit, ...]] = {}
    for part, papers_of in found.items():
        stops = {row.id: _stop(row, spots) for row in papers_of}
        legs = [Leg(one) for one in stops.values()] if part is Part.DONE else order(stops.values())
        by_id = {row.id: row for row in papers_of}
        made[part] = tuple(
            _visit(look, by_id[leg.stop.declaration_id], leg, farms, batches, counts)
            for leg in legs
        )
    return made


def _sent(look: Look, state: PaperState, most: int) -> Sequence[Declaration]:
    newest = Declaration.visit_at.desc() if state is PaperState.INSPECTED else Declaration.visit_at
    return look.scalars(
        select(Declaration)
        .where(
            look.visible(Declaration),
            Declaration.vet_id == look.actor.person_id,
            Declaration.state == state.value,
        )
        .order_by(newest, Declaration.id)
        .limit(most)
    )


def _farms(look: Look, ids: Collection[UUID]) -> Mapping[UUID, Hatchery]:
    return {row.id: row for row in look.scalars(select(Hatchery).where(Hatchery.id.in_(ids)))}


def _spots(look: Look, ids: Collection[UUID]) -> Mapping[UUID, tuple[float, float]]:
    """Return farm → the middle of its first pond in use that has an outline."""
    ponds = look.session.execute(
        select(Pond.hatchery_id, Pond.outline)
        .where(Pond.hatchery_id.in_(ids), Pond.outline.is_not(None), Pond.left_on.is_(None))
        .order_by(Pond.id)
    )
    found: dict[UUID, tuple[float, float]] = {}
    for hatchery_id, outline in ponds:
        if outline:
            found.setdefault(hatchery_id, centre(outline))
    return found


def _counts(look: Look, ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Return declaration → (checks begun, checks decided)."""
    decided = func.count(BatchCheck.decided_at)
    rows = look.session.execute(
        select(BatchCheck.declaration_id, func.count(), decided)
        .where(BatchCheck.declaration_id.in_(ids))
        .group_by(BatchCheck.declaration_id)
    )
    return {paper: (int(begun), int(done)) for paper, begun, done in rows}


def _stop(row: Declaration, spots: Mapping[UUID, tuple[float, float]]) -> Stop:
    place = row.visit_place or row.origin_place
    return Stop(row.id, row.visit_at, row.origin_code, place, spots.get(row.hatchery_id))


def _visit(
    look: Look,
    row: Declaration,
    leg: Leg,
    farms: Mapping[UUID, Hatchery],
    batches: Mapping[UUID, list[papers.BatchLine]],
    counts: Mapping[UUID, tuple[int, int]],
) -> Visit:
    farm = farms.get(row.hatchery_id)
    begun, decided = counts.get(row.id, (0, 0))
    area = reference.full_name(look, row.origin_code)
    return Visit(
        declaration_id=row.id,
        number=row.number or "",
        farm=row.hatchery_name,
        phone=row.phone or (farm.phone if farm else "") or "",
        place=f"{area} {leg.stop.place}".strip(),
        at=row.visit_at,
        is_overdue=row.state == PaperState.ASSIGNED.value and is_overdue(row.visit_at, look.now),
        batches=tuple(batches.get(row.id, ())),
        begun=begun,
        decided=decided,
        spot=leg.stop.spot,
        away_m=leg.away_m,
    )
