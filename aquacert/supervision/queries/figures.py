"""Reads of supervision: today's figures, issued counts, the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from aquacert.certificates import queries as certificates
from aquacert.certificates.numbers.queries import segments
from aquacert.certificates.queries import MonthCount
from aquacert.kernel.audit import AuditEntry, AuditHead
from aquacert.kernel.work import Look
from aquacert.movements.queries import waiting as on_the_road
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import storable
from aquacert.supervision.models import ChainCheck
from aquacert.supervision.rules import MONTHS_SHOWN, month_end, months_between, months_later
from aquacert.surveillance.queries.feeds import FeedAge, feed_age


@dataclass(frozen=True)
class CountLine:
    """Certificates of one month, county, species and form."""

    month: str
    county: str
    county_name: str
    species_code: str
    species: str
    kind: str
    unit: str
    certificates: int
    quantity: int


@dataclass(frozen=True)
class Span:
    """Which months are asked for; both first days."""

    first: date
    last: date

    @property
    def months(self) -> list[str]:
        """Every month of the span."""
        return months_between(self.first, self.last)


@dataclass(frozen=True)
class Today:
    """The figures of the first page."""

    issued: int
    on_the_road: int
    overdue: int
    numbers_a: int
    numbers_b: int
    feed: FeedAge
    chain: ChainCheck | None


def last_year(look: Look) -> Span:
    """Return this month and the eleven before it."""
    this = look.today.replace(day=1)
    return Span(months_later(this, 1 - MONTHS_SHOWN), this)


def counts(look: Look, span: Span, county: str = "", species: str = "") -> list[CountLine]:
    """Return what was issued in these months, newest month first.

    A county takes in everything below it; `species` is a species code.
    """
    found = certificates.counts_by_month(
        look,
        from_on=span.first,
        until_on=month_end(span.last),
        county=county,
        species_code=species,
    )
    return [_line(look, row) for row in sorted(found, key=_order)]


def by_month(lines: Sequence[CountLine], span: Span) -> Mapping[str, dict[str, int]]:
    """Return certificates of form A and B by month, months without any included."""
    sums = {month: {"A": 0, "B": 0} for month in span.months}
    for line in lines:
        sums[line.month][line.kind] += line.certificates
    return sums


def today(look: Look) -> Today:
    """Return the figures of the first page, each of what the actor may see."""
    issued = certificates.counts_by_month(look, from_on=look.today, until_on=look.today)
    open_now, late = on_the_road(look)
    return Today(
        issued=sum(row.certificates for row in issued),
        on_the_road=open_now,
        overdue=late,
        numbers_a=sum(line.left for line in segments(look, "A")),
        numbers_b=sum(line.left for line in segments(look, "B")),
        feed=feed_age(look),
        chain=last_check(look),
    )


def last_check(look: Look) -> ChainCheck | None:
    """Return the newest check of the audit chains, or None before the first."""
    return look.one(select(ChainCheck).order_by(ChainCheck.checked_at.desc(), ChainCheck.id.desc()))


def waiting(look: Look) -> tuple[int, int]:
    """Return (0, breaks found by the newest check of the chains) for the rail."""
    newest = last_check(look)
    return 0, len(newest.breaks) if newest else 0


def trail(look: Look, words: str = "", tag: str = "", chain: str = "") -> Select[AuditEntry]:
    """Select what the actor's jurisdiction recorded, newest first.

    `words` is looked for in title, subject, reason and actor's role; `tag` is the start of a tag
    (room, or room:thing); `chain` is a division.
    """
    chosen = select(AuditEntry).where(_mine(look))
    text = storable(words).strip()
    if text:
        columns = (
            AuditEntry.title,
            AuditEntry.subject_id,
            AuditEntry.subject_kind,
            AuditEntry.reason,
            AuditEntry.actor,
            AuditEntry.request_id,
        )
        chosen = chosen.where(or_(*(one.contains(text, autoescape=True) for one in columns)))
    if tag:
        chosen = chosen.where(AuditEntry.tag.startswith(storable(tag), autoescape=True))
    if chain:
        chosen = chosen.where(AuditEntry.chain == storable(chain))
    return chosen.order_by(AuditEntry.seq.desc())


def rooms_recorded(look: Look) -> list[str]:
    """Return the first words of the tags that the actor's trail holds, in order."""
    tags = look.scalars(select(AuditEntry.tag).where(_mine(look)).distinct())
    return sorted({tag.split(":")[0] for tag in tags})


def size_of_trail(look: Look) -> tuple[int, int]:
    """Return how many chains and entries there are in all."""
    entries = look.session.scalar(select(func.sum(AuditHead.position))) or 0
    return look.session.scalar(select(func.count()).select_from(AuditHead)) or 0, int(entries)


def _mine(look: Look) -> ColumnElement[bool]:
    scope = look.actor.scope
    return true() if scope.everything else AuditEntry.chain.in_(sorted(scope.divisions))


def _order(row: MonthCount) -> tuple[int, str, str, str]:
    year, month = row.month.split("-")
    return -(int(year) * 12 + int(month)), row.county, row.species_code, row.kind


def _line(look: Look, row: MonthCount) -> CountLine:
    return CountLine(
        month=row.month,
        county=row.county,
        county_name=reference.full_name(look, row.county),
        species_code=row.species_code,
        species=row.species,
        kind=row.kind,
        unit=row.unit,
        certificates=row.certificates,
        quantity=row.quantity,
    )
