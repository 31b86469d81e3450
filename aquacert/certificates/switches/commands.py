"""Halt and resume issuing: at once, with a reason, and by levels.

Stopping is one person's act, for stopping late is what costs: a public certification authority
that found a flaw halted everything within two minutes. Going on is the same level's, or higher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from aquacert.certificates.models.switches import IN_FORCE, IssuingHalt
from aquacert.certificates.switches import queries
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work

SHORTEST_REASON = 2


@dataclass(frozen=True)
class IssuingHalted(Fact):
    """Issuing was halted in a place."""

    tag: ClassVar[str] = "certificates:issuing:halt"
    title: ClassVar[str] = "停止出证"
    division_code: str
    authority: str
    because: str


@dataclass(frozen=True)
class IssuingResumed(Fact):
    """Issuing goes on in a place."""

    tag: ClassVar[str] = "certificates:issuing:resume"
    title: ClassVar[str] = "恢复出证"
    division_code: str
    authority: str
    because: str


def halt(w: Work, division_code: str, because: str) -> UUID:
    """Halt issuing in a division and below it; return the halt's id, an existing one's too.

    Raises `NotFound` for a place outside the actor's own, `Invalid` without a reason.
    """
    because = _reason(because)
    scope, home = w.actor.scope, queries.authority(w)
    if not (scope.everything or division_code in scope.divisions):
        raise NotFound
    existing = w.one(
        select(IssuingHalt.id).where(
            IssuingHalt.division_code == division_code, IssuingHalt.authority == home, IN_FORCE
        )
    )
    if existing is not None:
        return existing
    row = _added(w, division_code, home, because)
    fact = IssuingHalted(division_code, home, because)
    w.record(fact, on=row, county=division_code, reason=because)
    return row.id


def _added(w: Work, division_code: str, home: str, because: str) -> IssuingHalt:
    """Add the halt; raise `Conflict` when somebody pressed in the same moment: it stands still."""
    row = IssuingHalt(
        id=w.new_id(),
        division_code=division_code,
        authority=home,
        because=because,
        halted_at=w.now,
        halted_by_id=w.actor.person_id,
        halted_by=w.actor.label,
        ended_at=None,
        ended_by_id=None,
        ended_by="",
        ended_because="",
    )
    try:
        return w.add(row)
    except IntegrityError:
        raise Conflict("刚刚有人已经在这里停止出证，请刷新。") from None


def resume(w: Work, halt_id: UUID, because: str) -> None:
    """Let issuing go on; raise `NotAllowed` when a higher level halted, `NotFound` elsewhere."""
    because = _reason(because)
    row = w.session.scalar(
        select(IssuingHalt).where(IssuingHalt.id == halt_id).with_for_update(),
        execution_options={"populate_existing": True},
    )
    if row is None or halt_id not in {line.halt_id for line in queries.halts(w, 1000)}:
        raise NotFound
    if not queries.may_end(w, row):
        raise NotAllowed("这个开关是上级关的，要由上级恢复。")
    if row.ended_at is not None:
        raise NotAllowedNow("这个开关已经恢复了。")
    row.ended_at, row.ended_by_id, row.ended_by = w.now, w.actor.person_id, w.actor.label
    row.ended_because = because
    fact = IssuingResumed(row.division_code, row.authority, because)
    w.record(fact, on=row, county=row.division_code, reason=because)


def _reason(because: str) -> str:
    if len(because.strip()) < SHORTEST_REASON:
        raise Invalid("请写明原因。", because="请写明原因，至少两个字。")
    return because.strip()
