"""A quarter of our own data as the regional table (QAAD) has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Disease
from aquacert.surveillance.queries.giving import facts, groups, last_seen, levels, zoned
from aquacert.surveillance.rules.giving import Element, Facts
from aquacert.surveillance.rules.periods import Period, Span, months_of
from aquacert.surveillance.rules.qaad import LEVELS, Cell, Line, Presence, QuarterTable


@dataclass(frozen=True)
class Known:
    """What is known beside the facts of the quarter."""

    last: Mapping[str, date]
    zoned: Mapping[str, frozenset[str]]
    """Month → diseases with a zone."""
    levels: Mapping[str, set[str]]


def quarter_table(look: Look, period: Period) -> tuple[QuarterTable, Facts]:
    """Return the table of a quarter for the province, and the facts that it rests on.

    It says what our own data says: `*` where nothing was looked for, `0000` where it was looked
    for and never found in these records (a comment says since when they are kept).
    """
    found = facts(look, period, Span.MONTH)
    below = sorted(reference.descendants(look, found.division_code))
    months = months_of(period)
    known = Known(
        last_seen(look, period.first),
        {one.text: zoned(look, one.first, one.last) for one in months},
        levels(look, period, below),
    )
    group = groups(look)
    rows = look.scalars(select(Disease).where(Disease.class_573 > 0).order_by(Disease.code))
    lines: list[Line] = []
    comments: dict[int, str] = {}
    for row in rows:
        cells = tuple(cell_of(found, row.code, one, known) for one in months)
        text = _comment(found, row)
        number = len(comments) + 1
        if text:
            comments[number] = text
        lines.append(
            Line(
                group.get(row.code, ""),
                row.name_en,
                row.woah == "no",
                cells,
                ", ".join(one for one in LEVELS if one in known.levels.get(row.code, ())),
                (number,) if text else (),
            )
        )
    country = f"China, {reference.full_name_en(look, found.division_code)}"
    return QuarterTable(country, period, _ordered(lines), comments), found


def cell_of(found: Facts, disease: str, month: Period, known: Known) -> Cell:
    """Return the status of a disease in a month."""
    events = [
        one.status
        for one in found.events
        if one.disease_code == disease
        and (day := one.reported_on or one.observed_on) is not None
        and month.first <= day <= month.last
    ]
    is_zoned = disease in known.zoned.get(month.text, frozenset())
    if "confirmed" in events:
        return Cell(Presence.PRESENT, is_zoned)
    positive = _sum(found, disease, month, Element.POSITIVE)
    if positive:
        return Cell(Presence.AGENT, is_zoned)
    if events:
        return Cell(Presence.SUSPECTED, is_zoned)
    if disease in known.last:
        return Cell(Presence.ABSENT, last_year=known.last[disease].year)
    if _sum(found, disease, month, Element.TESTED):
        return Cell(Presence.NEVER)
    return Cell(Presence.UNKNOWN)


def _sum(found: Facts, disease: str, month: Period, element: Element) -> int:
    return sum(
        one.value
        for one in found.counts
        if (one.disease_code, one.period, one.element) == (disease, month, element)
    )


def _comment(found: Facts, row: Disease) -> str:
    mine = [one for one in found.counts if one.disease_code == row.code]
    told = {one: sum(n.value for n in mine if n.element is one) for one in Element}
    events = [one for one in found.events if one.disease_code == row.code]
    if not mine and not events:
        return ""
    places = sorted({one.county_en for one in events if one.county_en})
    text = (
        f"Samples tested {told[Element.TESTED]}, positive {told[Element.POSITIVE]};"
        f" confirmed outbreaks {told[Element.CONFIRMED]}"
    )
    where = f" ({', '.join(places)})" if places else ""
    return f"{text}{where}. Records of this system only; 0000 means never found in them."


def _ordered(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda one: (one.group, one.is_unlisted, one.disease)))
