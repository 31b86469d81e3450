"""The Asia-Pacific quarterly table (QAAD) as CSV or workbook.

One file is one country's quarter. A line of the table is one row; each month with a status is one
FIGURE, named by country, disease and month. The numbers of comments are resolved to their texts.
The table has no version of its own: the mapping's `as_of` (ISO day) gives the file one, so that a
quarter sent again later wins. "Late quarters" are normal: nothing here minds the order.

A spreadsheet that turned `0000` into 0, or `(2001)` into -2001, is understood: no other status is
a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from aquacert.surveillance.parsers.cells import refused, text_of
from aquacert.surveillance.parsers.dhis2 import as_of, joined
from aquacert.surveillance.parsers.jsonfile import at, listed, part, record_row
from aquacert.surveillance.parsers.shape import (
    Asked,
    Bad,
    BadRow,
    Code,
    Kind,
    Opened,
    Report,
    Row,
    raw_cells,
    report,
)
from aquacert.surveillance.parsers.tables import Formula, table_rows
from aquacert.surveillance.rules.events import plain_name
from aquacert.surveillance.rules.periods import Period, UnreadPeriod, months_of
from aquacert.surveillance.rules.qaad import (
    Cell,
    UnreadCell,
    parse_cell,
    parse_level,
    parse_numbers,
    print_cell,
)
from aquacert.surveillance.rules.quarters import group_at, month_at, parse_quarter

MOST_ROWS = 2000
NUMBERED = re.compile(r"\s*(\d{1,3})\s*[.)、]\s*(.+)", re.ASCII | re.DOTALL)
COUNTRY = re.compile(
    r"(?:country|国家|地区)\s*[:：]?\s*(.*?)\s*(?=period|时期|时间|$)", re.IGNORECASE
)
PERIOD = re.compile(r"(?:period|时期|时间)\s*[:：]?\s*(.+)", re.IGNORECASE)
LEVEL_WORDS, COMMENT_WORDS = ("level", "诊断"), ("comment", "备注", "说明")
COMMENTS = re.compile(r"(epidemiological\s+)?comments\b|流行病学说明|备注|说明", re.IGNORECASE)
NO_TABLE = "这不是水生动物疫病季度报告表（QAAD）：没有找到国家、时期和三个月的表头。"
Cells = Sequence[object]


@dataclass
class Head:
    """Where things stand in a table."""

    country: str = ""
    period: Period | None = None
    months: dict[int, int] = field(default_factory=dict)
    """Column → number of the month."""
    level: int | None = None
    comment: int | None = None


def read(file: BinaryIO, asked: Asked) -> Opened:
    """Return the lines of one country's quarter."""
    version = as_of(asked.mapping)
    rows = []
    for line, cells in table_rows(file):
        rows.append((line, cells))
        if len(rows) > MOST_ROWS:
            raise refused(f"季度表最多 {MOST_ROWS} 行。")
    return _opened(rows, asked.today, version)


def _opened(rows: Sequence[tuple[int, Cells]], today: date, version: int | None) -> Opened:
    head, body = _head(rows)
    if not head.country or head.period is None or len(head.months) != 3:
        raise refused(NO_TABLE)
    wanted = [one.first.month for one in months_of(head.period)]
    if [head.months[at_] for at_ in sorted(head.months)] != wanted:
        raise refused("表头的三个月与时期不是同一个季度，分不清，没有导入。")
    if head.period.first > today:
        raise refused("这份季度表的时期在今天以后，没有导入。")
    return Opened("quarter table", _lines(head, body, today, version))


def _head(rows: Sequence[tuple[int, Cells]]) -> tuple[Head, Sequence[tuple[int, Cells]]]:
    """Return the head and what stands below it: the row with the names of three months ends it."""
    head = Head()
    for place, (_line, cells) in enumerate(rows):
        texts = [_plain(one) for one in cells]
        whole = " ".join(one for one in texts if one)
        if not head.country and (found := COUNTRY.search(whole)):
            head.country = found[1].strip(" ,;:：")
        if head.period is None and (found := PERIOD.search(whole)):
            head.period = _quarter(found[1])
        for at_, text in enumerate(texts):
            if any(word in text.casefold() for word in LEVEL_WORDS):
                head.level = at_
            elif any(word in text.casefold() for word in COMMENT_WORDS):
                head.comment = at_
        months = {at_: month for at_, one in enumerate(texts) if (month := month_at(one))}
        if len(months) == 3:
            head.months = months
            return head, rows[place + 1 :]
    return head, ()


def _quarter(written: str) -> Period:
    try:
        return parse_quarter(
            re.split(r"\s{2,}|\bdisease status\b", written, flags=re.IGNORECASE)[0]
        )
    except UnreadPeriod as wrong:
        raise refused(f"表头的时期“{written[:40]}”读不出：{wrong.sentence}") from None


