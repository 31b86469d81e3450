"""Levey-Jennings control and the Westgard rules, pure.

A control's Cq is measured in every run. From the first valid runs of a lot come a mean and a standard deviation; each
later value is z = (value - mean) / SD from it. The rules (J. O. Westgard et al., Clin. Chem. 27 (1981) 493-501):

    1-2s  one value beyond 2 SD: a warning, look at the others
    1-3s  one value beyond 3 SD: reject
    2-2s  two consecutive values beyond 2 SD on the same side: reject
    R-4s  two controls of one run, one beyond +2 SD, the other beyond -2 SD: reject (random error)
    4-1s  four consecutive values beyond 1 SD on the same side: reject
    10x   ten consecutive values on the same side of the mean: reject

The rules that look back reach across runs, within one series. A new lot is a new series.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt


class Rule(StrEnum):
    """A Westgard rule, and the two cases the rules have no number for."""

    W_1_2S = "1-2s"
    R_1_3S = "1-3s"
    R_2_2S = "2-2s"
    R_R_4S = "R-4s"
    R_4_1S = "4-1s"
    R_10X = "10x"
    NO_VALUE = "no_value"
    BLANK_CAME_UP = "blank_came_up"


WARNINGS = frozenset({Rule.W_1_2S})
SENTENCES: Mapping[Rule, str] = {
    Rule.W_1_2S: "1-2s：超过 2 倍标准差，警告，请看其他质控",
    Rule.R_1_3S: "1-3s：超过 3 倍标准差",
    Rule.R_2_2S: "2-2s：连续两次在同一侧超过 2 倍标准差",
    Rule.R_R_4S: "R-4s：同一次运行的两个质控相差超过 4 倍标准差",
    Rule.R_4_1S: "4-1s：连续四次在同一侧超过 1 倍标准差",
    Rule.R_10X: "10x：连续十次在均值的同一侧",
    Rule.NO_VALUE: "没有值：应检出的质控没有检出",
    Rule.BLANK_CAME_UP: "空白质控出现了 Cq",
}
USUAL = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What a series is held against: mean and standard deviation, in cycles."""

    mean: float
    sd: float

    def z(self, value: float) -> float:
        """Return how many standard deviations a value lies from the mean."""
        return (value - self.mean) / self.sd


def target_of(values: Sequence[float]) -> Target | None:
    """Return mean and sample standard deviation (n - 1); None for fewer than two values or none that differ."""
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    sd = sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return Target(mean, sd) if sd > 0 else None


def is_1_2s(z: float) -> bool:
    """Tell whether one value lies beyond 2 SD."""
    return abs(z) > 2


def is_1_3s(z: float) -> bool:
    """Tell whether one value lies beyond 3 SD."""
    return abs(z) > 3


def is_2_2s(zs: Sequence[float]) -> bool:
    """Tell whether the last two values lie beyond 2 SD on the same side."""
    return _all_beyond(zs, 2, 2)


def is_4_1s(zs: Sequence[float]) -> bool:
    """Tell whether the last four values lie beyond 1 SD on the same side."""
    return _all_beyond(zs, 4, 1)


def is_10x(zs: Sequence[float]) -> bool:
    """Tell whether the last ten values lie on the same side of the mean."""
    return _all_beyond(zs, 10, 0)


def is_r_4s(zs: Sequence[float]) -> bool:
    """Tell whether among the values of one run one lies beyond +2 SD and another beyond -2 SD."""
    return bool(zs) and max(zs) > 2 and min(zs) < -2


def _all_beyond(zs: Sequence[float], count: int, limit: float) -> bool:
    last = zs[-count:]
    if len(last) < count:
        return False
    return all(z > limit for z in last) or all(z < -limit for z in last)


def broken(zs: Sequence[float], beside: Sequence[float] = ()) -> tuple[Rule, ...]:
    """Return the rules that the last value of a series breaks.

    `zs` is the series up to and with this value; `beside` are the z of the other controls of the same run. A rejection
    leaves the warning out.
    """
    if not zs:
        return ()
    tests = (
        (Rule.R_1_3S, is_1_3s(zs[-1])),
        (Rule.R_2_2S, is_2_2s(zs)),
        (Rule.R_R_4S, is_r_4s([zs[-1], *beside]) and is_1_2s(zs[-1])),
        (Rule.R_4_1S, is_4_1s(zs)),
        (Rule.R_10X, is_10x(zs)),
    )
    found = tuple(rule for rule, holds in tests if holds)
    return found or ((Rule.W_1_2S,) if is_1_2s(zs[-1]) else ())


def rejects(rules: Sequence[Rule]) -> bool:
    """Tell whether one of the rules is more than a warning."""
    return any(rule not in WARNINGS for rule in rules)
