"""Write down what a suspension rests on, and that it no longer does."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import insert, select, update

from aquacert.certificates.models import SuspensionGround
from aquacert.certificates.rules.grounds import Ended, Ground
from aquacert.certificates.rules.states import Status
from aquacert.kernel.db import table_of
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

GROUNDS = table_of(SuspensionGround)
WRITE = Quick(insert(GROUNDS).inline(), GROUNDS.c.keys())


def lay(w: Work, certificate_id: UUID, kind: Ground, source_id: UUID, because: str) -> None:
    """Write one ground down, unless it stands already; the caller tells people itself."""
    known = select(SuspensionGround.id).where(
        SuspensionGround.certificate_id == certificate_id,
        SuspensionGround.kind == kind.value,
        SuspensionGround.source_id == source_id,
        SuspensionGround.ended_at.is_(None),
    )
    if w.one(known) is None:
        w.rows(WRITE, **values(w, certificate_id, kind, source_id, because) | {"told_at": w.now})


def lay_all(w: Work, was: dict[UUID, Status], kind: Ground, source_id: UUID, because: str) -> None:
    """Write the same ground down for many certificates; nobody was told of it yet."""
    rows = [
        values(w, one, kind, source_id, because) | {"was": status.value}
        for one, status in was.items()
    ]
    w.rows_of_many(WRITE, rows)


def values(
    w: Work, certificate_id: UUID, kind: Ground, source_id: UUID, because: str
) -> dict[str, object]:
    """Return the row of a ground."""
    return {
        "id": w.new_id(),
        "certificate_id": certificate_id,
        "kind": kind.value,
        "source_id": source_id,
        "because": because,
        "was": Status.VALID.value,
        "since_at": w.now,
        "told_at": None,
        "ended": Ended.NOT_YET.value,
        "ended_at": None,
        "freed": False,
        "end_told_at": None,
    }


def overrule(w: Work, certificate_id: UUID) -> None:
    """End every ground of a certificate that a person made good again: none counts any more."""
    w.session.execute(
        update(SuspensionGround)
        .where(
            SuspensionGround.certificate_id == certificate_id,
            SuspensionGround.ended_at.is_(None),
        )
        .values(ended=Ended.OVERRULED.value, ended_at=w.now, end_told_at=w.now),
        execution_options={"synchronize_session": False},
    )


def release(w: Work, certificate_ids: Collection[UUID], source_id: UUID) -> None:
    """End what a source laid on these certificates: it is gone, or reaches them no longer."""
    w.session.execute(
        update(SuspensionGround)
        .where(
            SuspensionGround.certificate_id.in_(certificate_ids),
            SuspensionGround.source_id == source_id,
            SuspensionGround.ended_at.is_(None),
        )
        .values(ended=Ended.RELEASED.value, ended_at=w.now),
        execution_options={"synchronize_session": False},
    )
