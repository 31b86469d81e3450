"""Start, mark, stop and resume the clocks of ordered tests; promise times; warn of what is late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select, update

from aquacert.accounts.commands import tell
from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Conflict, Invalid, NotFound
from aquacert.kernel.work import Work
from labs.register.queries import laboratory
from labs.turnaround.models import ClockStop, OpeningHours, OrderClock, TurnaroundPromise
from labs.turnaround.queries import (
    AT_ONCE,
    due_now,
    open_stop,
    promise_of,
    promises_of,
    stops_of,
    to_warn_of,
)
from labs.turnaround.rules import UNIT_WORDS, Spans, Unit, chosen


class Mark(StrEnum):
    """What a clock notes on the way; the first time counts."""

    ENTERED = "entered_at"
    VERIFIED = "verified_at"
    REPORTED = "reported_at"


@dataclass(frozen=True, slots=True)
class Ordered:
    """One test whose clock starts."""

    order_id: UUID
    disease_code: str
    method_code: str


@dataclass(frozen=True)
class TimePromised(Fact):
    """A laboratory promised how soon results come."""

    tag: ClassVar[str] = "labs:turnaround:promise"
    title: ClassVar[str] = "承诺检测时限"
    disease_code: str
    method_code: str
    promise: str
    from_on: date


@dataclass(frozen=True)
class HoursSet(Fact):
    """A laboratory wrote down when it works."""

    tag: ClassVar[str] = "labs:turnaround:hours"
    title: ClassVar[str] = "登记工作时间"
    from_on: date
    hours: str


@dataclass(frozen=True)
class ClockStopped(Fact):
    """The clock of an item stands still."""

    tag: ClassVar[str] = "labs:turnaround:stop"
    title: ClassVar[str] = "停表"
    blind_code: str


@dataclass(frozen=True)
class ClockResumed(Fact):
    """The clock of an item runs again."""

    tag: ClassVar[str] = "labs:turnaround:resume"
    title: ClassVar[str] = "恢复计时"
    blind_code: str


@dataclass(frozen=True)
class LateWarned(Fact):
    """A laboratory was told of tests that are late or soon will be."""

    tag: ClassVar[str] = "labs:turnaround:warn"
    title: ClassVar[str] = "时限提醒"
    tests: int


def promise_time(
    w: Work,
    lab_id: UUID,
    *,
    unit: Unit | str,
    value: int,
    from_on: date,
    disease_code: str = "",
    method_code: str = "",
) -> UUID:
    """Promise how soon after receipt a result comes; holds for what is received from that day on.

    Raises `Invalid` for a day that is past (what was promised cannot be changed afterwards) and for a value < 1.
    """
    if value < 1:
        raise Invalid("时限至少为 1", value="写 1 或更大的整数")
    if from_on < w.today:
        raise Invalid("承诺只能从今天或以后起", from_on="不能早于今天")
    lab_row = laboratory(w, lab_id)
    same = select(TurnaroundPromise.id).where(
        TurnaroundPromise.lab_id == lab_id,
        TurnaroundPromise.disease_code == disease_code,
        TurnaroundPromise.method_code == method_code,
        TurnaroundPromise.from_on == from_on,
    )
    if w.one(same) is not None:
        raise Conflict("这一天起的同一项承诺已经登记过。")
    row = w.add(
        TurnaroundPromise(
            id=w.new_id(),
            lab_id=lab_id,
            disease_code=disease_code,
            method_code=method_code,
            unit=Unit(unit),
            value=value,
            from_on=from_on,
        )
    )
    said = f"{value} {UNIT_WORDS[Unit(unit)]}"
    fact = TimePromised(disease_code, method_code, said, from_on)
    w.record(fact, on=row, county=lab_row.division_code)
    return row.id


def set_hours(w: Work, lab_id: UUID, spans: Spans, from_on: date) -> UUID:
    """Write down when a laboratory works on a working day, from a day on.

    Raises `Invalid` for spans that are empty, turned round or overlap.
    """
    flat: list[time] = [moment for span in spans for moment in span]
    if not flat or any(a >= b for a, b in pairwise(flat)):
        raise Invalid(
            "工作时间段应从早到晚、互不重叠",
            spans="每段的开始要早于结束，各段不能重叠，例如 08:30-12:00，13:30-17:30",
        )
    if from_on < w.today:
        raise Invalid("工作时间只能从今天或以后起", from_on="不能早于今天")
    lab_row = laboratory(w, lab_id)
    known = select(OpeningHours).where(
        OpeningHours.lab_id == lab_id, OpeningHours.from_on == from_on
    )
    row = w.session.scalar(known) or w.add(
        OpeningHours(id=w.new_id(), lab_id=lab_id, from_on=from_on, spans=[])
    )
    row.spans = [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in spans]
    said = "，".join("-".join(span) for span in row.spans)
    w.record(HoursSet(from_on, said), on=row, county=lab_row.division_code)
    return row.id


def start(
    w: Work,
    *,
    lab_id: UUID,
    item_id: UUID,
    blind_code: str,
    announced_at: datetime,
    orders: Sequence[Ordered],
) -> None:
    """Start the clock of each test of an item that was received now; one that runs is left alone.

    The caller records the receipt; this adds rows only.
    """
    running = set(w.scalars(select(OrderClock.order_id).where(OrderClock.item_id == item_id)))
    promises = promises_of(w, lab_id)
    for order in orders:
        if order.order_id in running:
            continue
        promise = chosen(promises, order.disease_code, order.method_code, w.today)
        w.add(
            OrderClock(
                id=w.new_id(),
                lab_id=lab_id,
                item_id=item_id,
                order_id=order.order_id,
                blind_code=blind_code,
                disease_code=order.disease_code,
                method_code=order.method_code,
                unit=promise.unit,
                value=promise.value,
                announced_at=announced_at,
                received_at=w.now,
                entered_at=None,
                verified_at=None,
                reported_at=None,
                due_at=due_now(w, lab_id, promise, w.now, ()),
                warned_at=None,
            )
        )


def drop(w: Work, item_id: UUID) -> None:
    """Take the clocks of an item away that turned out not fit to be tested; nothing is owed of it."""
    w.session.execute(delete(OrderClock).where(OrderClock.item_id == item_id))


def mark(w: Work, order_ids: Collection[UUID], what: Mark) -> None:
    """Note that tests were entered, verified or reported now; the first time stays.

    The caller records what happened; a test without a clock (received before clocks were kept) is passed over.
    """
    column = getattr(OrderClock, what.value)
    ids = sorted(order_ids)
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]
        w.session.execute(
            update(OrderClock)
            .where(OrderClock.order_id.in_(some), column.is_(None))
            .values({what.value: w.now})
        )


def reopen(w: Work, item_id: UUID) -> None:
    """Let the clocks of an item run on whose report no longer stands: it is owed, and late, again."""
    w.session.execute(
        update(OrderClock)
        .where(OrderClock.item_id == item_id)
        .values(entered_at=None, verified_at=None, reported_at=None, warned_at=None)
    )


def stop_clock(w: Work, item_id: UUID, because: str) -> None:
    """Stop the clocks of an item while somebody else is waited for, for a stated reason."""
    if not because.strip():
        raise Invalid("请写明为什么停表", because="必须写原因，例如：等送样方确认样品")
    clocks = _clocks(w, item_id)
    if open_stop(w, item_id) is not None:
        raise Conflict("这个盲样已经停表。")
    row = w.add(
        ClockStop(
            id=w.new_id(),
            lab_id=clocks[0].lab_id,
            item_id=item_id,
            because=because.strip(),
            stopped_at=w.now,
            stopped_by_id=w.actor.person_id,
            resumed_at=None,
            resumed_by_id=None,
        )
    )
    w.session.flush()
    county = laboratory(w, row.lab_id).division_code
    w.record(ClockStopped(clocks[0].blind_code), on=row, county=county, reason=row.because)
    _reckon(w, clocks)


def resume_clock(w: Work, item_id: UUID) -> None:
    """Let the clocks of an item run again; what stood still does not count."""
    clocks = _clocks(w, item_id)
    row = open_stop(w, item_id)
    if row is None:
        raise Conflict("这个盲样没有停表。")
    row.resumed_at = w.now
    row.resumed_by_id = w.actor.person_id
    w.session.flush()
    w.record(
        ClockResumed(clocks[0].blind_code), on=row, county=laboratory(w, row.lab_id).division_code
    )
    _reckon(w, clocks)


def _clocks(w: Work, item_id: UUID) -> list[OrderClock]:
    """Return the clocks of an item of this actor's laboratory that still run, locked."""
    wanted = (
        select(OrderClock)
        .where(
            OrderClock.item_id == item_id, OrderClock.reported_at.is_(None), w.visible(OrderClock)
        )
        .order_by(OrderClock.id)
        .with_for_update()
    )
    rows = list(w.session.scalars(wanted))
    if not rows:
        raise NotFound("这个盲样没有在计时的检测项目。")
    return rows


def _reckon(w: Work, clocks: Sequence[OrderClock]) -> None:
    """Set the due times anew from the promise and every stop."""
    stops = stops_of(w, [clocks[0].item_id])[clocks[0].item_id]
    for row in clocks:
        row.due_at = due_now(w, row.lab_id, promise_of(row), row.received_at, stops)
        row.warned_at = None


def warn_of_late(w: Work) -> int:
    """Tell each laboratory once of tests that are late or due within hours. Returns how many were told of."""
    told = 0
    for lab_id, clocks in to_warn_of(w).items():
        for row in clocks:
            row.warned_at = w.now
        first = clocks[0]
        tell(
            w,
            kind="labs.turnaround",
            subject=f"{len(clocks)} 项检测快到期或已超时，最早的是盲样 {first.blind_code}",
            to_organisation=lab_id,
            link="/labs/turnaround/",
        )
        w.record(LateWarned(len(clocks)), on=first, county=laboratory(w, lab_id).division_code)
        told += len(clocks)
    return told
