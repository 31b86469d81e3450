"""The two files of marks outside the database: appended to, synced, never shortened.

What they are for stands in `restore`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import event
from sqlalchemy.orm import Session

from aquacert.certificates.models import NumberSegment
from aquacert.certificates.rules.marks import SegmentMark
from aquacert.kernel.marks import append_lines
from aquacert.kernel.work import Database, Work

MARKS = "numbers.mark"
"""File in the data directory, one number a line, appended and synced before a number is used.
A restore never lets a mark go down (kernel.backup): it knows what the backup does not."""
SEGMENT_MARKS = "segments.mark"


def mark(database: Database, number: str) -> None:
    """Write a taken number down outside the database, durably, before it is used."""
    append_lines(database.settings.data_dir / MARKS, (number,))


def mark_many(database: Database, numbers: Iterable[str]) -> None:
    """Write taken numbers down outside the database, durably, with one sync."""
    append_lines(database.settings.data_dir / MARKS, numbers)


def mark_segment(w: Work, row: NumberSegment) -> None:
    """Write a segment down outside the database as soon as this transaction is committed."""
    after_commit(
        w,
        str(
            SegmentMark(
                row.id,
                row.kind,
                row.first,
                row.last,
                row.holder_id,
                row.holder_person_id,
                row.giver_id,
            )
        ),
    )


def after_commit(w: Work, line: str) -> None:
    """Keep a line for `segments.mark` until the commit; a rollback forgets it."""
    waiting: list[str] | None = w.session.info.get("segment_marks")
    if waiting is not None:
        waiting.append(line)
        return
    waiting = w.session.info["segment_marks"] = [line]
    path = w.settings.data_dir / SEGMENT_MARKS

    @event.listens_for(w.session, "after_commit")
    def _write(session: Session) -> None:
        if not session.in_nested_transaction() and waiting:
            append_lines(path, waiting)
            waiting.clear()