def _lines(
    head: Head, body: Sequence[tuple[int, Cells]], today: date, version: int | None
) -> Iterator[Row]:
    lines, comments = _split(body)
    group, seen = "", set[str]()
    for line, cells in lines:
        name = _plain(cells[0]) if cells else ""
        statuses = [_cell(cells, at_) for at_ in sorted(head.months)]
        if not any(_plain(one) for one in statuses):
            opened = None if NUMBERED.match(name) else group_at(name)
            group = group if opened is None else opened
            continue
        if any(isinstance(one, Formula) for one in cells):
            yield Row(line, raw_cells(cells), BadRow(Code.FORMULA, "", name[:120]))
            continue
        record = _record(head, group, name, statuses, cells)
        record["comments"] = {str(one): text for one, text in comments.items()}
        read = record_row(line, record, lambda one: _said(one, today, version))
        row = Row(line, raw_cells(cells), read.said)
        plain = plain_name(record["disease"].rstrip("* "))
        if plain in seen and not isinstance(row.said, BadRow):
            row = Row(line, row.raw, BadRow(Code.AMBIGUOUS, "disease", name[:120]))
        seen.add(plain)
        yield row


def _split(body: Sequence[tuple[int, Cells]]) -> tuple[list[tuple[int, Cells]], dict[int, str]]:
    """Return the lines of diseases, and the numbered comments that follow them."""
    lines: list[tuple[int, Cells]] = []
    comments: dict[int, str] = {}
    is_comment, number = False, None
    for line, cells in body:
        texts = [_plain(one) for one in cells]
        first = texts[0] if texts else ""
        rest = " ".join(one for one in texts[1:] if one)
        is_comment = is_comment or (not rest and bool(COMMENTS.match(first)))
        if not is_comment:
            lines.append((line, cells))
        elif re.fullmatch(r"\d{1,3}[.)]?", first, re.ASCII) and rest:
            number = int(first.rstrip(".)"))
            comments[number] = rest[:20_000]
        elif found := NUMBERED.match(first):
            number = int(found[1])
            comments[number] = f"{found[2]} {rest}".strip()[:20_000]
        elif number is not None and (first or rest) and not COMMENTS.match(first):
            comments[number] = f"{comments[number]} {first} {rest}".strip()[:20_000]
    return lines, comments


def _record(
    head: Head, group: str, name: str, statuses: Sequence[object], cells: Cells
) -> dict[str, Any]:
    found = NUMBERED.match(name)
    assert head.period is not None  # noqa: S101 (checked when the file was opened)
    return {
        "country": head.country,
        "period": head.period.text,
        "group": group,
        "disease": (found[2] if found else name).strip(),
        "statuses": [_status(one) for one in statuses],
        "level": _plain(_cell(cells, head.level)),
        "comment_numbers": _plain(_cell(cells, head.comment)),
    }


def _said(record: dict[str, Any], today: date, version: int | None) -> list[Report]:
    country, written = _text(record, "country"), _text(record, "disease")
    try:
        quarter = parse_quarter(_text(record, "period"))
    except UnreadPeriod:
        raise Bad(Code.PERIOD, "period", record.get("period")) from None
    if quarter.first > today:
        raise Bad(Code.FUTURE, "period", quarter.text)
    disease = written.rstrip("* ").strip()
    if not disease:
        raise Bad(Code.MISSING, "disease")
    cited = at("comment_numbers", _read, parse_numbers, record.get("comment_numbers"))
    texts = part(record, "comments")
    above: dict[str, Any] = {
        "country": country,
        "disease": disease,
        "group": at("group", text_of, record.get("group")),
        "is_unlisted": written.rstrip().endswith("*"),
        "quarter": quarter.text,
        "element": "qaad",
        "level": at("level", _read, parse_level, record.get("level")) or None,
        "comments": [
            {"no": one, "text": at("comments", text_of, texts.get(str(one)))} for one in cited
        ],
    }
    statuses = listed(record, "statuses")
    months = months_of(quarter)
    if len(statuses) != len(months):
        raise Bad(Code.COLUMNS, "statuses", len(statuses))
    found = []
    for month, status in zip(months, statuses, strict=True):
        cell = at(month.text, _read, parse_cell, status)
        if cell is not None:
            key = joined([plain_name(country), plain_name(disease), month.text])
            values = above | {"period": month.text} | _meaning(cell)
            found.append(report(Kind.FIGURE, key, values, version))
    if not found:
        raise Bad(Code.MISSING, "statuses")
    return found


def _meaning(cell: Cell) -> dict[str, Any]:
    return {
        "value": print_cell(cell),
        "status": cell.presence.value,
        "is_zoned": cell.is_zoned,
        "last_year": cell.last_year,
    }


def _read(parse: Any, written: object) -> Any:  # noqa: ANN401 (one of the parsers of the grammar)
    try:
        return parse(str(written or ""))
    except UnreadCell:
        raise Bad(Code.CHOICE, value=written) from None


def _text(record: Mapping[str, Any], name: str) -> str:
    found = record.get(name)
    if not isinstance(found, str) or not (text := at(name, text_of, found)):
        raise Bad(Code.MISSING, name, found)
    return text


def _status(cell: object) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return "0000" if cell == 0 else f"({-cell})" if cell < 0 else str(cell)
    return _plain(cell)


def _cell(cells: Cells, place: int | None) -> object:
    return cells[place] if place is not None and place < len(cells) else None


def _plain(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
