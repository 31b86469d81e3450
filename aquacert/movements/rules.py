"""The road of one certificate's goods: states, deadlines, what a report and a check must hold.

Arrival is reported within the time that the dated rule `arrival.report` gives, counted from the
end of the declared journey (Measures 2010 art. 31: 24 hours; 2022 art. 47 by analogy: 72 hours).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from aquacert.kernel.errors import Invalid
from aquacert.kernel.states import Moves

SHORTEST_REASON = 2


class State(StrEnum):
    """Where the goods of one certificate are, as far as anybody reported."""

    NOT_ARRIVED = "not_arrived"
    ABSENT = "absent"
    ARRIVED = "arrived"
    VOID = "void"


class Act(StrEnum):
    """What may happen to a movement."""

    ARRIVE = "arrive"
    CONFIRM_ABSENT = "confirm_absent"
    VOID = "void"


STATE_WORDS: Mapping[State, str] = MappingProxyType(
    {
        State.NOT_ARRIVED: "未到达",
        State.ABSENT: "未到达（已确认）",
        State.ARRIVED: "已到达",
        State.VOID: "证已作废",
    }
)
MOVES: Moves[State, Act] = Moves(
    {
        (State.NOT_ARRIVED, Act.ARRIVE): State.ARRIVED,
        (State.NOT_ARRIVED, Act.CONFIRM_ABSENT): State.ABSENT,
        (State.NOT_ARRIVED, Act.VOID): State.VOID,
        (State.ABSENT, Act.ARRIVE): State.ARRIVED,
        (State.ABSENT, Act.VOID): State.VOID,
    },
    words=STATE_WORDS,
)
ON_THE_ROAD = frozenset({State.NOT_ARRIVED, State.ABSENT})


class Via(StrEnum):
    """By which way an arrival was reported."""

    ACCOUNT = "account"
    LINK = "link"
    OFFICE = "office"


VIA_WORDS: Mapping[Via, str] = MappingProxyType(
    {
        Via.ACCOUNT: "扫码报告",
        Via.LINK: "收货人用一次性链接报告",
        Via.OFFICE: "机构核实",
    }
)


class Outcome(StrEnum):
    """What a checkpoint decides about a lorry."""

    PASS = "pass"  # noqa: S105 (a decision, no secret)
    DOUBT = "doubt"
    HOLD = "hold"


OUTCOME_WORDS: Mapping[Outcome, str] = MappingProxyType(
    {Outcome.PASS: "放行", Outcome.DOUBT: "存疑", Outcome.HOLD: "扣留"}
)


class Point(StrEnum):
    """What a checkpoint compares with the goods."""

    PLATE = "plate"
    SPECIES = "species"
    QUANTITY = "quantity"
    ROUTE = "route"


POINT_WORDS: Mapping[Point, str] = MappingProxyType(
    {
        Point.PLATE: "车牌",
        Point.SPECIES: "品种",
        Point.QUANTITY: "数量",
        Point.ROUTE: "路线",
    }
)


@dataclass(frozen=True)
class Report:
    """What somebody says of the goods that arrived. `received` counts in the certificate's unit."""

    received: int
    place_confirmed: bool = True
    note: str = ""
    problem: str = ""


def expected_at(departs_at: datetime, travel_days: int, valid_until: datetime) -> datetime:
    """Return when the goods should be there at the latest: the journey's end, within validity."""
    return min(departs_at + timedelta(days=travel_days), valid_until)


def check_report(report: Report, certified: int, unit: str) -> None:
    """Raise `Invalid` for a report that says more arrived, or elsewhere, and not why."""
    if report.received <= 0:
        raise Invalid("收到的数量要大于 0。", received="请填收到的数量，整数，大于 0。")
    if report.problem.strip():
        return
    if report.received > certified:
        sentence = f"收到的比证上写的 {certified} {unit} 还多，请在这里写明情况。"
        raise Invalid("数量比证上写的多，请写明情况。", problem=sentence)
    if not report.place_confirmed:
        raise Invalid("到达地点和证上不一样，请写明情况。", problem="请写明货现在在哪里、为什么。")


def check_reason(because: str) -> str:
    """Return the reason, trimmed; raise `Invalid` when there is none."""
    said = because.strip()
    if len(said) < SHORTEST_REASON:
        raise Invalid("请写明原因。", because="请写明情况，至少两个字。")
    return said


def check_decision(
    outcome: Outcome, points: Collection[Point], note: str, *, is_good: bool
) -> None:
    """Raise `Invalid` when a decision does not fit what was found.

    `is_good` says that the certificate holds now: proved, valid, in time, not used up.
    """
    if outcome is Outcome.PASS:
        if not is_good:
            raise Invalid("这张证现在不能放行，请选存疑或扣留。")
        if points:
            named = "、".join(POINT_WORDS[point] for point in Point if point in points)
            raise Invalid(f"{named}不符，不能放行，请选存疑或扣留。")
    elif len(note.strip()) < SHORTEST_REASON:
        raise Invalid("存疑、扣留要写明情况。", note="请写明看到了什么，至少两个字。")


def time_left(now: datetime, until: datetime) -> tuple[int, int] | None:
    """Return the days and hours that are left, or None when none is left."""
    if now > until:
        return None
    left = until - now
    return left.days, left.seconds // 3600
