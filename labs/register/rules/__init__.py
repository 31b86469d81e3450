"""What a designated laboratory may test, on which day, and by which decision rule (ISO/IEC 17025 7.8.6)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from aquacert.kernel.states import Moves
from labs.register.rules.demands import Demands


class LabState(StrEnum):
    """Whether a laboratory may take new samples."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class LabAct(StrEnum):
    """What may be done to a laboratory's entry."""

    SUSPEND = "suspend"
    RESUME = "resume"


MOVES: Moves[LabState, LabAct] = Moves(
    {
        (LabState.ACTIVE, LabAct.SUSPEND): LabState.SUSPENDED,
        (LabState.SUSPENDED, LabAct.RESUME): LabState.ACTIVE,
    },
    words={LabState.ACTIVE: "可承检", LabState.SUSPENDED: "已暂停承检"},
)


class MethodKind(StrEnum):
    """How a method gives its answer: by Cq values, or by a finding in words (microscopy, culture)."""

    QPCR = "qpcr"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When a Cq is positive: at or below `positive_max`; grey up to and including `grey_max`; above it nothing.

    Cycles. A Cq at or above `cycle_cap` is never a detection, whatever the instrument wrote.
    """

    version: int
    positive_max: Decimal
    grey_max: Decimal
    cycle_cap: int
    demands: Demands = field(default_factory=Demands)

    @property
    def sentence(self) -> str:
        """Say the rule as the report prints it."""
        positive, grey = self.positive_max.normalize(), self.grey_max.normalize()
        grey_zone = f"{positive:f} < Cq ≤ {grey:f} 为灰区，须复检；" if grey > positive else ""
        more = self.demands.sentence
        return (
            f"判定规则 v{self.version}：Cq ≤ {positive:f} 为阳性；{grey_zone}"
            f"无 Cq 或 Cq 超过 {grey:f}（共 {self.cycle_cap} 个循环）为阴性"
            + (f"；{more}" if more else "")
        )


def overlaps(from_on: date, until_on: date, others: Iterable[tuple[date, date]]) -> bool:
    """Tell whether the days meet any of the others; both ends belong to a span."""
    return any(from_on <= end and start <= until_on for start, end in others)
