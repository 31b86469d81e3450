"""Feed files in: kept whole, planned, then written in bulk with one fact for the file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from aquacert.kernel.errors import NotFound
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.facts import FeedImported, FeedReceived
from aquacert.surveillance.commands.zones import must_be_theirs, settle
from aquacert.surveillance.models import (
    Event,
    EventChange,
    EventReport,
    FeedFile,
    FeedSetAside,
    FileState,
)
from aquacert.surveillance.parsers import Feed, Report, mapped, read_empresi
from aquacert.surveillance.queries.feeds import raw_bytes
from aquacert.surveillance.queries.places import Places, zone_days
from aquacert.surveillance.queries.plan import EMPRESI, ImportCounts, Plan, plan
from aquacert.surveillance.rules.events import (
    Status,
    Value,
    day_of,
    is_confirmed,
    search_words,
    status_of,
)
from aquacert.surveillance.rules.places import is_china

CHUNK = 1000
Progress = Callable[[int], None]
"""Told how many more rows were written."""


def import_empresi(
    w: Work,
    data: bytes,
    name: str,
    *,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> ImportCounts:
    """Import an EMPRES-i file and return how its rows fared; any file again changes nothing.

    `dry_run` plans and writes nothing. `full` says that the file is a whole snapshot of its days:
    known events it lacks are then marked as vanished; a partial file never takes anything away.
    Raises `Invalid` in one sentence when the file cannot be read.
    """
    feed = read_empresi(data, w.today)
    planned = plan(w, feed, full=full)
    if dry_run:
        return planned.counts
    row = _received(w, data, name, feed)
    if row.state == FileState.IMPORTED.value and not planned.counts.changes:
        return planned.counts
    return _apply(w, row, planned, progress or _silent)


def receive_empresi(w: Work, data: bytes, name: str) -> UUID:
    """Keep a file and what cannot be read of it; nothing acts until `import_received`."""
    feed = read_empresi(data, w.today)
    row = _received(w, data, name, feed)
    if row.received_at == w.now:
        fact = FeedReceived(EMPRESI, row.name, row.sha256, row.rows)
        w.record(fact, on=row)
    return row.id


def import_received(w: Work, file_id: UUID) -> ImportCounts:
    """Import a file that was received before."""
    row = w.get_for_change(FeedFile, file_id)
    if row.source != EMPRESI:
        raise NotFound
    return import_empresi(w, raw_bytes(w, row), row.name)


def _received(w: Work, data: bytes, name: str, feed: Feed) -> FeedFile:
    """Return the file's row, made on first sight of these bytes."""
    digest = hashlib.sha256(data).hexdigest()
    known = w.one(select(FeedFile).where(FeedFile.source == EMPRESI, FeedFile.sha256 == digest))
    if known is not None:
        return known
    row = w.add(
        FeedFile(
            id=w.new_id(),
            source=EMPRESI,
            header_set=feed.header_set,
            sha256=digest,
            name=name[-120:],
            state=FileState.RECEIVED.value,
            received_at=w.now,
            received_by=w.actor.label,
            newest_on=feed.newest_on,
            rows=len(feed.reports) + len(feed.bad),
            created=0,
            updated=0,
            unchanged=0,
            stale=0,
            vanished=0,
            quarantined=len(feed.bad),
        )
    )
    w.attach(row, data, row.name, "text/csv")
    _set_aside(w, row, feed)
    return row


def _set_aside(w: Work, row: FeedFile, feed: Feed) -> None:
    rows = [
        {
            "id": w.new_id(),
            "file_id": row.id,
            "line": bad.line,
            "code": bad.code.value,
            "column_name": bad.column,
            "value": bad.value,
            "state": "waiting",
            "because": "",
        }
        for bad in feed.bad
    ]
    if rows:
        w.session.execute(insert(FeedSetAside), rows)


def _apply(w: Work, row: FeedFile, planned: Plan, progress: Progress) -> ImportCounts:
    places = Places(w)
    acting = _create(w, row, planned, places, progress)
    acting += _add(w, row, planned, places)
    _mark(w, planned.vanished, missing=True)
    _mark(w, planned.returned, missing=False)
    if row.state != FileState.IMPORTED.value:
        for name, count in planned.counts.as_dict().items():
            setattr(row, name, count)
        row.imported_at = w.now
        row.state = FileState.IMPORTED.value
    fact = FeedImported(EMPRESI, row.name, row.sha256, planned.counts.as_dict())
    w.record(fact, on=row)
    days = zone_days(w)
    for event_id in acting:
        settle(w, w.get_for_change(Event, event_id), days)
        w.tell(Topic.EVENT_CHANGED, event_id)
    return planned.counts


