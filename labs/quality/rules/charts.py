"""Series of a control: which runs give its mean and SD, and which rules each later value breaks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from aquacert.kernel.states import Moves
from labs.quality.rules import USUAL, Rule, Target, broken, rejects, target_of


class Control(StrEnum):
    """What a chart follows."""

    POS = "POS"
    LPC = "LPC"
    IC = "IC"
    NEC = "NEC"


CONTROL_WORDS: Mapping[Control, str] = {
    Control.POS: "阳性对照 POS",
    Control.LPC: "弱阳性对照 LPC",
    Control.IC: "内标 IC",
    Control.NEC: "提取空白 NEC",
}
BLANKS = frozenset({Control.NEC})


class TargetState(StrEnum):
    """How far a mean and SD set by persons are."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class TargetAct(StrEnum):
    """What may be done to a proposed mean and SD."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


TARGET_MOVES: Moves[TargetState, TargetAct] = Moves(
    {
        (TargetState.PROPOSED, TargetAct.CONFIRM): TargetState.CONFIRMED,
        (TargetState.PROPOSED, TargetAct.REFUSE): TargetState.REFUSED,
    },
    words={
        TargetState.PROPOSED: "待第二人确认",
        TargetState.CONFIRMED: "已确认",
        TargetState.REFUSED: "未采用",
    },
)


class Origin(StrEnum):
    """Where a series has its mean and SD from."""

    NONE = "none"
    FIRST_RUNS = "first_runs"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Value:
    """One run's value of a control: the mean Cq of its wells, None when it did not come up.

    `holds`: the run's controls hold, so that it may count among the first runs. `z` and `broken` come by `judged`.
    """

    run_id: UUID
    run_number: str
    scope_id: UUID
    on: date
    cq: float | None
    holds: bool = True
    z: float | None = None
    broken: tuple[Rule, ...] = ()

    @property
    def is_rejected(self) -> bool:
        """Whether a rule that rejects is broken."""
        return rejects(self.broken)


@dataclass(frozen=True, slots=True)
class Series:
    """One control of one lot, in the order of the runs."""

    control: Control
    lot: str
    values: tuple[Value, ...]
    target: Target | None = None
    origin: Origin = Origin.NONE
    first: int = USUAL
    learnt: int = 0
    """How many of the values gave mean and SD, or stand before the last that did."""

    @property
    def awaited(self) -> int:
        """How many valid runs are still missing until there is a mean."""
        good = sum(value.holds and value.cq is not None for value in self.values)
        return 0 if self.target or self.control in BLANKS else max(self.first - good, 0)

    @property
    def rejected(self) -> tuple[Value, ...]:
        """The values that reject their run."""
        return tuple(value for value in self.values if value.is_rejected)


def judged(series: Series, given: Target | None = None) -> Series:
    """Return the series with its mean and SD, and what each value breaks.

    `given` was set by two persons and judges every value. Otherwise the first `series.first` valid runs give mean and SD
    and are themselves not judged: nothing was known of them before.
    """
    if series.control in BLANKS:
        return replace(series, values=tuple(map(_blank, series.values)))
    target, skip = (given, 0) if given else _from_first(series)
    origin = Origin.SET if given else (Origin.FIRST_RUNS if target else Origin.NONE)
    zs: list[float] = []
    values: list[Value] = []
    for place, value in enumerate(series.values):
        if value.cq is None:
            values.append(replace(value, broken=(Rule.NO_VALUE,)))
            continue
        if target is None:
            values.append(value)
            continue
        z = target.z(value.cq)
        if place >= skip:
            zs.append(z)
        values.append(replace(value, z=z, broken=broken(zs) if place >= skip else ()))
    return replace(
        series, values=tuple(values), target=target, origin=origin, learnt=skip if target else 0
    )


def beside(series: Sequence[Series]) -> list[Series]:
    """Return the series of one lot with R-4s judged across the controls of each run.

    A value that gave its series' mean and SD is not judged, and judges no other: of it nothing was known before.
    """
    zs: dict[UUID, list[float]] = {}
    for each in series:
        for value in each.values[each.learnt :]:
            if value.z is not None:
                zs.setdefault(value.run_id, []).append(value.z)
    return [
        replace(
            each,
            values=(
                *each.values[: each.learnt],
                *(_with_r4s(v, zs.get(v.run_id, [])) for v in each.values[each.learnt :]),
            ),
        )
        for each in series
    ]


def _with_r4s(value: Value, zs: Sequence[float]) -> Value:
    """Add R-4s where this value is one end of the run's range."""
    if value.z is None or Rule.R_R_4S in value.broken:
        return value
    found = broken([value.z], zs)
    if Rule.R_R_4S not in found:
        return value
    kept = tuple(rule for rule in value.broken if rule is not Rule.W_1_2S)
    return replace(value, broken=(*kept, Rule.R_R_4S))


def _blank(value: Value) -> Value:
    """A blank has no mean: any Cq rejects."""
    return value if value.cq is None else replace(value, broken=(Rule.BLANK_CAME_UP,))


def _from_first(series: Series) -> tuple[Target | None, int]:
    """Return mean and SD of the first valid runs, and the place of the first value they judge."""
    good = [(n, v.cq) for n, v in enumerate(series.values) if v.holds and v.cq is not None]
    if len(good) < series.first:
        return None, 0
    some = good[: series.first]
    return target_of([cq for _, cq in some]), some[-1][0] + 1
