"""The header of a WAHIS extract: which sheet, which row, which of its four layouts.

Names are compared without case, blanks and signs (`event_start date` is `event_start_date`): WAHIS
writes them now one way, now the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from aquacert.surveillance.parsers.cells import refused
from aquacert.surveillance.parsers.tables import sheet_titles, table_rows

FAR_DOWN = 30
"""Rows of a sheet among which its header is looked for."""
NOT_NAME = re.compile(r"[^0-9a-z]+")
DISEASES = ("disease_eng", "disease_fr", "disease_esp")


@dataclass(frozen=True)
class Layout:
    """One kind of extract: which columns it must have; the others may come and go."""

    name: str
    title: str
    needed: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    """At least one of these."""
    days: frozenset[str] = frozenset()
    counts: tuple[str, ...] = ()
    element: str = ""
    value: str = ""

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Return the needed columns that a header lacks, in their own order."""
        missing = [name for name in self.needed if name not in names]
        if self.one_of and not any(name in names for name in self.one_of):
            missing.append(self.one_of[0])
        return missing


@dataclass(frozen=True)
class Head:
    """The header that was found."""

    layout: Layout
    sheet: str
    line: int
    names: tuple[str, ...]


OUTBREAKS = Layout(
    "outbreaks",
    "疫情明细",
    (
        *("epi_event_id", "country", "report_id", "report_number", "reporting_date"),
        *("outbreak_id", "outbreak_start_date", "longitude", "latitude", "species"),
        *("susceptible", "cases", "dead"),
    ),
    DISEASES,
    frozenset(
        {
            *("event_start_date", "event_confirmation_date", "event_closing_date"),
            *("date_last_occurrence", "reporting_date"),
            *("outbreak_start_date", "outbreak_end_date"),
        }
    ),
)
STATUS = Layout(
    "six_month_status",
    "半年状态",
    ("year", "semester", "country", "disease", "animal_category", "occurence_code"),
    element="status",
    value="occurence_code",
)
CONTROLS = Layout(
    "six_month_controls",
    "半年控制措施",
    ("year", "semester", "country", "disease", "animal_category", "species", "control_measure"),
    element="control",
    value="control_measure",
)
QUANTITIES = Layout(
    "six_month_quantities",
    "半年数量",
    (
        *("year", "semester", "country", "disease", "animal_category", "species"),
        *("new_outbreaks", "cases", "deaths"),
    ),
    counts=(
        *("new_outbreaks", "susceptible", "cases", "killed_and_disposed_of", "slaughtered"),
        *("deaths", "vaccinated"),
    ),
    element="cases",
    value="cases",
)
LAYOUTS = (OUTBREAKS, QUANTITIES, CONTROLS, STATUS)
SUBJECT = ("period", "country", "disease", "animal_category")
FIGURE_KEYS: Mapping[str, tuple[str, ...]] = {
    "six_month_status": SUBJECT,
    "six_month_controls": (*SUBJECT, "species", "control_measure"),
    "six_month_quantities": (
        *SUBJECT,
        *("administrative_division", "serotype", "species", "event_id", "outbreak_id"),
    ),
}
"""What names a figure within its sheet."""


def plain_head(cell: object) -> str:
    """Return a column's name as names are compared."""
    return NOT_NAME.sub("_", str(cell or "").strip().casefold()).strip("_")


def find_head(file: BinaryIO) -> Head:
    """Return the header; raise `Invalid` when there is none, it lacks a column, or has one twice."""
    nearest: tuple[int, Head] | None = None
    for sheet in sheet_titles(file) or [""]:
        file.seek(0)
        for line, cells in islice(table_rows(file, sheet), FAR_DOWN):
            names = tuple(plain_head(cell) for cell in cells)
            for layout in LAYOUTS:
                head = Head(layout, sheet, line, names)
                lacking = len(layout.lacking(names))
                if not lacking:
                    return _checked(head)
                if 2 * lacking < len(layout.needed) and (nearest is None or lacking < nearest[0]):
                    nearest = (lacking, head)
    if nearest is None:
        raise refused("表头不是 WAHIS 的格式：没有一张工作表的列名对得上。")
    head = nearest[1]
    missing = "、".join(head.layout.lacking(head.names))
    raise refused(f"像是 WAHIS 的{head.layout.title}，但缺这几列：{missing}。没有导入。")


def _checked(head: Head) -> Head:
    named = [name for name in head.names if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise refused(f"表头里有重复的列：{'、'.join(twice)}，分不清用哪一列。")
    return head