def _create(
    w: Work, row: FeedFile, planned: Plan, places: Places, progress: Progress
) -> list[UUID]:
    """Write new events and their reports in bulk; return those that may act."""
    acting: list[UUID] = []
    for start in range(0, len(planned.creations), CHUNK):
        events: list[dict[str, Any]] = []
        reports: list[dict[str, Any]] = []
        for one in planned.creations[start : start + CHUNK]:
            event_id = w.new_id()
            head = max(one.reports, key=lambda report: report.rank).digest
            event = _columns(one.values, places) | {
                "id": event_id,
                "source": EMPRESI,
                "source_key": one.key,
                "content_hash": head,
                "created_at": w.now,
                "changed_at": w.now,
            }
            events.append(event)
            reports += _report_rows(w, row, event_id, one.reports)
            if event["disease_code"] is not None:
                acting.append(event_id)
        w.session.execute(insert(Event), events)
        w.session.execute(insert(EventReport), reports)
        progress(len(events))
    return acting


def _add(w: Work, row: FeedFile, planned: Plan, places: Places) -> list[UUID]:
    """Write new reports of known events, and what they changed; return those that may act."""
    acting: list[UUID] = []
    for one in planned.additions:
        w.session.execute(insert(EventReport), _report_rows(w, row, one.event_id, one.reports))
        event = w.get_for_change(Event, one.event_id)
        event.content_hash = one.head
        if not one.diff:
            continue
        was_acting = event.disease_code is not None
        verdict = Status(event.verdict) if event.verdict else None
        columns = _columns(one.values, places, verdict)
        _must_not_free(w, event, columns)
        for name, value in columns.items():
            setattr(event, name, value)
        event.changed_at = w.now
        w.session.add(
            EventChange(
                id=w.new_id(),
                event_id=event.id,
                file_id=row.id,
                at=w.now,
                by=w.actor.label,
                by_id=w.actor.person_id,
                reason=row.name,
                diff=one.diff,
            )
        )
        if was_acting or event.disease_code is not None:
            acting.append(event.id)
    return acting


def _must_not_free(w: Work, event: Event, columns: dict[str, Any]) -> None:
    """Raise `NotAllowed` when a file would end another place's confirmed event.

    A file is typed by whoever brings it: it may warn of anything anywhere, but what a zone rests
    on is taken away only by an officer of that place, or of one above it.
    """
    held = ("is_confirmed", "division_code", "disease_code")
    stays = all(getattr(event, name) == columns[name] for name in held)
    if event.is_confirmed and event.division_code is not None and not stays:
        must_be_theirs(w, {event.division_code})


def _columns(
    values: dict[str, Value], places: Places, verdict: Status | None = None
) -> dict[str, Any]:
    """Return an event's columns from its folded values."""
    disease = str(values["disease"])
    meaning = mapped(disease)
    status = status_of(values.get("status"))
    place = _place(values)
    county = places.county(values) if meaning.disease_code else None
    return {
        "content": values,
        "disease_written": disease,
        "disease_code": meaning.disease_code,
        "realm": meaning.realm.value,
        "status": status.value,
        "verdict": verdict.value if verdict else None,
        "is_confirmed": is_confirmed(status, verdict),
        "is_domestic": is_china(str(values.get("country") or "")),
        "country": str(values.get("country") or ""),
        "place": place,
        "division_code": county,
        "latitude": values.get("latitude"),
        "longitude": values.get("longitude"),
        "observed_on": day_of(values, "observed_on"),
        "reported_on": day_of(values, "reported_on"),
        "cases": values.get("cases"),
        "deaths": values.get("deaths"),
        "words": search_words(values, place, meaning.disease_code or ""),
    }


def _place(values: dict[str, Value]) -> str:
    names = [str(values.get(name) or "") for name in ("locality", "admin1", "country")]
    return "，".join(dict.fromkeys(name for name in names if name))


def _report_rows(
    w: Work, row: FeedFile, event_id: UUID, reports: Iterable[Report]
) -> list[dict[str, Any]]:
    return [
        {
            "id": w.new_id(),
            "event_id": event_id,
            "file_id": row.id,
            "line": report.line,
            "content_hash": report.digest,
            "rank": report.rank,
            "content": dict(report.values),
        }
        for report in reports
    ]


def _mark(w: Work, event_ids: list[UUID], *, missing: bool) -> None:
    if event_ids:
        w.session.execute(
            update(Event)
            .where(Event.id.in_(event_ids))
            .values(missing_since_at=w.now if missing else None),
            execution_options={"synchronize_session": False},
        )


def _silent(_count: int) -> None:
    """Show no progress."""
