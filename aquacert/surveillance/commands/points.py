"""Monitoring points: registered with a code of their own, changed, closed; never deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts import queries as accounts
from aquacert.hatcheries.queries import hatchery_of
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.commands.zones import must_be_theirs
from aquacert.surveillance.models import MonitoringPoint, PointSpecies
from aquacert.surveillance.queries.points import species_of
from aquacert.surveillance.rules.points import Mode, Site, point_code

LONG_AGO, SOON = date(2000, 1, 1), timedelta(days=366)
LARGEST = 10_000_000
"""Tenths of an area's unit; more is a slip of the hand."""


@dataclass(frozen=True)
class PointRegistered(Fact):
    """A monitoring point was put on record."""

    tag: ClassVar[str] = "surveillance:point:register"
    title: ClassVar[str] = "备案监测点"
    code: str
    site: str
    mode: str
    species: tuple[str, ...]


@dataclass(frozen=True)
class PointChanged(Fact):
    """What is on record of a point was changed."""

    tag: ClassVar[str] = "surveillance:point:change"
    title: ClassVar[str] = "变更监测点"
    code: str
    diff: dict[str, Any]


@dataclass(frozen=True)
class PointClosed(Fact):
    """A point is watched no longer; its months stay."""

    tag: ClassVar[str] = "surveillance:point:close"
    title: ClassVar[str] = "停用监测点"
    code: str


@dataclass(frozen=True)
class PointSaid:
    """What is put on record of a point. `organisation_id` None: watched by the actor's own body."""

    division_code: str
    place: str
    name: str
    site: Site
    mode: Mode
    area: str
    """In mu, or in square metres for cages and tanks; one decimal place."""
    species: tuple[str, ...]
    from_on: date
    organisation_id: UUID | None = None
    reporter_id: UUID | None = None


def register_point(w: Work, said: PointSaid) -> UUID:
    """Put a point on record and return its id; its code is the county's next running number.

    A farm of the register lies where it is registered, whatever was chosen.
    """
    body = said.organisation_id or w.actor.organisation_id
    if body is None:
        raise Invalid("请选养殖场。", organisation_id="请选养殖场。")
    farm = hatchery_of(w, said.organisation_id)
    county = said.division_code if farm is None else farm.division_code
    reference.usable_division(w, county, on=w.today, field="division_code")
    must_be_theirs(w, {county})
    if not LONG_AGO <= said.from_on <= w.today + SOON:
        sentence = "开始日不对：不早于 2000 年，不晚于一年以后。"
        raise Invalid(sentence, from_on=sentence)
    name = clean(said.name, field="name") or accounts.organisation(w, body).name_zh
    ordinal = _next_ordinal(w, county)
    row = w.add(
        MonitoringPoint(
            id=w.new_id(),
            code=point_code(county, ordinal),
            ordinal=ordinal,
            division_code=county,
            place=_place(said.place),
            organisation_id=body,
            name=name,
            site=said.site.value,
            mode=said.mode.value,
            area_tenths=area_tenths(said.area),
            reporter_id=said.reporter_id,
            from_on=said.from_on,
            closed_because="",
            registered_at=w.now,
            registered_by_id=w.actor.person_id,
        )
    )
    _set_species(w, row, said.species)
    fact = PointRegistered(row.code, row.site, row.mode, tuple(sorted(set(said.species))))
    w.record(fact, on=row, county=row.division_code)
    return row.id


def change_point(
    w: Work,
    point_id: UUID,
    *,
    place: str,
    area: str,
    species: Collection[str],
    reporter_id: UUID | None,
) -> None:
    """Change where a point lies, how large it is, what is kept there and who reports."""
    row = _open_point(w, point_id)
    before = {
        "place": row.place,
        "area_tenths": row.area_tenths,
        "species": sorted(species_of(w, row.id)),
        "reporter": str(row.reporter_id or ""),
    }
    row.place, row.area_tenths, row.reporter_id = _place(place), area_tenths(area), reporter_id
    _set_species(w, row, species)
    after = {
        "place": row.place,
        "area_tenths": row.area_tenths,
        "species": sorted(set(species)),
        "reporter": str(reporter_id or ""),
    }
    diff = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if diff:
        w.record(PointChanged(row.code, diff), on=row, county=row.division_code)


def close_point(w: Work, point_id: UUID, because: str) -> None:
    """Close a point from today; its code is never given again."""
    row = _open_point(w, point_id)
    because = clean(because, field="because")
    if len(because) < 2:
        sentence = "请写明为什么停用。"
        raise Invalid(sentence, because=sentence)
    row.closed_on, row.closed_because = w.today, because
    w.record(PointClosed(row.code), on=row, county=row.division_code, reason=because)


def area_tenths(text: str, field: str = "area") -> int:
    """Return an area in tenths of its unit; raise `Invalid` at `field`."""
    sentence = "请填面积，例如 120 或 35.5。"
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise Invalid(sentence, **{field: sentence}) from error
    if not value.is_finite() or not 0 < value * 10 <= LARGEST:
        raise Invalid(sentence, **{field: sentence})
    if value * 10 != (value * 10).to_integral_value():
        sentence = "面积最多一位小数，例如 35.5。"
        raise Invalid(sentence, **{field: sentence})
    return int(value * 10)


def _open_point(w: Work, point_id: UUID) -> MonitoringPoint:
    row = w.get_for_change(MonitoringPoint, point_id)
    must_be_theirs(w, {row.division_code})
    if row.closed_on is not None:
        raise NotAllowedNow("这个监测点已经停用。")
    return row


def _next_ordinal(w: Work, division_code: str) -> int:
    most = select(func.max(MonitoringPoint.ordinal)).where(
        MonitoringPoint.division_code == division_code
    )
    w.hold_trail(division_code)  # two registrations of one county wait for each other here
    return (w.session.scalar(most) or 0) + 1


def _place(text: str) -> str:
    place = clean(text, field="place")
    if len(place) < 2:
        sentence = "请写到乡镇和村（场），例如 示例镇东滩村。"
        raise Invalid(sentence, place=sentence)
    return place


def _set_species(w: Work, row: MonitoringPoint, species: Collection[str]) -> None:
    wanted = set(species)
    if not wanted:
        sentence = "至少选一个监测品种。"
        raise Invalid(sentence, species=sentence)
    for code in wanted:
        reference.species(w, code)
    known = w.scalars(select(PointSpecies).where(PointSpecies.point_id == row.id))
    for one in known:
        if one.species_code not in wanted:
            w.session.delete(one)
    for code in sorted(wanted - {one.species_code for one in known}):
        w.add(PointSpecies(id=w.new_id(), point_id=row.id, species_code=code))
    w.session.flush()
