"""The states of results, instrument files and worksheets, and the ways between them."""

from collections.abc import Mapping
from enum import StrEnum

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
        (ResultState.VERIFIED, ResultAct.WITHDRAW): ResultState.WITHDRAWN,
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
