"""What a change elsewhere would touch here: counts only."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select

from aquacert.declarations.models import Batch, Declaration, Load
from aquacert.declarations.queries.holds import held
from aquacert.declarations.rules.states import OPEN
from aquacert.kernel.work import Look
from aquacert.surveillance.rules.zones import Reach


def open_within(look: Look, reach: Reach) -> int:
    """Return how many open declarations leave from, or go to, a zone with a species it affects."""
    goes = select(Load.declaration_id).where(Load.destination_code.in_(sorted(reach.divisions)))
    carries = select(Batch.declaration_id).where(Batch.species_code.in_(sorted(reach.species)))
    count = (
        select(func.count())
        .select_from(Declaration)
        .where(
            Declaration.state.in_(sorted(OPEN)),
            Declaration.id.in_(carries),
            or_(Declaration.origin_code.in_(sorted(reach.divisions)), Declaration.id.in_(goes)),
        )
    )
    return look.session.scalar(count) or 0


def wanted_of_lot(look: Look, lot_id: UUID) -> int:
    """Return how much of a lot open declarations want that no certificate has taken yet."""
    return held(look, [lot_id])[lot_id]


def open_of(look: Look, hatchery_id: UUID) -> int:
    """Return how many open declarations a farm has; it cannot close or be merged before."""
    count = select(func.count()).where(
        Declaration.hatchery_id == hatchery_id, Declaration.state.in_(sorted(OPEN))
    )
    return look.session.scalar(count) or 0
