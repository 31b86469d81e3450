"""When tests are due, what is late, and how long the steps took."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference.queries import holidays
from labs.turnaround.models import ClockStop, OpeningHours, OrderClock, TurnaroundPromise
from labs.turnaround.rules import (
    OFFICE_HOURS,
    Promise,
    PromiseRow,
    Spans,
    Standing,
    Step,
    Stop,
    Unit,
    WorkingTime,
    due,
    percentile,
    soon_until,
    standing,
    took,
)

AT_ONCE = 500
CLOCKS = table_of(OrderClock)
IN_SPAN = Quick(
    select(
        CLOCKS.c.item_id,
        CLOCKS.c.disease_code,
        CLOCKS.c.method_code,
        CLOCKS.c.announced_at,
        CLOCKS.c.received_at,
        CLOCKS.c.entered_at,
        CLOCKS.c.verified_at,
        CLOCKS.c.reported_at,
        CLOCKS.c.due_at,
    ).where(
        CLOCKS.c.lab_id == bindparam("lab"),
        CLOCKS.c.received_at >= bindparam("since"),
        CLOCKS.c.received_at < bindparam("until"),
    )
)


class Timed(Protocol):
    """What the report asks of one test's clock."""

    item_id: UUID
    announced_at: datetime
    received_at: datetime
    entered_at: datetime | None
    verified_at: datetime | None
    reported_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """When a test is due and how it stands; `at` is None while its clock is stopped."""

    at: datetime | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class StepTimes:
    """How long one step took: working hours that half, and nine tenths, of the tests needed."""

    step: Step
    tests: int
    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class MethodTimes:
    """The steps of one disease by one method; `late` of `reported` came after their due time."""

    disease_code: str
    method_code: str
    received: int
    reported: int
    late: int
    steps: tuple[StepTimes, ...]


def hours_of(look: Look, lab_id: UUID, on: date) -> Spans:
    """Return when a laboratory works on a working day."""
    row = look.one(
        select(OpeningHours)
        .where(OpeningHours.lab_id == lab_id, OpeningHours.from_on <= on)
        .order_by(OpeningHours.from_on.desc())
    )
    if row is None:
        return OFFICE_HOURS
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row.spans]


def working_time(look: Look, lab_id: UUID, since: date) -> WorkingTime:
    """Return a laboratory's working time from a day on, by the hours it keeps today."""
    return WorkingTime(holidays(look), since, hours_of(look, lab_id, look.today))


def promises_of(look: Look, lab_id: UUID) -> list[PromiseRow]:
    """Return everything a laboratory promised."""
    rows = look.scalars(select(TurnaroundPromise).where(TurnaroundPromise.lab_id == lab_id))
    return [
        PromiseRow(r.disease_code, r.method_code, r.from_on, Promise(Unit(r.unit), r.value))
        for r in rows
    ]


def promise_of(row: OrderClock) -> Promise:
    """Return the promise that a clock was started with."""
    return Promise(Unit(row.unit), row.value)


def due_now(
    look: Look, lab_id: UUID, promise: Promise, received_at: datetime, stops: Iterable[Stop]
) -> datetime | None:
    """Return when a test is due; None while its clock stands."""
    clock = working_time(look, lab_id, legal_day(received_at))
    return due(clock, promise, received_at, stops).at


def open_stop(look: Look, item_id: UUID) -> ClockStop | None:
    """Return the stop that holds an item's clocks now."""
    return look.one(
        select(ClockStop).where(
            ClockStop.item_id == item_id, ClockStop.resumed_at.is_(None), look.visible(ClockStop)
        )
    )


def stops_of(look: Look, item_ids: Collection[UUID]) -> dict[UUID, list[Stop]]:
    """Return the stops of each item in their order."""
    stops: dict[UUID, list[Stop]] = {item_id: [] for item_id in item_ids}
    rows = look.scalars(
        select(ClockStop).where(ClockStop.item_id.in_(stops)).order_by(ClockStop.stopped_at)
    )
    for row in rows:
        stops[row.item_id].append(Stop(row.stopped_at, row.resumed_at))
    return stops


def due_of(look: Look, order_ids: Iterable[UUID]) -> dict[UUID, DueLine]:
    """Return when each of these tests is due; a test received before clocks were kept has no line."""
    rows = look.scalars(select(OrderClock).where(OrderClock.order_id.in_(list(order_ids))))
    return {row.order_id: DueLine(row.due_at, standing(row.due_at, look.now)) for row in rows}


def owed(look: Look, words: str = "") -> Select[OrderClock]:
    """Select the tests that are owed by this actor's laboratory: stopped ones last, the earliest due first."""
    wanted = select(OrderClock).where(look.visible(OrderClock), OrderClock.reported_at.is_(None))
    if words.strip():
        wanted = wanted.where(
            OrderClock.blind_code.contains(words.strip().upper(), autoescape=True)
        )
    return wanted.order_by(OrderClock.due_at.is_(None), OrderClock.due_at, OrderClock.id)


