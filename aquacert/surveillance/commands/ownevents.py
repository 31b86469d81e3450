"""What our own positives say of a farm becomes an event, like any other: suspected, then confirmed.

One event for each farm, disease and year of sampling, folded from every observation, so that the
order of news does not matter. It names county and disease, never the farm. A zone is an officer's
to open: the event waits on their list.
"""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.accounts.queries.addressees import people_with_role
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.clock import legal_day
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.facts import OwnEventRaised
from aquacert.surveillance.models import Event, EventChange, OwnResult
from aquacert.surveillance.parsers.monitoring import number
from aquacert.surveillance.queries.ladder import farm_ladders
from aquacert.surveillance.rules.events import (
    Realm,
    Status,
    Value,
    content_hash,
    difference,
    is_confirmed,
    search_words,
)
from aquacert.surveillance.rules.ladder import Rung
from aquacert.surveillance.rules.own import Purpose, Seen, span_of, status_of

OWN = "own"
"""Source of events that rest on tests of our own."""
COUNTRY = "中国"
GROUNDS = "本省检测报告"
CONFIRMS = "plan.reference_confirms"


def raise_event(w: Work, row: OwnResult) -> None:
    """Bring the event of this farm, disease and year to what its observations say now."""
    seen = _seen(w, row)
    status = status_of(seen, only_suspect(row.sampled_on))
    if status is None:
        return
    values = _values(row, seen, status)
    digest = content_hash(values)
    key = key_of(row.organisation_id, row.disease_code, row.sampled_on.year)
    event = w.one(
        select(Event).where(Event.source == OWN, Event.source_key == key).with_for_update()
    )
    if event is not None and event.content_hash == digest:
        return
    before: dict[str, Value] = {} if event is None else event.content
    event = event or _blank(w, row, key)
    was = event.verdict
    event.content, event.content_hash = dict(values), digest
    event.status = status.value
    event.verdict = _verdict_after(w, row, event, status)
    verdict = Status(event.verdict) if event.verdict else None
    event.is_confirmed = is_confirmed(status, verdict)
    first, last, count = span_of(seen)
    event.observed_on, event.reported_on, event.cases = first, last, count
    event.changed_at = w.now
    w.add(event)
    turned: dict[str, Value] = {} if was == event.verdict else {"verdict": was}
    _log(w, event, before | turned, values | ({"verdict": event.verdict} if turned else {}))
    if turned and event.verdict is not None:
        _ask_again(w, event)


def _verdict_after(w: Work, row: OwnResult, event: Event, status: Status) -> str | None:
    """Return the verdict that holds once the observations say `status`.

    A confirmation falls back to suspected when every positive was withdrawn and nothing else on the
    farm's ladder carries it; a doubt of that kind ends with the next positive. A denial stays.
    """
    if event.verdict == Status.SUSPECTED.value and status is not Status.DENIED:
        return None
    if event.verdict != Status.CONFIRMED.value or status is not Status.DENIED:
        return event.verdict
    w.session.flush()
    farms = farm_ladders(w, [row.organisation_id], row.disease_code)
    if any(one.ladder.rung is Rung.CONFIRMED for one in farms):
        return event.verdict
    return Status.SUSPECTED.value


def _ask_again(w: Work, event: Event) -> None:
    """Ask the county's officers and its agency to look again; its zones act on nothing meanwhile."""
    county = event.division_code or ""
    subject = f"{event.place}{event.disease_written}：确认所依据的阳性报告已撤回，请重新认定。"
    link = f"/surveillance/{event.id}"
    above = {one.code for one in reference.division_path(w, county)}
    for person_id in people_with_role(w, Role.SURVEILLANCE_OFFICER, above):
        accounts.tell(w, to_person=person_id, kind="ladder", subject=subject, link=link)
    for body in agencies_for(w, county):
        accounts.tell(w, to_organisation=body.id, kind="ladder", subject=subject, link=link)


def only_suspect(on: date) -> frozenset[str]:
    """Return the purposes whose positive of a day is a suspicion until somebody confirms it."""
    waits = bool(number(CONFIRMS, on, 0))
    return frozenset({Purpose.SELF.value, *([Purpose.PLAN.value] if waits else [])})


def key_of(organisation_id: UUID, disease_code: str, year: int) -> str:
    """Return the event's key: it names the farm to nobody who does not know its id."""
    text = f"{organisation_id}:{disease_code}:{year}"
    return hashlib.sha256(text.encode()).hexdigest()[:16].upper()


def _seen(w: Work, row: OwnResult) -> list[Seen]:
    rows = w.scalars(
        select(OwnResult)
        .where(
            OwnResult.organisation_id == row.organisation_id,
            OwnResult.disease_code == row.disease_code,
            OwnResult.sampled_on >= date(row.sampled_on.year, 1, 1),
            OwnResult.sampled_on <= date(row.sampled_on.year, 12, 31),
        )
        .order_by(OwnResult.sample_id)
    )
    return [
        Seen(one.outcome, one.purpose, one.sampled_on, legal_day(one.reported_at), one.is_withdrawn)
        for one in rows
    ]


def _values(row: OwnResult, seen: list[Seen], status: Status) -> dict[str, Value]:
    first, last, count = span_of(seen)
    return {
        "disease": row.disease_name,
        "country": COUNTRY,
        "locality": row.place,
        "species_text": row.species_name,
        "observed_on": first.isoformat(),
        "reported_on": last.isoformat(),
        "cases": count,
        "diagnosis_source": GROUNDS,
        "status": status.value,
    }


def _blank(w: Work, row: OwnResult, key: str) -> Event:
    values: dict[str, Value] = {
        "disease": row.disease_name,
        "locality": row.place,
        "country": COUNTRY,
        "species_text": row.species_name,
    }
    return Event(
        id=w.new_id(),
        source=OWN,
        source_key=key,
        disease_written=row.disease_name,
        disease_code=row.disease_code,
        realm=Realm.AQUATIC.value,
        is_domestic=True,
        country=COUNTRY,
        place=row.place,
        division_code=row.division_code,
        words=search_words(values, row.disease_code),
        created_at=w.now,
    )


def _log(w: Work, event: Event, before: dict[str, Value], values: dict[str, Value]) -> None:
    diff = difference(before, values)
    w.session.add(
        EventChange(
            id=w.new_id(),
            event_id=event.id,
            at=w.now,
            by=w.actor.label,
            by_id=w.actor.person_id,
            reason=GROUNDS,
            diff=diff,
        )
    )
    fact = OwnEventRaised(event.source_key, event.disease_written, event.status)
    w.record(fact, on=event, county=event.division_code, reason=GROUNDS)
    w.tell(Topic.EVENT_CHANGED, event.id)
