"""The facts that are given back: counts by county, disease and period, and our own events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, or_, select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Disease, Division, DivisionLevel
from aquacert.surveillance.models import Event, FeedFile, OwnResult, Zone
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.giving import (
    Count,
    Element,
    Facts,
    GivenEvent,
    period_holding,
    rounded,
)
from aquacert.surveillance.rules.periods import Period, Span

FOREIGN = ("barentswatch", "empresi", "wahis", "wahis_json")
"""Formats of collections that are others' own: what came by them is not given back as ours."""
OUTCOMES = {
    "positive": Element.POSITIVE,
    "negative": Element.NEGATIVE,
    "inconclusive": Element.INCONCLUSIVE,
}
OF_TESTS = (Element.TESTED, *OUTCOMES.values())
Key = tuple[str, str, Period]


def facts(look: Look, period: Period, span: Span, division_code: str = "") -> Facts:
    """Return what may leave of a period, counted by `span`, of a place and everything below it."""
    code = division_code or f"{look.settings.province}0000"
    place = reference.division(look, code)
    below = reference.descendants(look, code)
    diseases = {row.code: row for row in look.scalars(select(Disease))}
    events = tuple(_events(look, period, below, diseases))
    counts = _counts(look, period, span, below, diseases, events)
    return Facts(period, span, code, place.name_zh, tuple(counts), events)


def _counts(
    look: Look,
    period: Period,
    span: Span,
    below: frozenset[str],
    diseases: dict[str, Disease],
    events: Iterable[GivenEvent],
) -> Iterable[Count]:
    found = _tested(look, period, span, below)
    for event in events:
        day = event.reported_on or event.observed_on
        if event.status == Status.CONFIRMED.value and day is not None:
            key = (event.county_code, event.disease_code, period_holding(day, span))
            found.setdefault(key, Counter())[Element.CONFIRMED] += 1
    names: dict[str, str] = {}
    for key in sorted(found, key=lambda one: (one[0], one[1], one[2].first)):
        county, disease, within = key
        names.setdefault(county, reference.full_name(look, county))
        elements = [one for one in Element if one in found[key] or _was_tested(found[key], one)]
        for element in elements:
            value = found[key][element]
            name = diseases[disease].name_zh
            yield Count(county, names[county], disease, name, within, element, value)


def _was_tested(found: Counter[Element], element: Element) -> bool:
    """Where anything was tested every outcome has its number, nought too: so it can be corrected."""
    return bool(found[Element.TESTED]) and element in OF_TESTS


def _tested(
    look: Look, period: Period, span: Span, below: frozenset[str]
) -> dict[Key, Counter[Element]]:
    rows = look.session.execute(
        select(
            OwnResult.division_code,
            OwnResult.disease_code,
            OwnResult.sampled_on,
            OwnResult.outcome,
            func.count(),
        )
        .where(
            look.visible(OwnResult),
            OwnResult.is_withdrawn.is_(False),
            OwnResult.sampled_on.between(period.first, period.last),
            OwnResult.division_code.in_(sorted(below)),
        )
        .group_by(
            OwnResult.division_code,
            OwnResult.disease_code,
            OwnResult.sampled_on,
            OwnResult.outcome,
        )
    )
    found: dict[Key, Counter[Element]] = {}
    for division, disease, day, outcome, number in rows:
        county = _county(look, division)
        counter = found.setdefault((county.code, disease, period_holding(day, span)), Counter())
        counter[Element.TESTED] += number
        counter[OUTCOMES[outcome]] += number
    return found


def _events(
    look: Look, period: Period, below: frozenset[str], diseases: dict[str, Disease]
) -> Iterable[GivenEvent]:
    others = select(FeedFile.source).where(FeedFile.format.in_(FOREIGN))
    day = func.coalesce(Event.reported_on, Event.observed_on)
    rows = look.scalars(
        select(Event)
        .where(
            Event.is_domestic,
            Event.disease_code.is_not(None),
            Event.division_code.in_(sorted(below)),
            day.between(period.first, period.last),
            Event.source.not_in(others),
            or_(Event.verdict.is_(None), Event.verdict != Status.DENIED.value),
            Event.status != Status.DENIED.value,
        )
        .order_by(Event.id)
    )
    for row in rows:
        disease = diseases[str(row.disease_code)]
        yield _given(look, row, disease)


def _given(look: Look, row: Event, disease: Disease) -> GivenEvent:
    county = _county(look, str(row.division_code))
    path = reference.division_path(look, county.code)
    said = row.verdict or row.status
    status = Status.CONFIRMED.value if row.is_confirmed else said
    species = row.content.get("species_text")
    return GivenEvent(
        id=str(row.id),
        disease_code=disease.code,
        disease=disease.name_zh,
        disease_en=disease.name_en,
        status=Status.SUSPECTED.value if status == Status.UNSAID.value else status,
        country="China",
        province=path[0].name_zh,
        province_en=path[0].name_en,
        county_code=county.code,
        county=reference.full_name(look, county.code),
        county_en=county.name_en,
        latitude=rounded(row.latitude),
        longitude=rounded(row.longitude),
        observed_on=row.observed_on,
        reported_on=row.reported_on,
        species=str(species or "")[:200],
        cases=row.cases,
        deaths=row.deaths,
        version=int(row.changed_at.timestamp()),
    )


def _county(look: Look, code: str) -> Division:
    """Return the county that a place lies in; a place above counties stands for itself."""
    path = reference.division_path(look, code)
    here = [one for one in path if one.level == DivisionLevel.COUNTY.value]
    return here[0] if here else path[-1]


def groups(look: Look) -> dict[str, str]:
    """Return the group of animals (QAAD's) that each disease affects, by disease."""
    from aquacert.reference.models import DiseaseSpecies, Species

    names = {"fish": "finfish", "crustacean": "crustacean", "mollusc": "mollusc"}
    found: dict[str, Counter[str]] = {}
    rows = look.session.execute(
        select(DiseaseSpecies.disease_code, Species.group).join(
            Species, Species.code == DiseaseSpecies.species_code
        )
    )
    for disease, group in rows:
        found.setdefault(disease, Counter())[group] += 1
    return {
        code: names.get(max(sorted(count), key=count.__getitem__), "amphibian")
        for code, count in found.items()
    }


def zoned(look: Look, first: date, last: date) -> frozenset[str]:
    """Return the diseases that had a zone in force within these days."""
    return frozenset(
        look.scalars(
            select(Zone.disease_code).where(
                Zone.from_on <= last, or_(Zone.until_on.is_(None), Zone.until_on >= first)
            )
        )
    )


def last_seen(look: Look, before: date) -> dict[str, date]:
    """Return the last day before a day on which each disease was confirmed in our own data."""
    rows = look.session.execute(
        select(OwnResult.disease_code, func.max(OwnResult.sampled_on))
        .where(
            OwnResult.outcome == "positive",
            OwnResult.is_withdrawn.is_(False),
            OwnResult.sampled_on < before,
        )
        .group_by(OwnResult.disease_code)
    )
    return {str(code): day for code, day in rows}


def levels(look: Look, period: Period, below: Sequence[str]) -> dict[str, set[str]]:
    """Return at which levels of diagnosis each disease was looked for."""
    rows = look.session.execute(
        select(OwnResult.disease_code, OwnResult.level)
        .where(
            OwnResult.is_withdrawn.is_(False),
            OwnResult.sampled_on.between(period.first, period.last),
            OwnResult.division_code.in_(sorted(below)),
        )
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for code, level in rows:
        found.setdefault(str(code), set()).add(str(level))
    return found
