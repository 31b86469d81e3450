"""What one well of the plate shows: a kind (drawn as shape, colour and a word), and the word."""

from collections.abc import Mapping
from enum import StrEnum

from labs.bench.rules.deciding import Limits, Well, ic_holds, reading
from labs.bench.rules.states import Outcome
from labs.register.rules.demands import Demands


class CellKind(StrEnum):
    """How a well stands."""

    EMPTY = "empty"
    OPEN = "open"
    NONE = "none"
    POSITIVE = "positive"
    GREY = "grey"
    VOID = "void"
    CONTROL = "control"
    CONTROL_BAD = "control_bad"


KIND_WORDS: Mapping[CellKind, str] = {
    CellKind.EMPTY: "空",
    CellKind.OPEN: "待录",
    CellKind.NONE: "无 Cq",
    CellKind.POSITIVE: "阳",
    CellKind.GREY: "灰区",
    CellKind.VOID: "废孔",
    CellKind.CONTROL: "质控",
    CellKind.CONTROL_BAD: "质控失败",
}
MARKS: Mapping[CellKind, str] = {
    CellKind.POSITIVE: "阳",
    CellKind.GREY: "灰",
    CellKind.VOID: "废",
    CellKind.CONTROL_BAD: "败",
}
OF_OUTCOME: Mapping[Outcome, CellKind] = {
    Outcome.NEGATIVE: CellKind.NONE,
    Outcome.POSITIVE: CellKind.POSITIVE,
    Outcome.GREY: CellKind.GREY,
}


def kind_of(well: Well | None, ic: Well | None, limits: Limits, demands: Demands) -> CellKind:
    """Return how a sample's well stands: void where it was set aside or its internal control failed."""
    if well is None:
        return CellKind.OPEN
    if well.is_excluded:
        return CellKind.VOID
    found = reading(well, limits)
    is_inhibited = found is Outcome.NEGATIVE and ic is not None and not ic_holds(ic, demands)
    return CellKind.VOID if is_inhibited else OF_OUTCOME[found]
