"""The Asia-Pacific quarterly aquatic animal disease table (QAAD, NACA and WOAH): its grammar.

One table is a country's quarter: a line per disease, a status for each of three months, the level
of diagnosis, the numbers of comments, and the numbered comments below. The codes of a status are
those that the regional office prints under the table ("Codes used in the Report"): they are parsed
to a `Cell` and printed again; every cell has exactly one canonical text.

Status → what it says: `+` present; `+()` present in certain zones; `+?` agent or antibody without
disease; `+?()` the same in zones; `?` suspected; `?()` suspected in zones; `-` not reported but
known to occur; `0000` never reported; `(2001)` and `-(2001)` last seen in that year; `*` no
information (`***` is read as the same: from memory of older tables, printed back as `*`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from aquacert.surveillance.rules.periods import Period

LEVELS = ("I", "II", "III")
"""I gross and pond-side; II laboratory (parasitology, bacteriology, histology); III molecular."""
FIRST_YEAR, LAST_YEAR = 1800, 2200


class Presence(StrEnum):
    """What a status says of a disease in a month."""

    PRESENT = "present"
    AGENT = "agent"
    SUSPECTED = "suspected"
    ABSENT = "absent"
    NEVER = "never"
    LAST = "last"
    UNKNOWN = "unknown"


PRESENCE_WORDS: Mapping[Presence, str] = {
    Presence.PRESENT: "有",
    Presence.AGENT: "检出病原，没有发病",
    Presence.SUSPECTED: "疑似，未确认",
    Presence.ABSENT: "本期没有报告（曾有发生）",
    Presence.NEVER: "从未报告",
    Presence.LAST: "最近一次发生在所写年份",
    Presence.UNKNOWN: "没有资料",
}
SIGNS: Mapping[str, tuple[Presence, bool]] = {
    "+": (Presence.PRESENT, False),
    "+()": (Presence.PRESENT, True),
    "+?": (Presence.AGENT, False),
    "+?()": (Presence.AGENT, True),
    "?": (Presence.SUSPECTED, False),
    "?()": (Presence.SUSPECTED, True),
    "-": (Presence.ABSENT, False),
    "0000": (Presence.NEVER, False),
    "*": (Presence.UNKNOWN, False),
}
TEXTS = {meaning: text for text, meaning in SIGNS.items()}
UNKNOWN, OLD_UNKNOWN = "*", "***"
YEAR = re.compile(r"(-?)\((\d{4})\)", re.ASCII)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))


class UnreadCell(ValueError):
    """A status that the grammar does not hold; `written` is the cell."""

    def __init__(self, written: str) -> None:
        super().__init__(written)
        self.written = written


@dataclass(frozen=True, slots=True)
class Cell:
    """The status of one disease in one month."""

    presence: Presence
    is_zoned: bool = False
    """Limited to certain zones of the country."""
    last_year: int | None = None
    """The year in which it was last seen; only with ABSENT (`-(2001)`) and LAST (`(2001)`)."""

    def __post_init__(self) -> None:
        """Refuse a combination that no text stands for."""
        has_year = self.last_year is not None
        if self.presence is Presence.LAST and not has_year:
            raise ValueError(self)
        if has_year and (
            self.presence not in {Presence.LAST, Presence.ABSENT}
            or not FIRST_YEAR <= (self.last_year or 0) <= LAST_YEAR
        ):
            raise ValueError(self)
        if self.presence is not Presence.LAST and (self.presence, self.is_zoned) not in TEXTS:
            raise ValueError(self)
        if self.presence is Presence.LAST and self.is_zoned:
            raise ValueError(self)


@dataclass(frozen=True, slots=True)
class Line:
    """One disease of a table."""

    group: str
    """finfish, mollusc, crustacean or amphibian; "" when the table does not say."""
    disease: str
    """As written, without the mark of a disease that is not listed."""
    is_unlisted: bool
    """Marked `*`: of regional importance but not listed by WOAH."""
    cells: tuple[Cell | None, ...]
    """One for each month; None is a blank cell, which says nothing."""
    level: str = ""
    """I, II or III, several joined by a comma: "II, III"."""
    comments: tuple[int, ...] = ()


@dataclass(frozen=True)
class QuarterTable:
    """A country's quarter."""

    country: str
    period: Period
    lines: Sequence[Line]
    comments: Mapping[int, str] = field(default_factory=dict)


def parse_cell(written: str) -> Cell | None:
    """Return what a status says; None for a blank one; raise `UnreadCell` outside the grammar."""
    text = plain(written)
    if not text:
        return None
    text = UNKNOWN if text == OLD_UNKNOWN else text
    if text in SIGNS:
        return Cell(*SIGNS[text])
    if found := YEAR.fullmatch(text):
        dash, year = found.groups()
        try:
            return Cell(Presence.ABSENT if dash else Presence.LAST, last_year=int(year))
        except ValueError:
            raise UnreadCell(written) from None
    raise UnreadCell(written)


def print_cell(cell: Cell | None) -> str:
    """Return the one text of a status; "" for a blank one."""
    if cell is None:
        return ""
    if cell.presence is Presence.LAST:
        return f"({cell.last_year})"
    text = TEXTS[(cell.presence, cell.is_zoned)]
    return text if cell.last_year is None else f"{text}({cell.last_year})"


def plain(written: str) -> str:
    """Return a status without blanks, with one kind of sign: tables mix widths and dashes."""
    folded = unicodedata.normalize("NFKC", written).translate(DASHES)
    return re.sub(r"\s+", "", folded).removeprefix("'")


def parse_level(written: str) -> str:
    """Return the levels of a cell in order, "II, III"; raise `UnreadCell` for anything else."""
    text = unicodedata.normalize("NFKC", written).upper()
    words = [one for one in re.split(r"[\s,;/&+、和-]+|AND", text) if one]
    if any(one not in LEVELS for one in words):
        raise UnreadCell(written)
    return ", ".join(one for one in LEVELS if one in words)


def parse_numbers(written: str) -> tuple[int, ...]:
    """Return the numbers of comments: "1, 2", "1-3" and "1;4" are read."""
    found: list[int] = []
    text = unicodedata.normalize("NFKC", written).translate(DASHES)
    for part in (one for one in re.split(r"[\s,;、]+", re.sub(r"\s*-\s*", "-", text)) if one):
        ends = part.rstrip(".)").split("-")
        if len(ends) > 2 or not all(re.fullmatch(r"[0-9]{1,3}", one) for one in ends):
            raise UnreadCell(written)
        if int(ends[0]) > int(ends[-1]):
            raise UnreadCell(written)
        found += range(int(ends[0]), int(ends[-1]) + 1)
    return tuple(dict.fromkeys(found))


def print_numbers(numbers: Sequence[int]) -> str:
    """Return the numbers of comments as a cell."""
    return ", ".join(str(one) for one in numbers)
