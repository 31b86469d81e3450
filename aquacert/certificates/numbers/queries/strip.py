"""One holder's newest numbers, one cell each: where the gaps are is seen at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.models import CertificateNumber
from aquacert.certificates.numbers.queries.segments import SegmentLine
from aquacert.certificates.rules.numbering import as_text
from aquacert.certificates.rules.states import NumberState
from aquacert.kernel.work import Look

CELLS = 1_000
COLUMNS = 50
GONE = "gone"
FREE = "free"


@dataclass(frozen=True)
class Run:
    """Cells of one state beside each other in one row of the grid."""

    row: int
    column: int
    length: int
    state: str


@dataclass(frozen=True)
class Strip:
    """A stretch of one segment, at most 1,000 numbers, cut into runs."""

    segment_id: UUID
    first: str
    last: str
    rows: int
    runs: tuple[Run, ...]
    is_part: bool


def strip_of(look: Look, line: SegmentLine) -> Strip:
    """Return the cells of a segment; of a long one the thousand around its pointer. One question."""
    first, last = int(line.first), int(line.last)
    if last - first + 1 > CELLS:
        start = max(first, min(int(line.next_free) - CELLS // 2, last - CELLS + 1))
        first, last = start, start + CELLS - 1
    rows = look.session.execute(
        select(CertificateNumber.number, CertificateNumber.state).where(
            CertificateNumber.segment_id == line.segment_id,
            CertificateNumber.number.between(as_text(first), as_text(last)),
        )
    )
    known = {int(number): state for number, state in rows}
    free = range(int(line.next_free), int(line.free_last) + 1)
    states = [known.get(n) or (FREE if n in free else GONE) for n in range(first, last + 1)]
    part = last - first + 1 < line.size
    return Strip(
        line.segment_id,
        as_text(first),
        as_text(last),
        -(-len(states) // COLUMNS),
        tuple(runs(states)),
        part,
    )


def runs(states: list[str]) -> list[Run]:
    """Return the runs of equal cells, row by row; used ones first, so that the rare lie on top."""
    found: list[Run] = []
    for at, state in enumerate(states):
        row, column = divmod(at, COLUMNS)
        before = found[-1] if found else None
        if before and before.state == state and before.row == row:
            found[-1] = Run(row, before.column, before.length + 1, state)
        else:
            found.append(Run(row, column, 1, state))
    return sorted(found, key=lambda run: run.state != NumberState.USED.value)
