"""Monitoring points: the list, one's own, and which farms that need one have none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from aquacert.accounts import queries as accounts
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules import State as FarmState
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import MonitoringPoint, PointSpecies
from aquacert.surveillance.rules.points import (
    MODE_WORDS,
    MUST_WATCH,
    SITE_WORDS,
    UNIT_WORDS,
    Mode,
    Site,
    unit_of,
)

CLOSED_STAYS = timedelta(days=366)
WANTED_PER_COUNTY = 3
"""Each county has 3–4 points (Jiangxi 2016): fewer is shown, never refused."""


@dataclass(frozen=True)
class PointLine:
    """One point as lists and files show it."""

    point: MonitoringPoint
    county: str
    site: str
    mode: str
    unit: str
    species: tuple[str, ...]
    reporter: str

    @property
    def area(self) -> str:
        """Return the area as people write it."""
        return area_words(self.point.area_tenths)


@dataclass(frozen=True)
class Coverage:
    """Of a county: how many points it has, and which farms that need one lack it."""

    division_code: str
    county: str
    points: int
    lacking: tuple[Hatchery, ...]

    @property
    def is_short(self) -> bool:
        """Say whether something is to be done."""
        return bool(self.lacking) or self.points < WANTED_PER_COUNTY


def area_words(tenths: int) -> str:
    """Return tenths of a unit as people write an area: 35.5, 120."""
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def points(look: Look, words: str = "", *, closed: bool = False) -> Select[MonitoringPoint]:
    """Select the points of this reader's place, by code."""
    chosen = select(MonitoringPoint).where(look.visible(MonitoringPoint))
    if not closed:
        chosen = chosen.where(MonitoringPoint.closed_on.is_(None))
    if words.strip():
        chosen = chosen.where(look.matching(MonitoringPoint, words))
    return chosen.order_by(MonitoringPoint.code)


def point(look: Look, point_id: UUID) -> MonitoringPoint:
    """Return a point, or raise `NotFound` (also out of scope)."""
    return look.get(MonitoringPoint, point_id)


def my_points(look: Look) -> Select[MonitoringPoint]:
    """Select the points that this person reports: his farm's, or those given to him.

    One that was closed stays for a while: its last months are still to be reported.
    """
    lately = look.today - CLOSED_STAYS
    still = or_(MonitoringPoint.closed_on.is_(None), MonitoringPoint.closed_on >= lately)
    return select(MonitoringPoint).where(still, reported_by(look)).order_by(MonitoringPoint.code)


def reported_by(look: Look) -> ColumnElement[bool]:
    """Return the condition under which the actor reports a point, and no other."""
    mine = MonitoringPoint.reporter_id == look.actor.person_id
    bodies = sorted(look.actor.scope.organisation_ids | _own(look))
    farm = and_(MonitoringPoint.reporter_id.is_(None), MonitoringPoint.organisation_id.in_(bodies))
    return or_(mine, farm)


def reports_it(look: Look, row: MonitoringPoint) -> bool:
    """Say whether the actor is the one who reports a point."""
    if row.reporter_id is not None:
        return row.reporter_id == look.actor.person_id
    return row.organisation_id in look.actor.scope.organisation_ids | _own(look)


def point_lines(look: Look, rows: Iterable[MonitoringPoint]) -> list[PointLine]:
    """Return points with their names in words."""
    held = list(rows)
    species = _species(look, [row.id for row in held])
    return [
        PointLine(
            point=row,
            county=reference.full_name(look, row.division_code),
            site=SITE_WORDS[Site(row.site)],
            mode=MODE_WORDS[Mode(row.mode)],
            unit=UNIT_WORDS[unit_of(Mode(row.mode))],
            species=tuple(
                reference.species(look, code).name_zh for code in species.get(row.id, ())
            ),
            reporter=accounts.person_label(look, row.reporter_id) if row.reporter_id else "",
        )
        for row in held
    ]


def species_of(look: Look, point_id: UUID) -> tuple[str, ...]:
    """Return the codes of the species watched at a point."""
    return _species(look, [point_id]).get(point_id, ())


def coverage(look: Look) -> list[Coverage]:
    """Return each county of this reader's place that has a point or needs one, short ones first."""
    counted: dict[str, int] = {  # noqa: C416 (a row is no pair to mypy)
        code: number
        for code, number in look.session.execute(
            select(MonitoringPoint.division_code, func.count())
            .where(look.visible(MonitoringPoint), MonitoringPoint.closed_on.is_(None))
            .group_by(MonitoringPoint.division_code)
        )
    }
    lacking: dict[str, list[Hatchery]] = {}
    for farm in look.scalars(_unwatched(look)):
        lacking.setdefault(farm.division_code, []).append(farm)
    lines = [
        Coverage(
            division_code=code,
            county=reference.full_name(look, code),
            points=counted.get(code, 0),
            lacking=tuple(lacking.get(code, ())),
        )
        for code in sorted({*counted, *lacking})
    ]
    return sorted(lines, key=lambda one: (not one.is_short, one.division_code))


def _unwatched(look: Look) -> Select[Hatchery]:
    """Select approved farms of the grades that need a point and have none that is open."""
    has = select(MonitoringPoint.organisation_id).where(MonitoringPoint.closed_on.is_(None))
    grades = or_(
        *(and_(Hatchery.level == level, Hatchery.kind == kind) for level, kind in MUST_WATCH)
    )
    return (
        select(Hatchery)
        .where(
            look.visible(Hatchery),
            Hatchery.state == FarmState.APPROVED.value,
            grades,
            Hatchery.organisation_id.not_in(has),
        )
        .order_by(Hatchery.division_code, Hatchery.name)
    )


def _species(look: Look, ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = look.session.execute(
        select(PointSpecies.point_id, PointSpecies.species_code)
        .where(PointSpecies.point_id.in_(list(ids)))
        .order_by(PointSpecies.species_code)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for point_id, code in rows:
        found[point_id] = (*found.get(point_id, ()), code)
    return found


def _own(look: Look) -> frozenset[UUID]:
    return frozenset({look.actor.organisation_id} if look.actor.organisation_id else ())
