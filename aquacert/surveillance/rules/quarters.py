"""The quarterly table as rows of a sheet: the name of its quarter, its heads, its lines.

`sheet_rows` writes what the reader of the table reads, so that a table given back can be read
again and says the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from aquacert.surveillance.rules.periods import (
    Period,
    Span,
    UnreadPeriod,
    months_of,
    parse_period,
    quarter_of,
)
from aquacert.surveillance.rules.qaad import QuarterTable, print_cell, print_numbers

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "finfish": ("finfish", "fish", "鱼类"),
    "mollusc": ("mollusc", "mollusk", "molluscan", "贝类", "软体"),
    "crustacean": ("crustacean", "甲壳"),
    "amphibian": ("amphibian", "两栖"),
}
GROUP_HEADS: Mapping[str, str] = {
    "finfish": "Finfish diseases",
    "mollusc": "Molluscan diseases",
    "crustacean": "Crustacean diseases",
    "amphibian": "Amphibian diseases",
    "": "Other diseases",
}
LEVEL_HEAD, COMMENT_HEAD = "Level of Diagnosis", "Epidemiological Comment Numbers"
COMMENTS_HEAD = "Epidemiological Comments"
ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "一": 1, "二": 2, "三": 3, "四": 4}


def parse_quarter(written: str) -> Period:
    """Return a quarter: 2026Q1, 2026/1, 1st Quarter 2026, January to March 2026, 2026年第一季度.

    Raises `UnreadPeriod` for anything else, and for three months that are no quarter.
    """
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", written)).strip(" .,")
    for read in (_issue, _ordinal, _chinese, _named):
        try:
            found = read(text)
        except UnreadPeriod:
            raise
        except ValueError:
            raise UnreadPeriod(f"没有“{text[:20]}”这个季度。") from None
        if found is not None:
            return found
    period = parse_period(text)
    if period.span is not Span.QUARTER:
        raise UnreadPeriod("季度表的时期要是一个季度。")
    return period


def print_quarter(period: Period) -> str:
    """Return a quarter as the table's head writes it: January to March 2026."""
    return f"{MONTHS[period.first.month - 1]} to {MONTHS[period.last.month - 1]} {period.last.year}"


def month_at(written: str) -> int | None:
    """Return the number of a month's name (English, three letters or more; 1月)."""
    text = unicodedata.normalize("NFKC", written).strip(" .").casefold()
    if found := re.fullmatch(r"(1[0-2]|[1-9])月", text):
        return int(found[1])
    if len(text) < 3:
        return None
    return next((at for at, name in enumerate(MONTHS, 1) if name.casefold().startswith(text)), None)


def group_at(written: str) -> str | None:
    """Return the group that a heading opens; None when it opens none."""
    text = unicodedata.normalize("NFKC", written).casefold()
    if re.search(r"\bother\b|其他", text):
        return ""
    return next((one for one, words in GROUPS.items() if any(w in text for w in words)), None)


def sheet_rows(table: QuarterTable) -> Iterator[Sequence[str]]:
    """Yield the rows of a table: country and period, heads, lines by group, numbered comments."""
    months = [MONTHS[one.first.month - 1] for one in months_of(table.period)]
    yield ("Country:", table.country, "Period:", print_quarter(table.period), "", "")
    yield ("Disease", "Disease status", "", "", LEVEL_HEAD, COMMENT_HEAD)
    yield ("Month", *months, "", "")
    number = 0
    for group in GROUP_HEADS:
        lines = [one for one in table.lines if one.group == group]
        if lines:
            yield (GROUP_HEADS[group], "", "", "", "", "")
        for line in lines:
            number += 1
            name = f"{number}. {line.disease}{'*' if line.is_unlisted else ''}"
            cells = [print_cell(one) for one in line.cells]
            yield (name, *cells, line.level, print_numbers(line.comments))
    if table.comments:
        yield (COMMENTS_HEAD, "", "", "", "", "")
    for at in sorted(table.comments):
        yield (str(at), table.comments[at], "", "", "", "")


def _issue(text: str) -> Period | None:
    found = re.fullmatch(r"(\d{4})/([1-4])", text, re.ASCII)
    return quarter_of(int(found[1]), int(found[2])) if found else None


def _ordinal(text: str) -> Period | None:
    found = re.fullmatch(
        r"(1st|2nd|3rd|4th) quarter,? (?:of )?(\d{4})", text, re.IGNORECASE | re.ASCII
    )
    return quarter_of(int(found[2]), ORDINALS[found[1].casefold()]) if found else None


def _chinese(text: str) -> Period | None:
    found = re.fullmatch(r"(\d{4})年第?([一二三四1-4])季度", text, re.ASCII)
    if not found:
        return None
    return quarter_of(int(found[1]), ORDINALS.get(found[2]) or int(found[2]))


def _named(text: str) -> Period | None:
    form = r"([A-Za-z]{3,9})\.? ?(?:to|[-‐‑–—~]) ?([A-Za-z]{3,9})\.?,? ?(\d{4})"
    found = re.fullmatch(form, text, re.ASCII)
    first, last = (month_at(found[1]), month_at(found[2])) if found else (None, None)
    if not found or first is None or last is None:
        return None
    if first % 3 != 1 or last != first + 2:
        raise UnreadPeriod("表头的三个月不是一个季度。")
    return quarter_of(int(found[3]), (first + 2) // 3)
