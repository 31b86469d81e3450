"""What a change elsewhere would touch here: counts only."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from aquacert.declarations.models import Batch, Declaration, Load
from aquacert.declarations.queries.holds import held
from aquacert.declarations.queries.places import farms_in
from aquacert.declarations.rules.states import OPEN
from aquacert.kernel.work import Look
from aquacert.surveillance.rules.shapes import Tier
from aquacert.surveillance.rules.zones import Reach


def open_within(look: Look, reach: Reach) -> int:
    """Return how many open declarations leave from, or go to, a zone with a species it affects."""
    if reach.tier is not Tier.PROTECTION and not reach.shapes:
        return 0
    goes = select(Load.declaration_id).where(Load.destination_code.in_(sorted(reach.divisions)))
    carries = select(Batch.declaration_id).where(Batch.species_code.in_(sorted(reach.species)))
    count = (
        select(func.count())
        .select_from(Declaration)
        .where(
            Declaration.state.in_(sorted(OPEN)),
            Declaration.id.in_(carries),
            or_(_leaves(look, reach), Declaration.id.in_(goes)),
        )
    )
    return look.session.scalar(count) or 0


def _leaves(look: Look, reach: Reach) -> ColumnElement[bool]:
    """Return the condition that seed leaves a zone: by its outline where it has one."""
    if reach.shapes:
        return Declaration.hatchery_id.in_(sorted(farms_in(look, reach)))
    return Declaration.origin_code.in_(sorted(reach.divisions))


def wanted_of_lot(look: Look, lot_id: UUID) -> int:
    """Return how much of a lot open declarations want that no certificate has taken yet."""
    return held(look, [lot_id])[lot_id]


def open_of(look: Look, hatchery_id: UUID) -> int:
    """Return how many open declarations a farm has; it cannot close or be merged before."""
    count = select(func.count()).where(
        Declaration.hatchery_id == hatchery_id, Declaration.state.in_(sorted(OPEN))
    )
    return look.session.scalar(count) or 0
