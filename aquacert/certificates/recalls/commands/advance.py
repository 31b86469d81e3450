"""Carry an order out, a stretch at a time: whole statements, one lock of the log per stretch.

Each stretch is one transaction, so a crash leaves whole stretches and the next run goes on after
them. Pages follow the table: every stretch writes the changes that wake them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, update

from aquacert.certificates.log.commands import Subject, append_many
from aquacert.certificates.models import (
    Certificate,
    Issuance,
    RecallHit,
    RecallOrder,
    Standing,
)
from aquacert.certificates.numbers import commands as numbers
from aquacert.certificates.recalls.commands.facts import RecallAdvanced, RecallStepDone
from aquacert.certificates.recalls.commands.notices import tell_holders
from aquacert.certificates.rules.recalls import HitState, RecallState
from aquacert.certificates.rules.states import LIVE, Act, Status
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Database, Work

STRETCH = 500


@dataclass(frozen=True)
class Step:
    """What is done to a hit in one state of its order."""

    of: HitState
    act: Act
    before: frozenset[Status]
    after: Status
    done: HitState
    news: Topic


class Hit(NamedTuple):
    """What a stretch needs to know of one certificate of an order."""

    id: UUID
    certificate_id: UUID
    number: str


STEPS = {
    RecallState.ORDERED: Step(
        HitState.WAITING,
        Act.SUSPEND,
        frozenset({Status.VALID}),
        Status.SUSPENDED,
        HitState.SUSPENDED,
        Topic.CERTIFICATE_SUSPENDED,
    ),
    RecallState.CONFIRMED: Step(
        HitState.SUSPENDED,
        Act.RECALL,
        LIVE,  # what two persons decided holds, whoever resumed a certificate in between
        Status.RECALLED,
        HitState.RECALLED,
        Topic.CERTIFICATE_RECALLED,
    ),
    RecallState.REJECTED: Step(
        HitState.SUSPENDED,
        Act.RESUME,
        frozenset({Status.SUSPENDED}),
        Status.VALID,
        HitState.RESUMED,
        Topic.CERTIFICATE_RESUMED,
    ),
}


def advance(
    database: Database, order_id: UUID, *, most: int | None = None, size: int = STRETCH
) -> int:
    """Do everything an order has to do in its present step; return how many stretches it took.

    Safe to repeat, to run late, and beside itself. `most` stops early, for tests of a crash.
    """
    done = 0
    while most is None or done < most:
        with database.work(SYSTEM) as w:
            if not _stretch(w, order_id, size):
                return done
        done += 1
    return done


def _stretch(w: Work, order_id: UUID, size: int) -> bool:
    """Do one stretch, or finish the step; say whether there was anything to do."""
    row = w.get_for_change(RecallOrder, order_id)
    step = STEPS[RecallState(row.state)]
    rows = w.session.execute(
        select(RecallHit.id, RecallHit.certificate_id, RecallHit.number)
        .where(RecallHit.order_id == row.id, RecallHit.state == step.of.value)
        .order_by(RecallHit.number)
        .limit(size)
    )
    hits = [Hit(*one) for one in rows]
    if hits:
        _do(w, row, step, hits)
        return True
    if row.finished_at is None:  # else the news came twice
        _finish(w, row, step)
    return False


def _do(w: Work, row: RecallOrder, step: Step, hits: list[Hit]) -> None:
    standings = _locked(w, hits)
    staying = _staying(w, row, hits) if step.act is Act.RESUME else frozenset()
    moved = [
        hit
        for hit in hits
        if standings.get(hit.certificate_id) in step.before and hit.id not in staying
    ]
    held = [
        hit
        for hit in hits
        if step.act is Act.SUSPEND and standings.get(hit.certificate_id) is step.after
    ]
    _mark(w, [*moved, *held], step.done)
    done = {hit.id for hit in (*moved, *held)}
    _mark(w, [hit for hit in hits if hit.id not in done], HitState.SKIPPED)
    _move_standings(w, row, step, moved, standings)
    fact = RecallAdvanced(
        step.act.value,
        len(moved),
        len(hits) - len(moved),
        hits[0].number,
        hits[-1].number,
        hashlib.sha256("\n".join(hit.number for hit in moved).encode()).hexdigest(),
    )
    w.record(fact, on=row, county=row.county, reason=_because(row))
    append_many(w, _subjects(w, moved), step.act)


def _locked(w: Work, hits: list[Hit]) -> dict[UUID, Status]:
    """Lock the standings of a stretch, in one order, and return what each is."""
    rows = w.session.execute(
        select(Standing.id, Standing.status)
        .where(Standing.id.in_([hit.certificate_id for hit in hits]))
        .order_by(Standing.id)
        .with_for_update()
    )
    return {one: Status(status) for one, status in rows}


def _staying(w: Work, row: RecallOrder, hits: list[Hit]) -> frozenset[UUID]:
    """Return the hits that stay suspended though their order is rejected.

    What was suspended before the order, or for a reason that came since; and what another order
    still holds: that one gives it back when it is rejected in its turn. Asked under the lock.
    """
    ids = [hit.id for hit in hits]
    before = w.scalars(
        select(RecallHit.id).where(RecallHit.id.in_(ids), RecallHit.was == Status.SUSPENDED.value)
    )
    by_certificate = {hit.certificate_id: hit.id for hit in hits if hit.id not in set(before)}
    others = (
        select(RecallHit.id, RecallHit.certificate_id)
        .join(RecallOrder, RecallOrder.id == RecallHit.order_id)
        .where(
            RecallHit.certificate_id.in_(by_certificate),
            RecallHit.state.in_([HitState.WAITING.value, HitState.SUSPENDED.value]),
            RecallOrder.id != row.id,
            RecallOrder.state == RecallState.ORDERED.value,
        )
    )
    found = w.session.execute(others).all()
    if found:
        w.session.execute(
            update(RecallHit)
            .where(RecallHit.id.in_([hit_id for hit_id, _certificate in found]))
            .values(was=Status.VALID.value),
            execution_options={"synchronize_session": False},
        )
    return frozenset(before) | {by_certificate[certificate] for _hit, certificate in found}


def _mark(w: Work, hits: list[Hit], state: HitState) -> None:
    if hits:
        w.session.execute(
            update(RecallHit)
            .where(RecallHit.id.in_([hit.id for hit in hits]))
            .values(state=state.value),
            execution_options={"synchronize_session": False},
        )


def _move_standings(
    w: Work, row: RecallOrder, step: Step, moved: list[Hit], before: dict[UUID, Status]
) -> None:
    """One statement for the standings, one for their journal, two for the numbers."""
    if not moved:
        return
    by_id = row.decided_by_id if row.decided_at else row.ordered_by_id
    by = row.decided_by if row.decided_at else row.ordered_by
    because = _because(row)
    w.session.execute(
        update(Standing)
        .where(Standing.id.in_([hit.certificate_id for hit in moved]))
        .values(status=step.after.value, because=because, changed_at=w.now, changed_by_id=by_id),
        execution_options={"synchronize_session": False},
    )
    w.session.execute(
        insert(JournalEntry),
        [
            {
                "subject_kind": Standing.__tablename__,
                "subject_id": hit.certificate_id,
                "act": step.act.value,
                "from_state": before[hit.certificate_id].value,
                "to_state": step.after.value,
                "at": w.now,
                "by_id": by_id,
                "by": by,
                "because": because,
            }
            for hit in moved
        ],
    )
    if step.act is Act.RECALL:
        numbers.void_used_many(w, [hit.number for hit in moved], f"召回：{because}")


def _because(row: RecallOrder) -> str:
    return row.decided_because if row.decided_at else row.because


def _subjects(w: Work, hits: list[Hit]) -> list[Subject]:
    ids = [hit.certificate_id for hit in hits]
    rows = w.session.execute(
        select(Issuance.id, Issuance.public_id, Issuance.number, Issuance.payload)
        .where(Issuance.id.in_(ids))
        .order_by(Issuance.number)
    )
    return [Subject(one, public_id, number, payload) for one, public_id, number, payload in rows]


def _finish(w: Work, row: RecallOrder, step: Step) -> None:
    """Tell holders and destinations, and have every status list concerned published anew."""
    row.finished_at = w.now
    told = tell_holders(w, row, step.done)
    done = w.session.execute(
        select(Certificate.status_list, Certificate.id)
        .join(RecallHit, RecallHit.certificate_id == Certificate.id)
        .where(RecallHit.order_id == row.id, RecallHit.state == step.done.value)
    )
    # One certificate speaks for its whole status list: publishing it once is enough.
    for certificate_id in {number: one for number, one in done}.values():  # noqa: C416
        w.tell(step.news, certificate_id)
    w.record(RecallStepDone(row.state, told), on=row, county=row.county)
