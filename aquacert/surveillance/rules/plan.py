"""The yearly plan of monitoring, pure: its tasks, how far each has come, and its progress.

One sample of one disease at one point on one occasion (一次一点一病一样, Shandong 2019). How many
animals a sample holds is a dated rule (`plan.individuals`), not a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where a task stands; its result is read from what the laboratory reported."""

    PLANNED = "planned"
    TAKEN = "taken"
    DROPPED = "dropped"


class Act(StrEnum):
    """What is done with a task."""

    TAKE = "take"
    DROP = "drop"


class Stage(StrEnum):
    """How far a task has come, its result included."""

    PLANNED = "planned"
    OVERDUE = "overdue"
    TAKEN = "taken"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    INCONCLUSIVE = "inconclusive"
    DROPPED = "dropped"


STATE_WORDS: Mapping[State, str] = {
    State.PLANNED: "待采样",
    State.TAKEN: "已采样",
    State.DROPPED: "已取消",
}
MOVES: Moves[State, Act] = Moves(
    {(State.PLANNED, Act.TAKE): State.TAKEN, (State.PLANNED, Act.DROP): State.DROPPED},
    words=STATE_WORDS,
)
STAGE_WORDS: Mapping[Stage, str] = {
    Stage.PLANNED: "待采样",
    Stage.OVERDUE: "过期未采",
    Stage.TAKEN: "已采样，等结果",
    Stage.NEGATIVE: "阴性",
    Stage.POSITIVE: "阳性",
    Stage.INCONCLUSIVE: "无法判定",
    Stage.DROPPED: "已取消",
}


@dataclass(frozen=True)
class Progress:
    """How many tasks of a plan are planned, taken, answered, positive and overdue."""

    planned: int
    taken: int
    answered: int
    positive: int
    overdue: int

    @property
    def percent(self) -> int:
        """Return how much of the plan has its result, in whole percent rounded down."""
        return self.answered * 100 // self.planned if self.planned else 0


def stage_of(state: State, until_on: date, today: date, outcome: str | None) -> Stage:
    """Return how far a task has come; `outcome` is that of the report that stands."""
    if state is State.DROPPED:
        return Stage.DROPPED
    if state is State.TAKEN:
        return Stage(outcome) if outcome else Stage.TAKEN
    return Stage.OVERDUE if until_on < today else Stage.PLANNED


def progress(stages: Iterable[Stage]) -> Progress:
    """Return the progress of a plan from the stages of its tasks; dropped ones do not count."""
    counts = dict.fromkeys(Stage, 0)
    for stage in stages:
        counts[stage] += 1
    answered = counts[Stage.NEGATIVE] + counts[Stage.POSITIVE] + counts[Stage.INCONCLUSIVE]
    return Progress(
        planned=sum(counts.values()) - counts[Stage.DROPPED],
        taken=counts[Stage.TAKEN] + answered,
        answered=answered,
        positive=counts[Stage.POSITIVE],
        overdue=counts[Stage.OVERDUE],
    )


def spans(from_on: date, until_on: date, occasions: int) -> list[tuple[date, date]]:
    """Return the days between which each occasion falls: the whole span in equal parts."""
    days = (until_on - from_on).days + 1
    cuts = [days * n // occasions for n in range(occasions + 1)]
    start = from_on.toordinal()
    return [
        (date.fromordinal(start + first), date.fromordinal(start + last - 1))
        for first, last in pairwise(cuts)
    ]
