"""Licences of one kind that one farm has twice, after two registrations became one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import Licence
from aquacert.kernel.work import Look


def doubled(look: Look, hatchery_id: UUID) -> Mapping[str, list[Licence]]:
    """Return, by kind, the verified licences in force of which nobody said which stands.

    One that continues another is no second one; where each was said to stand, nothing is asked.
    """
    rows = look.scalars(
        select(Licence)
        .where(
            Licence.hatchery_id == hatchery_id,
            Licence.verified_at.is_not(None),
            Licence.until_on >= look.today,
        )
        .order_by(Licence.kind, Licence.number, Licence.id)
    )
    linked = {row.renews_id for row in rows} | {row.id for row in rows if row.renews_id}
    found: dict[str, list[Licence]] = {}
    for row in rows:
        if row.id not in linked:
            found.setdefault(row.kind, []).append(row)
    return {
        kind: held
        for kind, held in found.items()
        if len(held) > 1 and any(row.stands_at is None for row in held)
    }