def to_warn_of(look: Look) -> dict[UUID, list[OrderClock]]:
    """Return the tests of each laboratory that are late or due soon and were not warned of."""
    rows = look.scalars(
        select(OrderClock)
        .where(
            OrderClock.reported_at.is_(None),
            OrderClock.warned_at.is_(None),
            OrderClock.due_at <= soon_until(look.now),
        )
        .order_by(OrderClock.lab_id, OrderClock.due_at)
    )
    found: dict[UUID, list[OrderClock]] = defaultdict(list)
    for row in rows:
        found[row.lab_id].append(row)
    return dict(found)


def assumed_years(look: Look) -> tuple[int, ...]:
    """Return the years from this one to the next whose working calendar is not known."""
    known = {day.year for day in holidays(look)}
    return tuple(year for year in (look.today.year, look.today.year + 1) if year not in known)


def times(look: Look, lab_id: UUID, from_on: date, until_on: date) -> list[MethodTimes]:
    """Return how long the tests took that a laboratory received between two days, both counted.

    Working hours by the laboratory's own hours, spans of stopped clocks left out, nearest-rank percentiles.
    """
    since = datetime.combine(from_on, time.min, SHANGHAI)
    until = datetime.combine(until_on + timedelta(days=1), time.min, SHANGHAI)
    rows = look.rows(IN_SPAN, lab=lab_id, since=since, until=until)
    first = min((row.announced_at for row in rows), default=since)
    clock = working_time(look, lab_id, legal_day(min(first, since)))
    stops = _stops_between(look, lab_id, since)
    by_method: dict[tuple[str, str], list[Timed]] = defaultdict(list)
    for row in rows:
        by_method[(row.disease_code, row.method_code)].append(row)
    return [_method(clock, stops, key, some) for key, some in sorted(by_method.items())]


def _stops_between(look: Look, lab_id: UUID, since: datetime) -> dict[UUID, list[Stop]]:
    """Return every stop of a laboratory that may meet the tests received since then."""
    stops: dict[UUID, list[Stop]] = defaultdict(list)
    rows = look.scalars(
        select(ClockStop)
        .where(ClockStop.lab_id == lab_id, ClockStop.stopped_at >= since)
        .order_by(ClockStop.stopped_at)
    )
    for row in rows:
        stops[row.item_id].append(Stop(row.stopped_at, row.resumed_at))
    return stops


ENDS = {
    Step.ON_ITS_WAY: (0, 1),
    Step.TESTING: (1, 2),
    Step.REVIEW: (2, 3),
    Step.REPORT: (3, 4),
    Step.WHOLE: (1, 4),
}
"""Places of each step's ends among the instants of `_instants`."""


def _instants(row: Timed) -> tuple[datetime | None, ...]:
    return (row.announced_at, row.received_at, row.entered_at, row.verified_at, row.reported_at)


def _method(
    clock: WorkingTime,
    stops: dict[UUID, list[Stop]],
    key: tuple[str, str],
    rows: Sequence[Timed],
) -> MethodTimes:
    """Sum one method up. Each instant is looked up once; only a test whose clock stood is reckoned apart."""
    ended = [(row.reported_at, row.due_at) for row in rows if row.reported_at is not None]
    seconds: dict[Step, list[int]] = {step: [] for step in Step}
    for row in rows:
        instants = _instants(row)
        worked = [None if instant is None else clock.worked(instant) for instant in instants]
        stood = stops.get(row.item_id)
        for step, (begins, ends) in ENDS.items():
            start, end = worked[begins], worked[ends]
            if start is None or end is None:
                continue
            if stood is None:
                seconds[step].append(max(end - start, 0))
            else:
                seconds[step].append(_took(clock, instants[begins], instants[ends], stood))
    return MethodTimes(
        disease_code=key[0],
        method_code=key[1],
        received=len(rows),
        reported=len(ended),
        late=sum(due_at is not None and reported_at > due_at for reported_at, due_at in ended),
        steps=tuple(_summed(step, sorted(seconds[step])) for step in Step),
    )


def _took(
    clock: WorkingTime, start: datetime | None, end: datetime | None, stops: Sequence[Stop]
) -> int:
    """Return the working seconds between two instants that are there."""
    return 0 if start is None or end is None else took(clock, start, end, stops)


def _summed(step: Step, seconds: Sequence[int]) -> StepTimes:
    """Sum one step up over the tests that ended it."""
    return StepTimes(
        step, len(seconds), _hours(percentile(seconds, 50)), _hours(percentile(seconds, 90))
    )


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 1)


def code_of(look: Look, item_id: UUID) -> str:
    """Return the blind code of an item whose clock this actor's laboratory keeps, or raise `NotFound`."""
    row = look.one(
        select(OrderClock).where(OrderClock.item_id == item_id, look.visible(OrderClock))
    )
    if row is None:
        raise NotFound
    return row.blind_code
