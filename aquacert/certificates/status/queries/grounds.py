"""What suspensions rest on: which grounds still stand, which ones a zone has laid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import RecallHit, RecallOrder, SuspensionGround
from aquacert.certificates.rules.grounds import Ground
from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.kernel.work import Look

STRETCH = 500
"""Certificates asked about in one statement."""


def standing_grounds(
    look: Look, certificate_ids: Collection[UUID]
) -> dict[UUID, list[SuspensionGround]]:
    """Return the grounds that still stand, by certificate, the oldest first."""
    found: defaultdict[UUID, list[SuspensionGround]] = defaultdict(list)
    for some in stretches(certificate_ids):
        rows = look.scalars(
            select(SuspensionGround)
            .where(SuspensionGround.certificate_id.in_(some), SuspensionGround.ended_at.is_(None))
            .order_by(SuspensionGround.since_at, SuspensionGround.id)
        )
        for row in rows:
            found[row.certificate_id].append(row)
    return found


def held_by_zone(look: Look, zone_id: UUID) -> set[UUID]:
    """Return the certificates that a zone holds now."""
    return set(laid_by_zone(look, zone_id))


def laid_by_zone(look: Look, zone_id: UUID) -> dict[UUID, datetime]:
    """Return the certificates that a zone holds now, with the instant since when."""
    rows = look.session.execute(
        select(SuspensionGround.certificate_id, SuspensionGround.since_at).where(
            SuspensionGround.source_id == zone_id, SuspensionGround.ended_at.is_(None)
        )
    )
    return {certificate_id: since_at for certificate_id, since_at in rows}  # noqa: C416


def known_to_zone(look: Look, zone_id: UUID, certificate_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these that a zone holds, or that a person freed of it for good."""
    found: set[UUID] = set()
    for some in stretches(certificate_ids):
        found |= set(
            look.scalars(
                select(SuspensionGround.certificate_id).where(
                    SuspensionGround.certificate_id.in_(some),
                    SuspensionGround.source_id == zone_id,
                    SuspensionGround.ended != "released",
                )
            )
        )
    return found


def zones_holding(look: Look) -> list[UUID]:
    """Return every zone that holds some certificate."""
    return look.scalars(
        select(SuspensionGround.source_id)
        .where(SuspensionGround.kind == Ground.ZONE.value, SuspensionGround.ended_at.is_(None))
        .distinct()
        .order_by(SuspensionGround.source_id)
    )


def ordered_hits(look: Look, certificate_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the hits of recall orders that nobody has decided, by certificate."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for some in stretches(certificate_ids):
        rows = look.session.execute(
            select(RecallHit.certificate_id, RecallHit.id)
            .join(RecallOrder, RecallOrder.id == RecallHit.order_id)
            .where(
                RecallHit.certificate_id.in_(some),
                RecallHit.state.in_([HitState.WAITING.value, HitState.SUSPENDED.value]),
                RecallOrder.state == RecallState.ORDERED.value,
            )
        )
        for certificate_id, hit_id in rows:
            found[certificate_id].append(hit_id)
    return found


def stretches(ids: Iterable[UUID], size: int = STRETCH) -> Iterator[list[UUID]]:
    """Return the ids in their order, so many at a time."""
    return in_turn(sorted(ids), size)


def in_turn(ids: Sequence[UUID], size: int = STRETCH) -> Iterator[list[UUID]]:
    """Return the ids as they come, so many at a time."""
    return (list(ids[at : at + size]) for at in range(0, len(ids), size))
