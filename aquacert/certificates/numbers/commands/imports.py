"""A list of segments from a workbook: read and judged first, then booked, all or none, once.

The file itself is kept. Looking again reads it again, so that what is judged is what is there now;
the same bytes are the same import, whoever sends them and however often.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.certificates.models import NumberImport
from aquacert.certificates.numbers.commands.facts import ListBooked, ListRead
from aquacert.certificates.numbers.commands.segments import (
    clash_with,
    only_the_province,
    receive_segment,
)
from aquacert.certificates.numbers.parsers import XLSX, SegmentCells, read_segment_list
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import Range, as_text, parse_range
from aquacert.certificates.rules.numbersheet import half_width
from aquacert.kernel.errors import AquaCertError, Conflict, Invalid
from aquacert.kernel.work import Look, Work


@dataclass(frozen=True)
class JudgedRow:
    """One row of the sheet: what it says, and why it cannot be booked ("" when it can)."""

    row: int
    kind: str
    first: str
    last: str
    body: str
    because: str
    wrong: str
    holder_id: UUID | None = None
    numbers: Range | None = None

    @property
    def count(self) -> int:
        """Return how many numbers it holds; 0 when it holds none."""
        return self.numbers.size if self.numbers else 0


def read_list(w: Work, data: bytes, name: str) -> UUID:
    """Keep a workbook and return its import; the same bytes again are the same import.

    Raises `Invalid` when it is no workbook of ours, `NotAllowed` for others than the province.
    """
    only_the_province(w)
    read_segment_list(data)
    digest = hashlib.sha256(data).hexdigest()
    known = w.one(select(NumberImport).where(NumberImport.sha256 == digest))
    if known is not None:
        return known.id
    row = w.add(
        NumberImport(
            id=w.new_id(),
            sha256=digest,
            name=name[:200],
            division_code=f"{w.settings.province}0000",
            read_at=w.now,
            read_by_id=w.actor.person_id,
            booked_at=None,
            booked=0,
        )
    )
    w.attach(row, data, name[:200], XLSX)
    w.record(ListRead(row.name, digest), on=row, county=row.division_code)
    return row.id


def judge_list(look: Look, import_id: UUID) -> tuple[NumberImport, list[JudgedRow]]:
    """Return an import and each of its rows, judged against what is booked now."""
    row = look.get(NumberImport, import_id)
    cells = read_segment_list(look.read_file(look.files_of(row)[0]))
    bodies = {body.name_zh: body for body in accounts.organisations(look, kind="agency")}
    judged: list[JudgedRow] = []
    for one in cells:
        judged.append(_judge(look, one, bodies, judged))
    return row, judged


def book_list(w: Work, import_id: UUID, rows: Collection[int]) -> int:
    """Book the rows a person confirmed, all or none; return how many segments.

    A second time nothing happens and the first answer is given. Raises `Invalid` when one of the
    rows cannot be booked any more, naming it.
    """
    only_the_province(w)
    locked = w.get_for_change(NumberImport, import_id)
    if locked.booked_at is not None:
        return locked.booked
    _kept, judged = judge_list(w, import_id)
    chosen = [one for one in judged if one.row in set(rows)]
    if not chosen or len(chosen) != len(set(rows)):
        raise Invalid("请至少选一行要入库的号段。", rows="请至少选一行。")
    for one in chosen:
        if one.wrong:
            raise Invalid(f"第 {one.row} 行不能入库：{one.wrong}", rows="请刷新后重新选。")
        _book(w, one)
    locked.booked, locked.booked_at = len(chosen), w.now
    w.record(ListBooked(locked.name, len(chosen)), on=locked, county=locked.division_code)
    return len(chosen)


def _book(w: Work, one: JudgedRow) -> None:
    if one.numbers is None or one.holder_id is None:
        raise Conflict("清单有变化，请刷新。")
    try:
        receive_segment(
            w,
            holder_id=one.holder_id,
            kind=one.kind,
            first=as_text(one.numbers.first),
            last=as_text(one.numbers.last),
            because=one.because or "清单入库",
        )
    except Invalid as error:
        named = "".join(error.fields.values()) or error.sentence
        raise Invalid(f"第 {one.row} 行不能入库：{named}", rows="请刷新后重新选。") from None


def _judge(
    look: Look, cells: SegmentCells, bodies: dict[str, Organisation], before: list[JudgedRow]
) -> JudgedRow:
    row = JudgedRow(
        cells.row, cells.kind, cells.first, cells.last, cells.body, cells.because, cells.wrong
    )
    if row.wrong:
        return row
    kind = half_width(cells.kind).upper().removeprefix("动物").strip()
    if kind not in set(Kind):
        return replace(row, wrong="证书种类应为“动物A”或“动物B”。")
    body = bodies.get(cells.body)
    if body is None:
        return replace(row, kind=kind, wrong=f"没有“{cells.body[:30]}”这个在用的机构。")
    first, last = half_width(cells.first), half_width(cells.last or cells.first)
    try:
        numbers = parse_range(first, last, province=look.settings.province)
    except AquaCertError as error:
        fields = getattr(error, "fields", {})
        return replace(row, kind=kind, wrong=error.sentence + "".join(fields.values()))
    row = replace(
        row,
        kind=kind,
        first=as_text(numbers.first),
        last=as_text(numbers.last),
        holder_id=body.id,
        numbers=numbers,
    )
    return replace(row, wrong=clash_with(look, numbers) + _within(row, before))


def _within(row: JudgedRow, before: list[JudgedRow]) -> str:
    """Name the row of the same list that a row would overlap."""
    for other in before:
        if (
            row.numbers
            and other.numbers
            and not other.wrong
            and other.numbers.overlaps(row.numbers)
        ):
            return f"与本表第 {other.row} 行 {other.numbers} 重叠。"
    return ""
