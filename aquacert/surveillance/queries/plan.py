"""What an import would do: the one path that a dry run and a real run share.

The plan reads; only the command writes. So a preview can never differ from the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.surveillance.models import Event, EventReport
from aquacert.surveillance.parsers import Feed, Report, read_empresi
from aquacert.surveillance.rules.events import Value, difference, folded

EMPRESI = "empresi"
CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True)
class ImportCounts:
    """How each row of a file fared, and how many known events a full file lacks."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    vanished: int = 0
    quarantined: int = 0

    @property
    def changes(self) -> bool:
        """Say whether anything about the events changes."""
        return bool(self.created or self.updated or self.vanished)

    def as_dict(self) -> dict[str, int]:
        """Return the counts in the order of the outside contract."""
        return asdict(self)


@dataclass(frozen=True)
class Known:
    """What is stored of one event, as far as planning needs it."""

    event_id: UUID
    head: str
    digests: frozenset[str]
    is_missing: bool


@dataclass
class Creation:
    """A new event and its reports in this file."""

    key: str
    reports: list[Report]
    values: dict[str, Value]


@dataclass
class Addition:
    """New reports of a known event; `diff` is empty when they change nothing."""

    event_id: UUID
    key: str
    reports: list[Report]
    values: dict[str, Value]
    head: str
    diff: dict[str, list[Value]]


@dataclass
class Plan:
    """Everything an import would write."""

    feed: Feed
    creations: list[Creation] = field(default_factory=list)
    additions: list[Addition] = field(default_factory=list)
    vanished: list[UUID] = field(default_factory=list)
    returned: list[UUID] = field(default_factory=list)
    counts: ImportCounts = field(default_factory=ImportCounts)


@dataclass
class _Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0


def preview_empresi(look: Look, data: bytes, *, full: bool = False) -> Plan:
    """Return what importing the file would do; raise `Invalid` when it cannot be read."""
    return plan(look, read_empresi(data, look.today), full=full)


def plan(look: Look, feed: Feed, *, full: bool = False) -> Plan:
    """Return the plan of a feed. `full`: the file is a whole snapshot of its days."""
    made, tally = Plan(feed), _Tally()
    by_key: dict[str, list[Report]] = {}
    for report in feed.reports:
        by_key.setdefault(report.key, []).append(report)
    known = _known(look, by_key)
    grown: dict[str, list[Report]] = {}
    for key, reports in by_key.items():
        fresh = _fresh(reports, known[key].digests if key in known else frozenset())
        if key not in known:
            made.creations.append(Creation(key, fresh, folded((r.rank, r.values) for r in fresh)))
            tally.created += 1
            _count_rest(tally, reports, max(fresh, key=lambda one: one.rank).digest, counted=1)
        elif fresh:
            grown[key] = fresh
        else:
            _count_rest(tally, reports, known[key].head, counted=0)
        if key in known and known[key].is_missing:
            made.returned.append(known[key].event_id)
    _plan_additions(look, made, tally, by_key, known, grown)
    if full:
        made.vanished = _vanished(look, feed, set(by_key))
    made.counts = ImportCounts(
        **vars(tally), vanished=len(made.vanished), quarantined=len(feed.bad)
    )
    return made


def _plan_additions(
    look: Look,
    made: Plan,
    tally: _Tally,
    by_key: dict[str, list[Report]],
    known: dict[str, Known],
    grown: dict[str, list[Report]],
) -> None:
    """Fold new reports of known events into what is stored, and count each row once."""
    stored = _stored(look, [known[key].event_id for key in grown])
    for key, fresh in grown.items():
        event_id = known[key].event_id
        old = [(one.rank, one.content) for one in stored[event_id]]
        before = folded(old)
        after = folded([*old, *((one.rank, one.values) for one in fresh)])
        ranks = {one.content_hash: one.rank for one in stored[event_id]}
        ranks |= {one.digest: one.rank for one in fresh}
        head = max(ranks, key=lambda digest: ranks[digest])
        diff = difference(before, after)
        made.additions.append(Addition(event_id, key, fresh, after, head, diff))
        tally.updated += bool(diff)
        _count_rest(tally, by_key[key], head, counted=int(bool(diff)))


def _count_rest(tally: _Tally, reports: Sequence[Report], head: str, *, counted: int) -> None:
    """Count the rows of one event: one made the change (if any), the others are same or stale."""
    same = sum(one.digest == head for one in reports)
    stale = len(reports) - same
    if counted and same:
        same -= 1
    elif counted:
        stale -= 1
    tally.unchanged += same
    tally.stale += stale


def _fresh(reports: Iterable[Report], digests: frozenset[str]) -> list[Report]:
    """Return the reports not stored yet, each once."""
    return list({one.digest: one for one in reports if one.digest not in digests}.values())


def _known(look: Look, keys: Iterable[str]) -> dict[str, Known]:
    """Return what is stored of the events with these keys."""
    found: dict[str, Known] = {}
    for chunk in _chunks(keys):
        rows = look.session.execute(
            select(Event.id, Event.source_key, Event.content_hash, Event.missing_since_at).where(
                Event.source == EMPRESI, Event.source_key.in_(chunk)
            )
        ).all()
        digests: dict[UUID, set[str]] = {row[0]: set() for row in rows}
        reports = select(EventReport.event_id, EventReport.content_hash).where(
            EventReport.event_id.in_(list(digests))
        )
        for event_id, digest in look.session.execute(reports):
            digests[event_id].add(digest)
        for event_id, key, head, missing in rows:
            found[key] = Known(event_id, head, frozenset(digests[event_id]), missing is not None)
    return found


def _stored(look: Look, event_ids: list[UUID]) -> dict[UUID, list[EventReport]]:
    found: dict[UUID, list[EventReport]] = {event_id: [] for event_id in event_ids}
    for chunk in _chunks(event_ids):
        for row in look.scalars(select(EventReport).where(EventReport.event_id.in_(chunk))):
            found[row.event_id].append(row)
    return found


def _vanished(look: Look, feed: Feed, keys: set[str]) -> list[UUID]:
    """Return stored events of the file's days and diseases that a full file no longer names."""
    days = [
        date.fromisoformat(str(r.values["reported_on"]))
        for r in feed.reports
        if r.values.get("reported_on")
    ]
    diseases = {str(one.values["disease"]) for one in feed.reports}
    if not days:
        return []
    rows = look.session.execute(
        select(Event.id, Event.source_key).where(
            Event.source == EMPRESI,
            Event.reported_on.between(min(days), max(days)),
            Event.disease_written.in_(sorted(diseases)),
            Event.missing_since_at.is_(None),
        )
    )
    return [event_id for event_id, key in rows if key not in keys]


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    at = list(items)
    for start in range(0, len(at), CHUNK):
        yield at[start : start + CHUNK]
