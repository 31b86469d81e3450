"""From wells to an outcome: run validity, the decision by Cq limits, and who may do the next act.

A sample without a Cq is negative only where the well was read, the run's controls hold, and no replicate disagrees.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from aquacert.kernel.states import Moves


class Outcome(StrEnum):
    """What the wells of one sample and one test say together."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    GREY = "grey"
    INVALID = "invalid"
    INCONCLUSIVE = "inconclusive"


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.NEGATIVE: "阴性",
    Outcome.POSITIVE: "阳性",
    Outcome.GREY: "灰区，须复检",
    Outcome.INVALID: "废孔，须重做",
    Outcome.INCONCLUSIVE: "不能判定，须重新采样",
}
DECIDED = frozenset({Outcome.NEGATIVE, Outcome.POSITIVE})
FINAL = DECIDED | {Outcome.INCONCLUSIVE}
"""What a second person may verify; the last asks for a new sample and releases nothing."""


class ResultState(StrEnum):
    """How far a result is on its way to a report."""

    ENTERED = "entered"
    RETURNED = "returned"
    VERIFIED = "verified"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"
    RETEST = "retest"


class ResultAct(StrEnum):
    """What may be done to a result."""

    VERIFY = "verify"
    SEND_BACK = "send_back"
    TAKE_BACK = "take_back"
    RETEST = "retest"
    REPORT = "report"
    WITHDRAW = "withdraw"


RESULT_MOVES: Moves[ResultState, ResultAct] = Moves(
    {
        (ResultState.ENTERED, ResultAct.VERIFY): ResultState.VERIFIED,
        (ResultState.ENTERED, ResultAct.SEND_BACK): ResultState.RETURNED,
        (ResultState.ENTERED, ResultAct.TAKE_BACK): ResultState.RETURNED,
        (ResultState.ENTERED, ResultAct.RETEST): ResultState.RETEST,
        (ResultState.VERIFIED, ResultAct.REPORT): ResultState.REPORTED,
        (ResultState.REPORTED, ResultAct.WITHDRAW): ResultState.WITHDRAWN,
    },
    words={
        ResultState.ENTERED: "待复核",
        ResultState.RETURNED: "已退回",
        ResultState.VERIFIED: "复核通过，待签发",
        ResultState.REPORTED: "已出报告",
        ResultState.WITHDRAWN: "报告已撤回",
        ResultState.RETEST: "已排复检",
    },
)
LIVE = (ResultState.ENTERED, ResultState.VERIFIED, ResultState.REPORTED)


class FileState(StrEnum):
    """What became of an instrument's file."""

    STAGED = "staged"
    IMPORTED = "imported"
    DISCARDED = "discarded"


class FileAct(StrEnum):
    """What may be done to an instrument's file."""

    IMPORT = "import"
    DISCARD = "discard"
    STAGE = "stage"


FILE_MOVES: Moves[FileState, FileAct] = Moves(
    {
        (FileState.STAGED, FileAct.IMPORT): FileState.IMPORTED,
        (FileState.STAGED, FileAct.DISCARD): FileState.DISCARDED,
        (FileState.DISCARDED, FileAct.STAGE): FileState.STAGED,
    },
    words={
        FileState.STAGED: "待确认",
        FileState.IMPORTED: "已导入",
        FileState.DISCARDED: "没有收",
    },
)


