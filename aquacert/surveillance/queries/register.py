"""The public register: what may be released now, and every version that was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.models import Disease, Division, DivisionLevel
from aquacert.surveillance.models import Event, EventChange, RegisterVersion, Zone
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.register import (
    Entry,
    Seen,
    Span,
    from_content,
    number_of,
    published,
)

SUSPECTED = "register.suspected"
"""Rule: 1 = suspicions are published too. A proposal of this product, not law."""
BACK = timedelta(days=3 * 366)
CHUNK = 500
MOST_VERSIONS = 2**31
"""What the number's column holds."""
FIRST_DAY = date(2000, 1, 1)


def latest(look: Look) -> RegisterVersion | None:
    """Return the version that stands, or None before the first."""
    return look.one(select(RegisterVersion).order_by(RegisterVersion.number.desc()).limit(1))


def version(look: Look, number: int) -> RegisterVersion:
    """Return a version by its number, or raise `NotFound`."""
    found = None
    if 0 < number < MOST_VERSIONS:
        found = look.one(select(RegisterVersion).where(RegisterVersion.number == number))
    if found is None:
        raise NotFound("登记册没有这一版。")
    return found


def version_on(look: Look, day: date) -> RegisterVersion:
    """Return the version that stood at the end of a legal day, or raise `NotFound`."""
    if not FIRST_DAY <= day <= look.today:
        raise NotFound("这一天还没有公布过登记册。")
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    found = look.one(
        select(RegisterVersion)
        .where(RegisterVersion.published_at < end)
        .order_by(RegisterVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("这一天还没有公布过登记册。")
    return found


def versions(look: Look) -> Select[RegisterVersion]:
    """Return the statement that lists versions, the newest first."""
    del look
    return select(RegisterVersion).order_by(RegisterVersion.number.desc())


def entries_of(row: RegisterVersion | None) -> tuple[Entry, ...]:
    """Return the designations of a version; none before the first."""
    return from_content(row.content) if row else ()


def register_now(look: Look, before: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return what the register says today, given what it said last."""
    rule = reference.binding_rule(look, SUSPECTED, look.today)
    return published(
        _seen(look, frozenset(one.number for one in before)),
        before,
        look.today,
        with_suspected=bool(rule and rule.value),
    )


def _seen(look: Look, known: frozenset[str]) -> list[Seen]:
    """Return the province's domestic events of our catalogue that lie in a county.

    Old ones only where their number was published before: what was released is never forgotten,
    and never called revoked because it grew old.
    """
    province = f"{look.settings.province}0000"
    inside = reference.descendants(look, province)
    ours = (
        Event.disease_code.is_not(None),
        Event.is_domestic,
        Event.division_code.in_(sorted(inside)),
    )
    first = look.today - BACK
    rows = look.scalars(
        select(Event).where(*ours, or_(Event.reported_on.is_(None), Event.reported_on >= first))
    )
    old = look.scalars(select(Event.id).where(*ours, Event.reported_on < first)) if known else []
    for chunk in _stretches([key for key in old if number_of(key.hex) in known], CHUNK):
        rows.extend(look.scalars(select(Event).where(Event.id.in_(chunk))))
    ids = [row.id for row in rows]
    zones, decided = _zones(look, ids), _decided(look, ids)
    counties = _counties(look, {row.division_code for row in rows if row.division_code})
    diseases = {row.code: row for row in look.scalars(select(Disease))}
    return [
        Seen(
            key=row.id.hex,
            division_code=counties[row.division_code].code,
            division=reference.full_name(look, counties[row.division_code].code),
            division_en=reference.full_name_en(look, counties[row.division_code].code),
            disease_code=row.disease_code,
            disease=diseases[row.disease_code].name_zh,
            disease_en=diseases[row.disease_code].name_en,
            status=Status.CONFIRMED if row.is_confirmed else Status(row.verdict or row.status),
            first_on=row.observed_on or row.reported_on,
            decided_on=decided.get(row.id) or _confirmed(row),
            zones=tuple(zones.get(row.id, ())),
            ended_on=_day(row.content.get("ended_on")),
        )
        for row in rows
        if row.disease_code is not None and row.division_code in counties
    ]


def _confirmed(row: Event) -> date | None:
    """Return the day the source confirmed it: its own word, else the day it reported so."""
    if not row.is_confirmed:
        return None
    return _day(row.content.get("confirmed_on")) or row.reported_on


def _zones(look: Look, ids: Sequence[UUID]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = {}
    columns = select(Zone.event_id, Zone.from_on, Zone.until_on, Zone.lifted_at)
    for chunk in _stretches(ids, CHUNK):
        rows = columns.where(Zone.event_id.in_(chunk)).order_by(Zone.from_on)
        for event_id, from_on, until_on, lifted_at in look.session.execute(rows):
            lifted = legal_day(lifted_at) if lifted_at else None
            found.setdefault(event_id, []).append(Span(from_on, until_on, lifted))
    return found


def _decided(look: Look, ids: Sequence[UUID]) -> dict[UUID, date]:
    """Return the last day on which an officer's verdict changed each event."""
    found: dict[UUID, date] = {}
    columns = select(EventChange.event_id, EventChange.at, EventChange.diff)
    for chunk in _stretches(ids, CHUNK):
        rows = columns.where(EventChange.event_id.in_(chunk)).order_by(EventChange.at)
        for event_id, at, diff in look.session.execute(rows):
            if "verdict" in diff:
                found[event_id] = legal_day(at)
    return found


def _counties(look: Look, codes: set[str]) -> dict[str, Division]:
    """Return the county of each division; a place above counties is in none."""
    county = DivisionLevel.COUNTY.value
    found: dict[str, Division] = {}
    for code in codes:
        path = reference.division_path(look, code)
        here = next((one for one in path if one.level == county), None)
        if here is not None:
            found[code] = here
    return found


def _day(said: object) -> date | None:
    try:
        return date.fromisoformat(str(said)) if said else None
    except ValueError:
        return None


def _stretches(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    """Return the ids in stretches that one question may name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
