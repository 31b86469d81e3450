"""What a restored backup has forgotten: two files outside the database, only ever appended to.

`numbers.mark`: each number taken, one a line, written and synced before the number is used.
`segments.mark`: each segment that came, went down or came back, and each range made void unused,
one a line, written and synced as soon as its transaction is committed. kernel.backup takes both
along and never lets a restore shorten them.

At each start the database is held against them. A segment it does not know is cut out again, with
the same id, into the same hands: it cannot be handed to somebody else. A number it does not know is
passed over and void, with the reason. So neither a number nor a segment is given out twice, and a
gap explains itself. What is lost is only the place of numbers between two marks: they become void.

The limit: a server that dies with its disk between the commit and the sync of `segments.mark` and
is then restored from an older backup forgets that one act; nobody had its answer yet.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from pathlib import Path

from sqlalchemy import select

from aquacert.accounts.models import Organisation
from aquacert.certificates.models import NumberSegment
from aquacert.certificates.numbers.commands import ledger
from aquacert.certificates.numbers.commands.facts import NumbersSkipped, SegmentRemembered
from aquacert.certificates.numbers.commands.ledger import Holder, holder_of
from aquacert.certificates.numbers.commands.outside import MARKS, SEGMENT_MARKS
from aquacert.certificates.rules.marks import SegmentMark, VoidMark, read_mark
from aquacert.certificates.rules.numbering import Range, as_text
from aquacert.certificates.rules.numberstock import Act
from aquacert.kernel.work import Work

FORGOTTEN = "恢复备份时跳过：这个号在备份之后已经取用"
FORGOTTEN_VOID = "恢复备份时补上：这个号在备份之后已经作废"
FORGOTTEN_SEGMENT = "恢复备份时补上：备份之后的号段变动"


def pass_over_forgotten(w: Work) -> int:
    """After a restore: do again what the files know and the database forgot.

    Returns how many numbers were passed over; each of them gets a row, void, with the reason.
    """
    skipped = _remember_segments(w)
    marks = _read_numbers(w.settings.data_dir / MARKS)
    if not marks:
        return skipped
    free = select(NumberSegment).where(
        NumberSegment.next_free <= NumberSegment.free_last,
        NumberSegment.next_free <= marks[-1],
        NumberSegment.free_last >= marks[0],
    )
    # Under a lock, and as it is then: another process may be taking numbers already.
    fresh = free.order_by(NumberSegment.first).with_for_update()
    for segment in w.scalars(fresh.execution_options(populate_existing=True)):
        behind = bisect_right(marks, segment.free_last)
        if bisect_left(marks, segment.next_free) < behind:
            skipped += _pass_over(w, segment, marks[behind - 1])
    return skipped


def _pass_over(w: Work, segment: NumberSegment, highest: int) -> int:
    numbers = Range(segment.next_free, highest)
    segment.next_free = highest + 1
    ledger.void_rows(w, segment, numbers, FORGOTTEN)
    _say_skipped(w, segment, numbers, FORGOTTEN)
    return numbers.size


def _say_skipped(w: Work, segment: NumberSegment, numbers: Range, because: str) -> None:
    ledger.write(
        w, Act.SKIP, segment, numbers, giver=holder_of(segment), taker=None, because=because
    )
    w.record(
        NumbersSkipped(as_text(numbers.first), as_text(numbers.last)),
        on=segment,
        county=segment.division_code,
        reason=because,
    )


def _remember_segments(w: Work) -> int:
    """Do again every segment and void range the database does not know; return numbers voided."""
    path = w.settings.data_dir / SEGMENT_MARKS
    if not path.exists():
        return 0
    # The file first: what stands in it is committed, so the table asked after it must know it.
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    known = set(w.scalars(select(NumberSegment.id)))
    voided = 0
    for line in lines:
        found = read_mark(line)
        if isinstance(found, SegmentMark) and found.id not in known:
            voided += _remember(w, found)
        elif isinstance(found, VoidMark):
            voided += _void_again(w, Range(found.first, found.last))
    return voided


def _remember(w: Work, found: SegmentMark) -> int:
    """Cut a forgotten segment out again; return how many numbers had to be voided instead."""
    body = w.session.get(Organisation, found.holder_id)
    pieces = _free_pieces(w, Range(found.first, found.last))
    if found.giver_id is None and not pieces and body is not None:
        _book_again(w, found, body)
        return 0
    voided = 0
    for parent, numbers in pieces:
        if body is None:  # the body itself came after the backup: nobody may have the numbers
            ledger.cut_out(w, parent, numbers)
            ledger.void_rows(w, parent, numbers, FORGOTTEN)
            _say_skipped(w, parent, numbers, FORGOTTEN)
            voided += numbers.size
            continue
        holder = Holder(body.id, body.division_code, found.person_id)
        ledger.cut_out(w, parent, numbers)
        whole = numbers == Range(found.first, found.last)
        row = ledger.new_segment(
            w,
            parent,
            numbers,
            holder,
            giver_id=found.giver_id,
            because=FORGOTTEN_SEGMENT,
            segment_id=found.id if whole else None,
        )
        ledger.write(
            w,
            Act.HAND_DOWN,
            row,
            numbers,
            giver=holder_of(parent),
            taker=holder,
            because=FORGOTTEN_SEGMENT,
        )
        _say_remembered(w, row)
    return voided


def _book_again(w: Work, found: SegmentMark, body: Organisation) -> None:
    numbers = Range(found.first, found.last)
    touched = select(NumberSegment.id).where(
        NumberSegment.first <= numbers.last, NumberSegment.last >= numbers.first
    )
    if w.one(touched) is not None:
        return
    holder = Holder(body.id, body.division_code)
    row = w.add(
        ledger.segment_row(
            w,
            kind=found.kind,
            numbers=numbers,
            holder=holder,
            because=FORGOTTEN_SEGMENT,
            segment_id=found.id,
        )
    )
    ledger.write(w, Act.RECEIVE, row, numbers, giver=None, taker=holder, because=FORGOTTEN_SEGMENT)
    _say_remembered(w, row)


def _say_remembered(w: Work, row: NumberSegment) -> None:
    w.record(
        SegmentRemembered(as_text(row.first), as_text(row.last)),
        on=row,
        county=row.division_code,
        reason=FORGOTTEN_SEGMENT,
    )


def _void_again(w: Work, numbers: Range) -> int:
    voided = 0
    for segment, part in _free_pieces(w, numbers):
        ledger.cut_out(w, segment, part)
        ledger.void_rows(w, segment, part, FORGOTTEN_VOID)
        _say_skipped(w, segment, part, FORGOTTEN_VOID)
        voided += part.size
    return voided


def _free_pieces(w: Work, wanted: Range) -> list[tuple[NumberSegment, Range]]:
    """Return which segments hold free numbers of `wanted`, and which."""
    rows = w.scalars(
        select(NumberSegment)
        .where(
            NumberSegment.next_free <= NumberSegment.free_last,
            NumberSegment.next_free <= wanted.last,
            NumberSegment.free_last >= wanted.first,
        )
        .order_by(NumberSegment.first)
        .with_for_update()
    )
    return [
        (row, Range(max(row.next_free, wanted.first), min(row.free_last, wanted.last)))
        for row in rows
    ]


def _read_numbers(path: Path) -> list[int]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii", errors="replace").split()
    return sorted({int(line) for line in lines if line.isascii() and line.isdigit()})
