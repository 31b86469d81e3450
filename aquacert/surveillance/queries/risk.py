"""How much attention a county or a farm needs: counts by place, folded into stated parts.

Counts are of everything there, whoever asks: they carry no farm's name. Who may see a place's page
is the door's matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Division
from aquacert.surveillance.models import (
    Event,
    MonitoringPoint,
    OwnResult,
    Zone,
    ZoneDivision,
)
from aquacert.surveillance.parsers.riskbook import weights
from aquacert.surveillance.queries.monthly import late
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.risk import Part, Score, since, weights_on
from aquacert.surveillance.rules.risk import score as scored

POSITIVE = "positive"


def score(
    look: Look, *, division_code: str | None = None, organisation_id: UUID | None = None
) -> Score:
    """Return the risk of a county, or of the farm of an organisation (with its county's parts)."""
    if organisation_id is not None:
        farm = look.one(select(Hatchery).where(Hatchery.organisation_id == organisation_id))
        code = division_code or (farm.division_code if farm else None)
        counts = dict(counts_of(look, [code])[code]) if code else {}
        counts |= _farm(look, organisation_id)
        return scored(counts, weights_on(weights(), look.today))
    code = division_code or ""
    return scores(look, [code])[code]


def scores(look: Look, codes: Collection[str]) -> dict[str, Score]:
    """Return the risk of several counties, by as many questions as for one."""
    book = weights_on(weights(), look.today)
    return {code: scored(counts, book) for code, counts in counts_of(look, codes).items()}


def counts_of(look: Look, codes: Collection[str]) -> dict[str, Mapping[Part, int]]:
    """Return what is counted of each county."""
    asked = sorted(set(codes))
    parents = _parents(look, asked)
    confirmed = _events(look, Event.is_confirmed.is_(True))
    suspected = _events(
        look,
        ~Event.is_confirmed,
        func.coalesce(Event.verdict, Event.status) == Status.SUSPECTED.value,
    )
    of_parent: Counter[str] = Counter()
    for code, parent in _parents(look, confirmed).items():
        of_parent[parent] += confirmed[code]
    zoned, watched, behind = _zoned(look), _watched(look, asked), late_months(look, asked)
    return {
        code: {
            Part.ZONE: int(code in zoned),
            Part.EVENT_HERE: confirmed[code],
            Part.SUSPECTED_HERE: suspected[code],
            Part.EVENT_NEAR: of_parent[parents.get(code, "")] - confirmed[code]
            if code in parents
            else 0,
            Part.UNWATCHED: int(code not in watched),
            Part.LATE_MONTHS: behind[code],
        }
        for code in asked
    }


def late_months(look: Look, codes: Collection[str]) -> Counter[str]:
    """Return how many months of the last year wait for a report that is late, by county."""
    points = look.scalars(
        select(MonitoringPoint).where(MonitoringPoint.division_code.in_(sorted(codes)))
    )
    found: Counter[str] = Counter()
    for point, count in _late(look, points).items():
        found[point.division_code] += count
    return found


def _late(look: Look, points: Collection[MonitoringPoint]) -> Counter[MonitoringPoint]:
    """Return how many months of each point are late: what was sent back counts as not sent."""
    return Counter(point for point, _month in late(look, points))


def _farm(look: Look, organisation_id: UUID) -> dict[Part, int]:
    own = OwnResult.organisation_id == organisation_id
    recent = (own, ~OwnResult.is_withdrawn, OwnResult.sampled_on >= since(look.today))
    tests = select(func.count(), func.count().filter(OwnResult.outcome == POSITIVE))
    all_, positive = look.session.execute(tests.select_from(OwnResult).where(*recent)).one()
    points = look.scalars(
        select(MonitoringPoint).where(
            MonitoringPoint.organisation_id == organisation_id,
            MonitoringPoint.closed_on.is_(None),
        )
    )
    return {
        Part.OWN_POSITIVE: int(positive),
        Part.UNWATCHED: int(not all_ and not points),
        Part.LATE_MONTHS: sum(_late(look, points).values()),
    }


def _events(look: Look, *which: ColumnElement[bool]) -> Counter[str]:
    """Return how many domestic events of our catalogue each county has had."""
    rows = look.session.execute(
        select(Event.division_code, func.count())
        .where(
            Event.disease_code.is_not(None),
            Event.is_domestic,
            Event.division_code.is_not(None),
            recent(since(look.today)),
            *which,
        )
        .group_by(Event.division_code)
    )
    return Counter({code: int(count) for code, count in rows if code})


def recent(first: date) -> ColumnElement[bool]:
    """Return the condition of an event since a day: as reported, else as observed."""
    unsaid = Event.reported_on.is_(None) & (Event.observed_on >= first)
    return or_(Event.reported_on >= first, unsaid)


def zones_now(look: Look) -> ColumnElement[bool]:
    """Return the condition of a zone that stands today; join it with a confirmed event."""
    return (
        Zone.lifted_at.is_(None)
        & (Zone.from_on <= look.today)
        & or_(Zone.until_on.is_(None), Zone.until_on >= look.today)
    )


def _zoned(look: Look) -> frozenset[str]:
    """Return every division under a zone that stands today."""
    codes = look.scalars(
        select(ZoneDivision.division_code)
        .join(Zone, Zone.id == ZoneDivision.zone_id)
        .join(Event, Event.id == Zone.event_id)
        .where(zones_now(look), Event.is_confirmed)
        .distinct()
    )
    return frozenset[str]().union(*(reference.descendants(look, code) for code in codes))


def _watched(look: Look, codes: Collection[str]) -> frozenset[str]:
    """Return the counties with an open monitoring point or any test of the last year."""
    points = select(MonitoringPoint.division_code).where(
        MonitoringPoint.division_code.in_(codes), MonitoringPoint.closed_on.is_(None)
    )
    tests = select(OwnResult.division_code).where(
        OwnResult.division_code.in_(codes),
        ~OwnResult.is_withdrawn,
        OwnResult.sampled_on >= since(look.today),
    )
    return frozenset((*look.scalars(points), *look.scalars(tests.distinct())))


def _parents(look: Look, codes: Collection[str]) -> dict[str, str]:
    rows = look.session.execute(
        select(Division.code, Division.parent_code).where(Division.code.in_(sorted(codes)))
    )
    return {code: parent for code, parent in rows if parent}
