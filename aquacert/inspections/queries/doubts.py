"""Verdicts in doubt: what another device said of a batch that had passed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from aquacert.inspections.models.doubts import VerdictDoubt
from aquacert.inspections.rules import Act
from aquacert.kernel.work import Look


def open_doubt(look: Look, check_id: UUID) -> VerdictDoubt | None:
    """Return the first doubt about a check that nobody has settled."""
    return look.one(
        select(VerdictDoubt)
        .where(VerdictDoubt.check_id == check_id, VerdictDoubt.stands == "")
        .order_by(VerdictDoubt.raised_at)
        .limit(1)
    )


def failed_after_all(look: Look, check_id: UUID) -> bool:
    """Say whether the vet let a later "failed" stand for a batch that had passed."""
    found = select(VerdictDoubt.id).where(
        VerdictDoubt.check_id == check_id, VerdictDoubt.stands == Act.FAIL.value
    )
    return look.one(found.limit(1)) is not None
