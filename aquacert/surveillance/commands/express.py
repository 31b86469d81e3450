"""Express reports: raised from the pond, received by the county, closed with what came of it.

Each disease suspected becomes an event `suspected`, which acts on nothing until an officer confirms
it. One report for each batch's check, whatever is sent twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts import commands as accounts
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid
from aquacert.kernel.topics import Topic
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.commands.ownevents import COUNTRY
from aquacert.surveillance.commands.verdicts import confirm_event, deny_event
from aquacert.surveillance.models import Event, EventChange, ExpressReport
from aquacert.surveillance.rules.events import (
    Realm,
    Status,
    Value,
    content_hash,
    difference,
    search_words,
)
from aquacert.surveillance.rules.express import (
    MOVES,
    SOURCE,
    Act,
    Outcome,
    State,
    Suspicion,
    event_key,
)

GROUNDS = "疫情快报"


@dataclass(frozen=True)
class ExpressRaised(Fact):
    """A suspected epidemic was reported from a farm."""

    tag: ClassVar[str] = "surveillance:express:raise"
    title: ClassVar[str] = "上报疫情快报"
    subject_id: UUID
    species_code: str
    diseases: tuple[str, ...]
    deaths: int | None


@dataclass(frozen=True)
class ExpressReceived(Fact):
    """The county received an express report and looks into it."""

    tag: ClassVar[str] = "surveillance:express:receive"
    title: ClassVar[str] = "签收疫情快报"


@dataclass(frozen=True)
class ExpressClosed(Fact):
    """An express report was closed with what came of it."""

    tag: ClassVar[str] = "surveillance:express:close"
    title: ClassVar[str] = "办结疫情快报"
    outcome: str
    confirmed: list[str]


def raise_express(w: Work, seen: Suspicion) -> UUID:
    """Report a suspected epidemic and return the report's id; the same check is one report.

    A disease suspected later, at the same check, is added to the report that stands.
    """
    stood = w.one(
        select(ExpressReport).where(ExpressReport.subject_id == seen.subject_id).with_for_update()
    )
    if stood is not None:
        _add(w, stood, seen)
        return stood.id
    row = w.add(
        ExpressReport(
            id=w.new_id(),
            **{name: getattr(seen, name) for name in COLUMNS},
            diseases=sorted(set(seen.diseases)),
            state=State.RAISED.value,
            outcome="",
            basis="",
            raised_at=w.now,
            raised_by_id=w.actor.person_id,
        )
    )
    for code in row.diseases:
        _event(w, row, code)
    fact = ExpressRaised(seen.subject_id, seen.species_code, tuple(row.diseases), seen.deaths)
    w.record(fact, on=row, county=row.division_code)
    _tell(w, row)
    return row.id


COLUMNS = (
    *("subject_id", "organisation_id", "office_id", "division_code", "place", "species_code"),
    *("quantity", "unit", "deaths", "signs", "seen_at"),
)


def receive_express(w: Work, report_id: UUID) -> None:
    """Take a report up; a second time changes nothing."""
    row = w.get_for_change(ExpressReport, report_id)
    if row.state != State.RAISED.value:
        return
    w.move(row, MOVES, Act.RECEIVE)
    row.received_at = w.now
    w.record(ExpressReceived(), on=row, county=row.division_code)


def close_express(
    w: Work,
    report_id: UUID,
    outcome: Outcome,
    basis: str,
    confirmed: Collection[str] | None = None,
) -> None:
    """Close a report; every event it raised is confirmed or denied with the same basis.

    `confirmed`: which of the suspected diseases it was, None for all; the others are denied. A
    confirmed one brings the rule's zone over the whole county at once. Raises `Invalid` without a
    basis or without a disease, `NotAllowedNow` for a report that is closed.
    """
    row = w.get_for_change(ExpressReport, report_id)
    basis = clean(basis, field="basis")
    if len(basis) < 2:
        sentence = "请写明依据，例如检测报告号或诊断意见文号。"
        raise Invalid(sentence, basis=sentence)
    MOVES.after(State(row.state), Act.CLOSE)  # before anything of it is written
    sure = _sure(row, outcome, confirmed)
    row.outcome, row.basis = outcome.value, basis
    row.closed_at, row.received_at = w.now, row.received_at or w.now
    w.move(row, MOVES, Act.CLOSE, because=basis)
    fact = ExpressClosed(outcome.value, sorted(sure))
    w.record(fact, on=row, county=row.division_code, reason=basis)
    for code in row.diseases:
        event = _known(w, row, code)
        verdict = Status.CONFIRMED if code in sure else Status.DENIED
        if event is not None and event.verdict != verdict.value:
            judge = confirm_event if code in sure else deny_event
            judge(w, event.id, basis)


def _sure(
    row: ExpressReport, outcome: Outcome, confirmed: Collection[str] | None
) -> frozenset[str]:
    """Return which suspected diseases are confirmed; at least one where any was suspected."""
    if outcome is not Outcome.CONFIRMED:
        return frozenset()
    suspected = {str(code) for code in row.diseases}
    sure = frozenset(suspected if confirmed is None else suspected & set(confirmed))
    if suspected and not sure:
        sentence = "怀疑了几种病的，请选确认的是哪一种；没选的按排除处理。"
        raise Invalid(sentence, confirmed=sentence)
    return sure


def _add(w: Work, row: ExpressReport, seen: Suspicion) -> None:
    new = sorted(set(seen.diseases) - set(row.diseases))
    if not new or row.state == State.CLOSED.value:
        return
    row.diseases = [*row.diseases, *new]
    for code in new:
        _event(w, row, code)
    fact = ExpressRaised(row.subject_id, row.species_code, tuple(new), seen.deaths)
    w.record(fact, on=row, county=row.division_code)


def _known(w: Work, row: ExpressReport, code: str) -> Event | None:
    key = event_key(row.id, code)
    return w.one(select(Event).where(Event.source == SOURCE, Event.source_key == key))


def _event(w: Work, row: ExpressReport, code: str) -> None:
    name = reference.disease(w, code).name_zh
    county = reference.full_name(w, row.division_code)  # events are for everybody: never the farm
    values: dict[str, Value] = {
        "disease": name,
        "country": COUNTRY,
        "locality": county,
        "species_text": reference.species(w, row.species_code).name_zh,
        "observed_on": legal_day(row.seen_at).isoformat(),
        "reported_on": legal_day(row.raised_at).isoformat(),
        "deaths": row.deaths,
        "diagnosis_source": GROUNDS,
        "status": Status.SUSPECTED.value,
    }
    event = Event(
        id=w.new_id(),
        source=SOURCE,
        source_key=event_key(row.id, code),
        content=dict(values),
        content_hash=content_hash(values),
        disease_written=name,
        disease_code=code,
        realm=Realm.AQUATIC.value,
        status=Status.SUSPECTED.value,
        is_confirmed=False,
        is_domestic=True,
        country=COUNTRY,
        place=county,
        division_code=row.division_code,
        observed_on=legal_day(row.seen_at),
        reported_on=legal_day(row.raised_at),
        deaths=row.deaths,
        words=search_words(values, code),
        created_at=w.now,
        changed_at=w.now,
    )
    w.add(event)
    w.add(
        EventChange(
            id=w.new_id(),
            event_id=event.id,
            at=w.now,
            by=w.actor.label,
            by_id=w.actor.person_id,
            reason=GROUNDS,
            diff=difference({}, values),
        )
    )
    w.tell(Topic.EVENT_CHANGED, event.id)


def _tell(w: Work, row: ExpressReport) -> None:
    names = "、".join(reference.disease(w, code).name_zh for code in row.diseases)
    species = reference.species(w, row.species_code).name_zh
    accounts.tell(
        w,
        to_organisation=row.office_id,
        kind="express",
        subject=f"疫情快报：{row.place}，{species}疑似{names or '不明原因死亡'}，请马上签收核查。",
        link=f"/surveillance/express/{row.id}",
    )
