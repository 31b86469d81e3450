"""Recalls that a zone suggests: what it holds on the road and no two persons have decided on yet.

Nothing is kept: a suggestion is there while the zone holds something, and gone with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from aquacert.certificates.models import (
    Certificate,
    RecallOrder,
    Standing,
    SuspensionGround,
)
from aquacert.certificates.rules.grounds import Ground
from aquacert.certificates.rules.recalls import RecallState
from aquacert.certificates.rules.states import Status
from aquacert.kernel.work import Look
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries import ZoneLine, zone_lines


@dataclass(frozen=True)
class Suggestion:
    """One zone with how many certificates it holds on the road."""

    zone_id: UUID
    zone: ZoneLine
    certificates: int
    order_id: UUID | None
    """The order that was given for it and waits for its second person."""


def suggested(look: Look, within: ColumnElement[bool]) -> list[Suggestion]:
    """Return what zones suggest to recall, the largest first."""
    rows = look.session.execute(
        select(SuspensionGround.source_id, func.count())
        .join(Certificate, Certificate.id == SuspensionGround.certificate_id)
        .join(Standing, Standing.id == Certificate.id)
        .where(
            SuspensionGround.kind == Ground.ZONE.value,
            SuspensionGround.ended_at.is_(None),
            Standing.status == Status.SUSPENDED.value,
            within,
        )
        .group_by(SuspensionGround.source_id)
    )
    counts = {zone_id: int(count) for zone_id, count in rows}
    if not counts:
        return []
    zones = look.scalars(select(Zone).where(Zone.id.in_(sorted(counts))))
    ordered = _ordered(look)
    found = [
        Suggestion(line.zone.id, line, counts[line.zone.id], ordered.get(str(line.zone.id)))
        for line in zone_lines(look, zones)
    ]
    return sorted(found, key=lambda one: (-one.certificates, one.zone_id))


def _ordered(look: Look) -> dict[str, UUID]:
    waiting = select(RecallOrder).where(
        RecallOrder.state == RecallState.ORDERED.value, look.visible(RecallOrder)
    )
    return {str(row.question.get("zone_id", "")): row.id for row in look.scalars(waiting)}


def held_by(zone_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a zone holds a certificate, or held it once."""
    named = select(SuspensionGround.certificate_id).where(SuspensionGround.source_id == zone_id)
    return Certificate.id.in_(named)