class SheetState(StrEnum):
    """How far a worksheet is."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


class SheetAct(StrEnum):
    """What may be done to a worksheet."""

    RUN = "run"
    FINISH = "finish"
    DROP = "drop"


SHEET_MOVES: Moves[SheetState, SheetAct] = Moves(
    {
        (SheetState.DRAFT, SheetAct.RUN): SheetState.RUNNING,
        (SheetState.DRAFT, SheetAct.DROP): SheetState.DROPPED,
        (SheetState.RUNNING, SheetAct.FINISH): SheetState.DONE,
        (SheetState.RUNNING, SheetAct.DROP): SheetState.DROPPED,
    },
    words={
        SheetState.DRAFT: "排板中",
        SheetState.RUNNING: "检测中",
        SheetState.DONE: "已提交复核",
        SheetState.DROPPED: "已作废",
    },
)
HOLDING = (SheetState.DRAFT, SheetState.RUNNING)
"""While a worksheet is in one of these, the tests on it are on no other."""


class RunFault(StrEnum):
    """Why a run may not release any of its wells."""

    NO_NTC = "no_ntc"
    NTC_DETECTED = "ntc_detected"
    NO_POSITIVE = "no_positive"
    POSITIVE_FAILED = "positive_failed"
    REAGENT_EXPIRED = "reagent_expired"
    NO_NEC = "no_nec"
    NEC_DETECTED = "nec_detected"
    NO_LPC = "no_lpc"
    LPC_FAILED = "lpc_failed"
    NO_IC = "no_ic"
    NO_INSTRUMENT = "no_instrument"
    CALIBRATION_LAPSED = "calibration_lapsed"
    NO_LOT = "no_lot"
    LOT_EXPIRED = "lot_expired"
    NOT_SUBMITTED = "not_submitted"


class Unverifiable(StrEnum):
    """Why a person may not verify or authorise a result."""

    OWN_ENTRY = "own_entry"
    OWN_VERIFICATION = "own_verification"
    NOT_FINAL = "not_final"


SENTENCES: Mapping[RunFault | Unverifiable, str] = {
    RunFault.NO_NTC: "这次运行没有无模板对照（NTC），任何孔都不能放行",
    RunFault.NTC_DETECTED: "无模板对照（NTC）出现了 Cq，可能有污染，任何孔都不能放行",
    RunFault.NO_POSITIVE: "这次运行没有阳性对照，任何孔都不能放行",
    RunFault.POSITIVE_FAILED: "阳性对照没有按规则检出，任何孔都不能放行",
    RunFault.REAGENT_EXPIRED: "所用试剂在运行当天已过期，任何孔都不能放行",
    RunFault.NO_NEC: "判定规则要求提取空白（NEC），这次运行的不够，任何孔都不能放行",
    RunFault.NEC_DETECTED: "提取空白（NEC）出现了 Cq，可能有污染，任何孔都不能放行",
    RunFault.NO_LPC: "判定规则要求弱阳性对照（LPC），这次运行的不够，任何孔都不能放行",
    RunFault.LPC_FAILED: "弱阳性对照（LPC）没有按规则检出，灵敏度不够，任何孔都不能放行",
    RunFault.NO_IC: "判定规则要求内参（IC），这次运行没有内参 Cq，任何孔都不能放行",
    RunFault.NO_INSTRUMENT: "这次运行没有写明用哪台仪器，请先补上仪器",
    RunFault.CALIBRATION_LAPSED: "所用仪器在检测当天不在校准有效期内，任何孔都不能放行",
    RunFault.NO_LOT: "这次运行没有写明试剂批号，请先补上试剂",
    RunFault.LOT_EXPIRED: "所用试剂批号在检测当天不可用，任何孔都不能放行",
    RunFault.NOT_SUBMITTED: "检测员还没有提交这次运行，请等他提交以后再复核",
    Unverifiable.OWN_ENTRY: "这个结果是您录入的，须由另一个人复核和签发",
    Unverifiable.OWN_VERIFICATION: "这个结果是您复核的，须由第三个人签发报告",
    Unverifiable.NOT_FINAL: "灰区或废孔不能下结论，请退回复检",
}


class Limits(Protocol):
    """The part of a decision rule that the wells are held against (cycles)."""

    @property
    def positive_max(self) -> Decimal:
        """Highest Cq that is positive."""
        ...

    @property
    def grey_max(self) -> Decimal:
        """Highest Cq that is neither positive nor nothing."""
        ...

    @property
    def cycle_cap(self) -> int:
        """Cycles run; a Cq from here on is no detection."""
        ...


class Well(Protocol):
    """The part of a well that a decision needs."""

    @property
    def cq(self) -> Decimal | None:
        """Cq in cycles; None when nothing was detected or the well is excluded."""
        ...

    @property
    def is_excluded(self) -> bool:
        """Whether the operator set the well aside: then it says nothing, also not “negative”."""
        ...


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a run may release results, and each reason why not."""

    faults: tuple[RunFault, ...]

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing stands against the run."""
        return not self.faults


def _reading(well: Well, limits: Limits) -> Outcome:
    """Judge one read well."""
    if well.cq is None or well.cq >= limits.cycle_cap or well.cq > limits.grey_max:
        return Outcome.NEGATIVE
    return Outcome.POSITIVE if well.cq <= limits.positive_max else Outcome.GREY


def decide(wells: Sequence[Well], limits: Limits) -> Outcome:
    """Judge the replicates of one sample: unanimous wells decide, anything else is grey.

    No readable well at all is `INVALID`: an absence is never a negative.
    """
    outcomes = {_reading(well, limits) for well in wells if not well.is_excluded}
    if not outcomes:
        return Outcome.INVALID
    return outcomes.pop() if len(outcomes) == 1 else Outcome.GREY


def validity(
    ntc: Sequence[Well],
    positive: Sequence[Well],
    limits: Limits,
    *,
    is_reagent_expired: bool = False,
) -> Validity:
    """Judge a run by its controls: every NTC without any Cq, every positive control detected.

    An NTC counts as detected by any Cq below the cycle cap, also one in or above the grey zone: it shows contamination.
    """
    faults: list[RunFault] = []
    read_ntc = [w for w in ntc if not w.is_excluded]
    read_positive = [w for w in positive if not w.is_excluded]
    if not read_ntc:
        faults.append(RunFault.NO_NTC)
    elif any(w.cq is not None and w.cq < limits.cycle_cap for w in read_ntc):
        faults.append(RunFault.NTC_DETECTED)
    if not read_positive:
        faults.append(RunFault.NO_POSITIVE)
    elif any(_reading(w, limits) is not Outcome.POSITIVE for w in read_positive):
        faults.append(RunFault.POSITIVE_FAILED)
    if is_reagent_expired:
        faults.append(RunFault.REAGENT_EXPIRED)
    return Validity(tuple(faults))


def may_verify(
    person: object, enterers: Collection[object], outcome: Outcome
) -> Unverifiable | None:
    """Return why this person may not verify the result; None when nothing stands against it."""
    if person in enterers:
        return Unverifiable.OWN_ENTRY
    return None if outcome in FINAL else Unverifiable.NOT_FINAL


def may_authorise(
    person: object, enterers: Iterable[object], verifiers: Iterable[object]
) -> Unverifiable | None:
    """Return why this person may not authorise the report: enterer ≠ verifier ≠ authoriser."""
    if person in set(enterers):
        return Unverifiable.OWN_ENTRY
    return Unverifiable.OWN_VERIFICATION if person in set(verifiers) else None
