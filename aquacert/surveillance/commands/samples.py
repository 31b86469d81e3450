"""Sample results that came in files become events: a positive is one, corrected it is denied.

One event for each sample and disease, in a source of its own beside the feed's. Its state follows
from what the record says now and whether any report of it ever said positive: so a correction that
arrives before the positive it corrects ends in the same state as one that arrives after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.ownevents import CONFIRMS, COUNTRY
from aquacert.surveillance.commands.zones import settle
from aquacert.surveillance.models import Event, EventChange, MonitoringPoint
from aquacert.surveillance.models.feeds import FeedRecord, FeedRecordReport
from aquacert.surveillance.parsers.monitoring import number
from aquacert.surveillance.queries.places import zone_days
from aquacert.surveillance.queries.projecting import Projector
from aquacert.surveillance.rules.events import (
    Status,
    Value,
    content_hash,
    difference,
)
from aquacert.surveillance.rules.own import NEGATIVE, POSITIVE

SOURCE = "sample:"
"""Before the feed's name: such events are no rows of the feed's own files."""
GROUNDS = "监测样品检测结果"


@dataclass(frozen=True)
class SampleEventRaised(Fact):
    """A sample result from a file raised an event, or changed what it says."""

    tag: ClassVar[str] = "surveillance:sample:raise"
    title: ClassVar[str] = "样品检测结果形成疫情事件"
    source_key: str
    disease: str
    status: str


def project_samples(w: Work, record_ids: Sequence[UUID]) -> None:
    """Bring the events of these sample records to what the records now say."""
    records = w.scalars(
        select(FeedRecord).where(FeedRecord.id.in_(list(record_ids))).order_by(FeedRecord.id)
    )
    ever = _ever_positive(w, [row.id for row in records])
    wanted = [row for row in records if row.id in ever]
    if not wanted:
        return
    known = _known(w, wanted)
    counties = _counties(w, wanted)
    projectors = {row.source: Projector(w, row.source) for row in wanted}
    days = zone_days(w)
    for row in wanted:
        values = _values(w, row, counties.get(row.id))
        event = known.get((SOURCE + row.source, row.source_key))
        made = _write(w, projectors[row.source], row, event, values)
        if made is not None:
            settle(w, made, days)
            w.tell(Topic.EVENT_CHANGED, made.id)


def status_of_sample(row: FeedRecord) -> Status:
    """Return what a record that once was positive says now.

    A positive counts as confirmed once it was sequenced, or where no rule asks for the reference
    laboratory; a negative that corrects it denies.
    """
    result = row.content.get("result")
    if result == NEGATIVE:
        return Status.DENIED
    if result != POSITIVE:
        return Status.SUSPECTED
    waits = row.observed_on is None or bool(number(CONFIRMS, row.observed_on, 0))
    return Status.SUSPECTED if waits and not row.content.get("genotype") else Status.CONFIRMED


def _ever_positive(w: Work, ids: Collection[UUID]) -> frozenset[UUID]:
    reports = w.session.execute(
        select(FeedRecordReport.record_id, FeedRecordReport.content).where(
            FeedRecordReport.record_id.in_(list(ids))
        )
    )
    return frozenset(
        record_id for record_id, content in reports if content.get("result") == POSITIVE
    )


def _known(w: Work, rows: Sequence[FeedRecord]) -> dict[tuple[str, str], Event]:
    events = w.scalars(
        select(Event)
        .where(
            Event.source.in_({SOURCE + row.source for row in rows}),
            Event.source_key.in_([row.source_key for row in rows]),
        )
        .with_for_update()
    )
    return {(event.source, event.source_key): event for event in events}


def _counties(w: Work, rows: Sequence[FeedRecord]) -> Mapping[UUID, str]:
    """Return the county of each record: its monitoring point's, else what its place names."""
    codes = {str(row.content.get("point") or "") for row in rows} - {""}
    points: dict[str, str] = {  # noqa: C416 (a row is no pair to mypy)
        code: county
        for code, county in w.session.execute(
            select(MonitoringPoint.code, MonitoringPoint.division_code).where(
                MonitoringPoint.code.in_(codes)
            )
        )
    }
    found = {
        row.id: points.get(str(row.content.get("point") or "")) or row.division_code for row in rows
    }
    return {key: code for key, code in found.items() if code}


def _values(w: Work, row: FeedRecord, county: str | None) -> dict[str, Value]:
    """Return the event's values in the words of any feed, so that it can be projected again."""
    get = row.content.get
    named: dict[str, Value] = {"country": get("country") or COUNTRY}
    if county is not None:
        province = reference.province_of(w, county)
        named |= {
            "admin1": reference.division(w, province).name_zh,
            "locality": reference.division(w, county).name_zh,
        }
    else:
        named |= {"admin1": get("admin1"), "locality": get("place") or get("locality")}
    status = status_of_sample(row)
    return named | {
        "disease": row.disease_written,
        "species_text": get("species_text"),
        "latitude": get("latitude"),
        "longitude": get("longitude"),
        "observed_on": row.observed_on.isoformat() if row.observed_on else None,
        "reported_on": row.reported_on.isoformat() if row.reported_on else None,
        "diagnosis_source": GROUNDS,
        "status": status.value,
        "is_aquatic": True,
    }


def _write(
    w: Work,
    projector: Projector,
    row: FeedRecord,
    event: Event | None,
    values: dict[str, Value],
) -> Event | None:
    """Write the event and what changed; return it, or None when nothing did."""
    digest = content_hash(values)
    verdict = Status(event.verdict) if event is not None and event.verdict else None
    columns = projector.event(values, verdict)
    same = event is not None and event.content_hash == digest
    if same and event is not None and event.disease_code == columns["disease_code"]:
        return None
    before: dict[str, Value] = {} if event is None else dict(event.content)
    if event is None:
        event = Event(
            id=w.new_id(),
            source=SOURCE + row.source,
            source_key=row.source_key,
            created_at=w.now,
        )
    for name, value in columns.items():
        setattr(event, name, value)
    event.content_hash, event.changed_at = digest, w.now
    w.add(event)
    w.add(
        EventChange(
            id=w.new_id(),
            event_id=event.id,
            at=w.now,
            by=w.actor.label,
            by_id=w.actor.person_id,
            reason=GROUNDS,
            diff=difference(before, values),
        )
    )
    fact = SampleEventRaised(event.source_key, event.disease_written, event.status)
    w.record(fact, on=event, county=event.division_code, reason=GROUNDS)
    return event
