"""The public register of diseases: designations by county, dated, and what a version changed.

Modelled on the Fish Health Inspectorate's notices (initial designation on suspicion → confirmed
designation → revoked, each dated, per water body) and on BarentsWatch (open, readable by machines);
here per county, because a water body would name the farm.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from aquacert.surveillance.rules.events import Status


class Designation(StrEnum):
    """Where a designation stands."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    CONTROLLED = "controlled"
    LIFTED = "lifted"
    ENDED = "ended"
    REVOKED = "revoked"


DESIGNATION_WORDS: Mapping[Designation, str] = {
    Designation.SUSPECTED: "疑似",
    Designation.CONFIRMED: "已确认",
    Designation.CONTROLLED: "管控中",
    Designation.LIFTED: "管控已解除",
    Designation.ENDED: "疫情已结束",
    Designation.REVOKED: "已撤销",
}
CURRENT = frozenset({Designation.SUSPECTED, Designation.CONFIRMED, Designation.CONTROLLED})
FIELD_WORDS: Mapping[str, str] = {
    "state": "状态",
    "suspected_on": "疑似日",
    "confirmed_on": "确认日",
    "zone_from": "管控起",
    "zone_until": "管控止",
    "ended_on": "解除或撤销日",
    "disease_code": "疫病",
    "division_code": "县",
}
NAMED = frozenset({"number", "division", "disease", "division_en", "disease_en"})
"""Fields that name rather than say: their change alone publishes nothing new."""


@dataclass(frozen=True)
class Span:
    """One zone's days; `lifted_on` when a person ended it."""

    from_on: date
    until_on: date | None
    lifted_on: date | None


@dataclass(frozen=True)
class Seen:
    """One event as the register may see it."""

    key: str
    division_code: str
    division: str
    division_en: str
    disease_code: str
    disease: str
    disease_en: str
    status: Status
    first_on: date | None
    decided_on: date | None
    """The day an officer confirmed or denied it, else the source's; None when neither is known."""
    zones: tuple[Span, ...] = ()
    ended_on: date | None = None
    """The day the source or an officer says that it was over."""


@dataclass(frozen=True)
class Entry:
    """One designation as it is published; days as ISO text."""

    number: str
    division_code: str
    division: str
    division_en: str
    disease_code: str
    disease: str
    disease_en: str
    state: str
    suspected_on: str | None
    confirmed_on: str | None
    zone_from: str | None
    zone_until: str | None
    ended_on: str | None

    @property
    def is_current(self) -> bool:
        """Say whether it still stands."""
        return Designation(self.state) in CURRENT


@dataclass(frozen=True)
class Change:
    """What one version changed of one designation; `was` is empty for a new one."""

    entry: Entry
    was: Mapping[str, str | None]
    now: Mapping[str, str | None]


def number_of(key: str) -> str:
    """Return the public number of an event: tells neither its source nor its farm."""
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def published(
    seen: Iterable[Seen], before: Sequence[Entry], today: date, *, with_suspected: bool
) -> tuple[Entry, ...]:
    """Return the register of a day: what is released now, and everything released before.

    Nothing once published disappears: a denied event is revoked, one whose disease maps to nothing
    any more is revoked too, and days once published stay.
    """
    known = {entry.number: entry for entry in before}
    found: dict[str, Entry] = {}
    for one in seen:
        number = number_of(one.key)
        was = known.get(number)
        state = _state(one, today)
        released = state is not Designation.REVOKED and (
            with_suspected or state is not Designation.SUSPECTED
        )
        if was is not None or released:
            found[number] = _entry(one, number, state, was, today)
    for number, was in known.items():
        if number not in found:
            gone = replace(was, state=Designation.REVOKED.value)
            found[number] = replace(gone, ended_on=was.ended_on or today.isoformat())
    return tuple(sorted(found.values(), key=_order))


def changes(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Change, ...]:
    """Return what differs between two versions, designation by designation."""
    known = {entry.number: asdict(entry) for entry in before}
    made = []
    for entry in after:
        new = {name: value for name, value in asdict(entry).items() if name not in NAMED}
        old = known.get(entry.number, {})
        differ = [name for name in new if entry.number not in known or old[name] != new[name]]
        if differ:
            was = {name: old[name] for name in differ} if old else {}
            made.append(Change(entry, was, {name: new[name] for name in differ}))
    return tuple(made)


def as_content(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the entries as they are kept and served."""
    return [asdict(entry) for entry in entries]


def from_content(rows: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Return kept entries."""
    return tuple(Entry(**row) for row in rows)


def digest_of(entries: Sequence[Entry]) -> str:
    """Return the SHA-256 (hex) of a register's content."""
    text = json.dumps(as_content(entries), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _state(one: Seen, today: date) -> Designation:
    if one.status is Status.DENIED:
        return Designation.REVOKED
    if one.status is not Status.CONFIRMED:
        return Designation.SUSPECTED
    if any(_stands(zone, today) for zone in one.zones):
        return Designation.CONTROLLED
    if one.ended_on is not None and one.ended_on <= today:
        return Designation.ENDED
    begun = [zone for zone in one.zones if zone.from_on <= today]
    return Designation.LIFTED if begun else Designation.CONFIRMED


def _stands(zone: Span, today: date) -> bool:
    open_still = zone.until_on is None or today <= zone.until_on
    return zone.lifted_on is None and zone.from_on <= today and open_still


def _entry(one: Seen, number: str, state: Designation, was: Entry | None, today: date) -> Entry:
    standing = [zone for zone in one.zones if _stands(zone, today)]
    shown = standing or list(one.zones)
    last = max(shown, key=lambda zone: zone.from_on, default=None)
    confirmed = one.decided_on or one.first_on if one.status is Status.CONFIRMED else None
    ended = None
    if state is Designation.LIFTED and last is not None:
        ended = last.lifted_on or last.until_on
    elif state is Designation.ENDED:
        ended = one.ended_on
    elif state is Designation.REVOKED:
        ended = one.decided_on or today
    before = was.ended_on if was and was.state == state.value else None
    return Entry(
        number=number,
        division_code=one.division_code,
        division=one.division,
        division_en=one.division_en,
        disease_code=one.disease_code,
        disease=one.disease,
        disease_en=one.disease_en,
        state=state.value,
        suspected_on=(was.suspected_on if was else None) or _iso(one.first_on),
        confirmed_on=(was.confirmed_on if was else None) or _iso(confirmed),
        zone_from=_iso(last.from_on) if last else None,
        zone_until=_iso(last.until_on) if last else None,
        ended_on=before or _iso(ended),
    )


def _order(entry: Entry) -> tuple[bool, str, str, str]:
    return (not entry.is_current, entry.division_code, entry.disease_code, entry.number)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
