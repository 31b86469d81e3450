"""An officer's word about an event: confirmed or denied. It outranks what the source says."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.surveillance.commands.facts import VerdictSet
from aquacert.surveillance.commands.zones import lift, must_be_theirs, settle
from aquacert.surveillance.models import Event, EventChange, Zone
from aquacert.surveillance.queries.places import zone_days
from aquacert.surveillance.queries.zones import division_codes_of
from aquacert.surveillance.rules.events import Status, is_confirmed
from aquacert.surveillance.rules.ladder import SENTENCES, Lack

DENIED = "疫情已排除"
"""Why its zones end, as everybody reads it; the officer's ground may name a farm."""


def confirm_event(w: Work, event_id: UUID, reason: str) -> None:
    """Confirm an event; where its place is a known county, the rule's zone opens at once."""
    row = _judge(w, event_id, Status.CONFIRMED, reason)
    if row.disease_code is not None:
        settle(w, row, zone_days(w))


def deny_event(w: Work, event_id: UUID, reason: str) -> None:
    """Deny an event; every zone it holds is lifted for the same reason.

    Raises `NotAllowed` while one of them lies over a place that is not the officer's: who is above
    both judges then.
    """
    _must_have_no_report(w.get_for_change(Event, event_id))
    row = _judge(w, event_id, Status.DENIED, reason)
    live = select(Zone).where(Zone.event_id == row.id, Zone.lifted_at.is_(None)).order_by(Zone.id)
    for zone in w.scalars(live):
        must_be_theirs(w, division_codes_of(w, zone.id))
        lift(w, zone, DENIED)


def _must_have_no_report(row: Event) -> None:
    """Raise while an official positive of our own stands: its laboratory alone takes that back."""
    if row.source == "own" and row.status == Status.CONFIRMED.value:
        raise NotAllowedNow(SENTENCES[Lack.REPORT_STANDS])


def _judge(w: Work, event_id: UUID, verdict: Status, reason: str) -> Event:
    row = w.get_for_change(Event, event_id)
    if len(reason.strip()) < 2:
        sentence = "请写明依据，例如复检报告号或通报文号。"
        raise Invalid(sentence, reason=sentence)
    if row.disease_code is None:
        raise NotAllowedNow("这起事件不是名录里的水生动物疫病，不需要核实。")
    if row.division_code is not None:
        must_be_theirs(w, {row.division_code})
    before = row.verdict or row.status
    if row.verdict == verdict.value:
        raise NotAllowedNow("这起事件已经是这个结论，没有改动。")
    diff = {"verdict": [row.verdict, verdict.value]}
    row.verdict = verdict.value
    row.is_confirmed = is_confirmed(Status(row.status), verdict)
    row.changed_at = w.now
    w.session.add(
        EventChange(
            id=w.new_id(),
            event_id=row.id,
            at=w.now,
            by=w.actor.label,
            by_id=w.actor.person_id,
            reason=reason.strip(),
            diff=diff,
        )
    )
    fact = VerdictSet(row.source_key, row.disease_written, before, verdict.value)
    w.record(fact, on=row, county=row.division_code, reason=reason.strip())
    w.tell(Topic.EVENT_CHANGED, row.id)
    return row
