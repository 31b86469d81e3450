"""The outbox: rows written with the act, run afterwards. The row is the queue.

A row carries its lease, its attempts and when it is due. The runner may die at any instant: the
lease runs out and somebody else takes the row, so a task may come late or twice and never not at
all; tasks are idempotent. No transaction is open while a task runs except the task's own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Engine, Index, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from aquacert.kernel.clock import Clock
from aquacert.kernel.db import Base
from aquacert.kernel.topics import Topic

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
LONGEST_TASK = timedelta(minutes=10)
"""A task that runs longer hangs: none of ours takes a tenth of it."""
ATTEMPTS = 48
"""After so many failures a row waits for a person (it stays, with its last error)."""

log = structlog.get_logger("outbox")
Task = Callable[[UUID], None]


class OutboxRow(Base):
    """One piece of work for one task about one subject."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "done_at", "due_at"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    topic: Mapped[str]
    task: Mapped[str]
    subject_id: Mapped[UUID]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class Job:
    """A leased row."""

    seq: int
    task: str
    subject_id: UUID
    attempts: int


class Runner:
    """Takes due rows one at a time and runs their tasks; several runners may work at once."""

    def __init__(
        self,
        engine: Engine,
        reader: Engine,
        clock: Clock,
        tasks: Mapping[str, Task],
    ) -> None:
        self.engine = engine
        self.reader = reader
        self.clock = clock
        self.tasks = tasks
        self._present: tuple[Job, float] | None = None

    def claim(self) -> Job | None:
        """Lease the oldest due row, or return None."""
        now = self.clock.now()
        due = (
            select(OutboxRow)
            .where(
                OutboxRow.done_at.is_(None),
                OutboxRow.due_at <= now,
                OutboxRow.attempts < ATTEMPTS,
                or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now),
            )
            .order_by(OutboxRow.seq)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with Session(self.engine) as session, session.begin():
            row = session.scalar(due)
            if row is None:
                return None
            row.lease_until = now + LEASE
            row.attempts += 1
            return Job(row.seq, row.task, row.subject_id, row.attempts)

    def run_one(self) -> bool:
        """Run one due row; say whether there was one."""
        if not self._waiting():
            return False
        job = self.claim()
        if job is None:
            return False
        self._present = (job, time.monotonic())
        try:
            self.tasks[job.task](job.subject_id)
        except Exception as error:
            log.exception("task failed", task=job.task, seq=job.seq, attempts=job.attempts)
            self._failed(job, error)
        else:
            self._done(job)
        finally:
            self._present = None
        return True

    def stuck(self, longest: timedelta = LONGEST_TASK) -> Job | None:
        """Return the task that has been running for longer than it may, asked from another thread."""
        present = self._present
        if present is None or time.monotonic() - present[1] < longest.total_seconds():
            return None
        return present[0]

    def let_go(self, job: Job) -> None:
        """Put a task that hangs back, to be tried later: the others must not wait behind it."""
        log.error("a task hangs", task=job.task, seq=job.seq, attempts=job.attempts)
        self._failed(job, TimeoutError("it hung"))

    def run_all(self, limit: int = 10_000) -> int:
        """Run rows until none is due; return how many were run."""
        count = 0
        while count < limit and self.run_one():
            count += 1
        return count

    def run_until(self, stop: threading.Event, pause: float = 0.25) -> None:
        """Run rows until `stop` is set, resting `pause` seconds when there is none."""
        while not stop.is_set():
            try:
                busy = self.run_one()
            except Exception:
                log.exception("outbox could not be read")
                busy = False
            if not busy:
                stop.wait(pause)

    def _waiting(self) -> bool:
        """Look without taking the write lock, so an idle worker never blocks anybody."""
        now = self.clock.now()
        waiting = select(OutboxRow.seq).where(
            OutboxRow.done_at.is_(None),
            OutboxRow.due_at <= now,
            OutboxRow.attempts < ATTEMPTS,
        )
        with self.reader.connect() as connection:
            return connection.execute(waiting.limit(1)).first() is not None

    def _done(self, job: Job) -> None:
        self._write(job, done_at=self.clock.now(), lease_until=None, error="")

    def _failed(self, job: Job, error: Exception) -> None:
        wait = min(FIRST_WAIT * 2 ** (job.attempts - 1), LONGEST_WAIT)
        self._write(
            job,
            due_at=self.clock.now() + wait,
            lease_until=None,
            error=f"{type(error).__name__}: {error}"[:500],
        )

    def _write(self, job: Job, **values: object) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(update(OutboxRow).where(OutboxRow.seq == job.seq).values(**values))


def rows_for(
    topic: Topic, tasks: tuple[str, ...], subject_id: UUID, now: datetime
) -> list[dict[str, object]]:
    """Return the outbox rows that news of `topic` becomes: one for each task that listens."""
    return [
        {
            "topic": topic.value,
            "task": task,
            "subject_id": subject_id,
            "made_at": now,
            "due_at": now,
            "attempts": 0,
            "lease_until": None,
            "done_at": None,
            "error": "",
        }
        for task in tasks
    ]
