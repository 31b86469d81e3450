"""Questions about evidence: today's challenge codes, where the ponds are, flags of checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Pond
from aquacert.inspections.models import EvidenceFlag
from aquacert.inspections.rules.evidence import FlagState, centre, codes_of
from aquacert.kernel.work import Look


def challenge_codes(look: Look, declaration_id: UUID, on: date | None = None) -> tuple[str, ...]:
    """Return a visit's challenge codes of a legal day (today); the same whenever asked.

    Whoever calls has shown that the visit is the asker's: the codes are nobody else's to know.
    """
    return codes_of(look.settings.secret, declaration_id, on or look.today)


def pond_centres(look: Look, hatchery_id: UUID) -> list[tuple[float, float]]:
    """Return the middles (latitude, longitude) of a farm's ponds in use that have an outline."""
    rows = look.scalars(
        select(Pond.outline).where(
            Pond.hatchery_id == hatchery_id, Pond.outline.is_not(None), Pond.left_on.is_(None)
        )
    )
    return [centre(ring) for ring in rows if ring]


def flags_of(look: Look, check_ids: Collection[UUID]) -> Mapping[UUID, list[EvidenceFlag]]:
    """Return check → its flags, oldest first; checks without any are not in the mapping.

    The caller has shown that the checks are visible.
    """
    found: dict[UUID, list[EvidenceFlag]] = {}
    if not check_ids:
        return found
    rows = select(EvidenceFlag).where(EvidenceFlag.check_id.in_(check_ids))
    for row in look.scalars(rows.order_by(EvidenceFlag.id)):
        found.setdefault(row.check_id, []).append(row)
    return found


def open_flags(look: Look, check_ids: Collection[UUID]) -> int:
    """Return how many flags of these checks nobody has looked at."""
    every = flags_of(look, check_ids).values()
    return sum(flag.state == FlagState.OPEN.value for flags in every for flag in flags)
