"""What a page about one county or one farm shows: found here and around, in force, watched or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import licences_held
from aquacert.hatcheries.queries.points import points_of_farm
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import DivisionLevel
from aquacert.surveillance.models import Event, MonitoringPoint, OwnResult, Zone, ZoneDivision
from aquacert.surveillance.queries.blocks import touching
from aquacert.surveillance.queries.events import EventLine, event_lines
from aquacert.surveillance.queries.risk import POSITIVE, recent, score, scores, zones_now
from aquacert.surveillance.queries.zones import ZoneLine, zone_lines
from aquacert.surveillance.rules.events import Realm
from aquacert.surveillance.rules.risk import Score, since
from aquacert.surveillance.rules.shapes import Tier
from aquacert.surveillance.rules.zones import place_at

LISTED = 50


@dataclass(frozen=True)
class CountyLine:
    """One county of the overview."""

    code: str
    name: str
    score: Score


@dataclass(frozen=True)
class Tests:
    """Own tests of the last year: one disease."""

    disease: str
    tests: int
    positives: int
    newest_on: date


@dataclass(frozen=True)
class Picture:
    """Everything a page about a place says."""

    division_code: str
    place: str
    since: date
    score: Score
    here: tuple[EventLine, ...]
    near: tuple[EventLine, ...]
    zones: tuple[ZoneLine, ...]
    tests: tuple[Tests, ...]
    points: int
    """Open monitoring points: of the county, or of the farm."""


@dataclass(frozen=True)
class Touch:
    """A zone that holds a farm: it bars, or (its surveillance part) asks a fresh negative."""

    line: ZoneLine
    bars: bool


def counties(look: Look) -> list[CountyLine]:
    """Return the counties this person watches over, the riskiest first."""
    scope = look.actor.scope
    province = f"{look.settings.province}0000"
    inside = reference.descendants(look, province)
    codes = inside if scope.everything else inside & scope.divisions
    levels = reference.division_levels(look, codes)
    mine = sorted(code for code in codes if levels.get(code) == DivisionLevel.COUNTY.value)
    found = scores(look, mine)
    lines = [CountyLine(code, reference.full_name(look, code), found[code]) for code in mine]
    return sorted(lines, key=lambda line: (-line.score.points, line.code))


def county(look: Look, code: str) -> Picture:
    """Return the picture of a county; whether the reader may see it is the door's matter."""
    points = select(func.count()).where(
        MonitoringPoint.division_code == code, MonitoringPoint.closed_on.is_(None)
    )
    return _picture(
        look,
        code,
        score(look, division_code=code),
        _tests(look, OwnResult.division_code == code),
        look.session.scalar(points.select_from(MonitoringPoint)) or 0,
    )


def farm(look: Look, row: Hatchery) -> Picture:
    """Return the picture of a farm: its own tests, its county's events and zones."""
    points = select(func.count()).where(
        MonitoringPoint.organisation_id == row.organisation_id,
        MonitoringPoint.closed_on.is_(None),
    )
    return _picture(
        look,
        row.division_code,
        score(look, organisation_id=row.organisation_id),
        _tests(look, OwnResult.organisation_id == row.organisation_id),
        look.session.scalar(points.select_from(MonitoringPoint)) or 0,
    )


def touched(look: Look, row: Hatchery) -> tuple[Touch, ...]:
    """Return the zones that hold this very farm today, as a declaration would find them.

    A zone over its county that has an outline elsewhere is none; one of a neighbouring county whose
    outline reaches the farm is.
    """
    place = place_at(row.division_code, points_of_farm(look, row.id))
    species = [one.code for one in look.scalars(reference.all_species(look))]
    found: dict[UUID, bool] = {}
    for one in touching(look, species_codes=species, places=[place], on=look.today):
        found[one.zone_id] = found.get(one.zone_id, False) or one.tier == Tier.PROTECTION
    rows = look.scalars(select(Zone).where(Zone.id.in_(sorted(found))).order_by(Zone.from_on))
    return tuple(Touch(line, bars=found[line.zone.id]) for line in zone_lines(look, rows))


def species_grown(look: Look, row: Hatchery) -> frozenset[str]:
    """Return the names of the species on the farm's verified licences."""
    held = licences_held(look, [row.id]).get(row.id, ())
    codes = {code for one in held for code in one.species}
    return frozenset(reference.species(look, code).name_zh for code in codes)


def species_held(look: Look, zones: Collection[ZoneLine]) -> dict[UUID, tuple[str, ...]]:
    """Return, for each zone, the names of the species its disease affects."""
    return {
        line.zone.id: tuple(
            sorted(
                reference.species(look, code).name_zh
                for code in reference.affected(look, line.zone.disease_code)
            )
        )
        for line in zones
    }


def _picture(look: Look, code: str, found: Score, tests: tuple[Tests, ...], points: int) -> Picture:
    near = _around(look, code)
    return Picture(
        division_code=code,
        place=reference.full_name(look, code),
        since=since(look.today),
        score=found,
        here=_events(look, {code}),
        near=_events(look, near - {code}) if near else (),
        zones=_zones(look, code),
        tests=tests,
        points=points,
    )


def _around(look: Look, code: str) -> frozenset[str]:
    """Return the divisions of the same prefecture."""
    parent = reference.division(look, code).parent_code
    return reference.descendants(look, parent) if parent else frozenset()


def _events(look: Look, codes: Collection[str]) -> tuple[EventLine, ...]:
    rows = look.scalars(
        select(Event)
        .where(
            Event.realm == Realm.AQUATIC.value,
            Event.division_code.in_(sorted(codes)),
            recent(since(look.today)),
        )
        .order_by(Event.reported_on.desc().nulls_last(), Event.id)
        .limit(LISTED)
    )
    return tuple(event_lines(look, rows))


def _zones(look: Look, code: str) -> tuple[ZoneLine, ...]:
    """Return the zones that stand today over a place or over something above it."""
    above = [one.code for one in reference.division_path(look, code)]
    below = reference.descendants(look, code)
    rows = look.scalars(
        select(Zone)
        .join(ZoneDivision, ZoneDivision.zone_id == Zone.id)
        .where(zones_now(look), ZoneDivision.division_code.in_(sorted({*above, *below})))
        .distinct()
        .order_by(Zone.from_on.desc(), Zone.id)
    )
    return tuple(line for line in zone_lines(look, rows) if line.acts)


def _tests(look: Look, whose: ColumnElement[bool]) -> tuple[Tests, ...]:
    rows = look.session.execute(
        select(OwnResult.disease_name, OwnResult.outcome, OwnResult.sampled_on).where(
            whose,
            ~OwnResult.is_withdrawn,
            OwnResult.sampled_on >= since(look.today),
        )
    ).all()
    count = Counter(name for name, _outcome, _day in rows)
    positive = Counter(name for name, outcome, _day in rows if outcome == POSITIVE)
    newest: dict[str, date] = {}
    for name, _outcome, day in rows:
        newest[name] = max(day, newest.get(name, day))
    return tuple(
        Tests(name, number, positive[name], newest[name]) for name, number in count.most_common()
    )
