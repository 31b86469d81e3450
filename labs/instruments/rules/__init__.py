"""What one well of an instrument file says, and why it says so: frozen rows and the reading of a Cq.

A reading never guesses. A text that is not understood is a `Refusal`, never a well without a Cq: an unread
cell must not become a negative result (RDML 1.0 to 1.4; QuantStudio export; ISO/IEC 17025 7.5).
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Role(StrEnum):
    """What a well is for; the values are RDML's sample types, spelt out."""

    UNKNOWN = "unknown"
    NTC = "ntc"
    NAC = "nac"
    STANDARD = "standard"
    NO_TARGET = "no_target"
    NO_RT = "no_rt"
    POSITIVE = "positive"
    OTHER = "other"


ROLE_WORDS: Mapping[Role, str] = {
    Role.UNKNOWN: "样品",
    Role.NTC: "无模板对照 NTC",
    Role.NAC: "提取空白 NEC",
    Role.STANDARD: "标准品",
    Role.NO_TARGET: "无靶标对照",
    Role.NO_RT: "无逆转录对照",
    Role.POSITIVE: "阳性对照",
    Role.OTHER: "其他对照",
}


class Why(StrEnum):
    """Why a reading has, or has not, a Cq."""

    DETECTED = "detected"
    NO_CQ = "no_cq"
    AT_CAP = "at_cap"
    EXCLUDED = "excluded"


class RefusalCode(StrEnum):
    """Why one row of a file was not taken."""

    ROW_LENGTH = "row_length"
    WELL_UNREADABLE = "well_unreadable"
    SAMPLE_MISSING = "sample_missing"
    TARGET_MISSING = "target_missing"
    TASK_UNKNOWN = "task_unknown"
    CQ_BLANK = "cq_blank"
    CQ_UNREADABLE = "cq_unreadable"
    CQ_NOT_AVAILABLE = "cq_not_available"
    DUPLICATE_ROW = "duplicate_row"
    PARTITIONS = "partitions"
    MERGED_CELLS = "merged_cells"
    COLUMNS_SWAPPED = "columns_swapped"
    WELL_NOT_ON_SHEET = "well_not_on_sheet"
    NOT_AS_PLANNED = "not_as_planned"
    REPLICATE_REFUSED = "replicate_refused"
    SAMPLE_UNKNOWN = "sample_unknown"
    SAMPLE_NOT_RECEIVED = "sample_not_received"
    TARGET_NOT_ORDERED = "target_not_ordered"
    TARGET_UNKNOWN = "target_unknown"
    ALREADY_RESULT = "already_result"
    OMIT_UNKNOWN = "omit_unknown"
    TOO_FEW_CYCLES = "too_few_cycles"
    SAMPLE_AS_CONTROL = "sample_as_control"
    FORMULA_EMPTY = "formula_empty"
    RESULT_CONTRADICTS = "result_contradicts"
    SECOND_TABLE = "second_table"
    NO_ROWS = "no_rows"
    CQ_ABOVE_CYCLES = "cq_above_cycles"


SENTENCES: Mapping[RefusalCode, str] = {
    RefusalCode.ROW_LENGTH: "这一行的列数与表头不同，不能对齐",
    RefusalCode.WELL_UNREADABLE: "不是板上的孔位，应像 A1 或 H12（384 孔到 P24）",
    RefusalCode.SAMPLE_MISSING: "没有样品号",
    RefusalCode.TARGET_MISSING: "没有检测靶标",
    RefusalCode.TASK_UNKNOWN: "孔的用途不认识，应为 UNKNOWN、NTC、STANDARD 或阳性对照",
    RefusalCode.CQ_BLANK: "Cq 是空的：没有检出请写“无”或 Undetermined",
    RefusalCode.CQ_UNREADABLE: "Cq 不认识，请改成数值或“无”；不认识的文字不会当作阴性",
    RefusalCode.CQ_NOT_AVAILABLE: "仪器没有算出 Cq（负数或 0），不能当作阴性",
    RefusalCode.DUPLICATE_ROW: "与前面一行是同一个孔、同一个靶标",
    RefusalCode.PARTITIONS: "这是数字 PCR 的分区数据，本系统不读",
    RefusalCode.MERGED_CELLS: "这一行有合并的单元格，不能确定各孔是什么，请取消合并后重新导出",
    RefusalCode.COLUMNS_SWAPPED: "这两列像是写反了，整个文件没有读；请在仪器软件里核对后重新导出",
    RefusalCode.WELL_NOT_ON_SHEET: "文件没有写样品号，工作单上这个孔也没有样品",
    RefusalCode.NOT_AS_PLANNED: "文件写的样品与工作单上这个孔的样品不同，请核对加样",
    RefusalCode.REPLICATE_REFUSED: "同一样品同一项目另有一行没有读懂，不能只凭剩下的孔下结论",
    RefusalCode.SAMPLE_UNKNOWN: "这个盲样号不在本实验室的来样中",
    RefusalCode.SAMPLE_NOT_RECEIVED: "这个盲样还没有收样，或已拒收",
    RefusalCode.TARGET_NOT_ORDERED: "这个盲样没有委托这个检测项目",
    RefusalCode.TARGET_UNKNOWN: "靶标不在本实验室的检测能力表中",
    RefusalCode.ALREADY_RESULT: "这个盲样的这个项目已有结果，须先退回才能再录",
    RefusalCode.OMIT_UNKNOWN: "废孔这一列的写法不认识，应为是或否（true、false）",
    RefusalCode.TOO_FEW_CYCLES: "文件说循环数没有跑到判定规则的灰区上限，没有 Cq 不能当作阴性",
    RefusalCode.SAMPLE_AS_CONTROL: "这是本实验室的盲样，文件却把它标成对照，请核对加样",
    RefusalCode.FORMULA_EMPTY: "这一格是公式，没有存下算出的值；请用表格软件打开，另存后再导入",
    RefusalCode.RESULT_CONTRADICTS: "结果列与 Cq 说的不一样，请核对是哪一列写错",
    RefusalCode.SECOND_TABLE: "这张工作表也有结果，没有读；一个文件只读第一张，请分开导出",
    RefusalCode.NO_ROWS: "表头下面没有一行数据",
    RefusalCode.CQ_ABOVE_CYCLES: "Cq 大于方法的循环数，请核对小数点；没有检出请写“无”",
}


Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class WellReading:
    """One well, one target. `cq` is None when nothing was detected or the well is excluded; `why` tells which.

    `row` is the line of the file (RDML: the data element counted from 1); 0 when it comes from no file. Curves are asked
    for apart: `amplification` is (cycle, fluorescence), `melt` is (°C, fluorescence), as the instrument wrote them.
    """

    run: str
    well: str
    sample: str
    role: Role
    target: str
    cq: Decimal | None
    why: Why
    row: int = field(default=0, compare=False)
    amplification: tuple[Point, ...] = field(default=(), compare=False, repr=False)
    melt: tuple[Point, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_excluded(self) -> bool:
        """Whether the operator set the well aside."""
        return self.why is Why.EXCLUDED


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: where, which column, why, and the text that stood there.

    `about` is the sample (or, unnamed, the well) and the target the row spoke of ("" = it may be any): the other wells of
    the same test may then not decide alone.
    """

    row: int
    column: str
    code: RefusalCode
    value: str
    about: tuple[str, str] = field(default=("", ""), compare=False)

    @property
    def sentence(self) -> str:
        """Tell a person what is wrong with the row."""
        return SENTENCES[self.code]


@dataclass(frozen=True, slots=True)
class InstrumentRun:
    """Everything one instrument file says.

    `sha256` names the file's bytes (hex). `cycle_cap` is the number of cycles run (of several runs the fewest), None when
    the file does not tell; `empty` counts wells that hold no sample. `profile` is what the columns were read by. `series` is the
    same in every version of one file and `version` says which this is (ISO text); "" when the file does not tell.
    """

    name: str
    sha256: str
    source: str
    instrument: str
    ran_at: str
    cycle_cap: int | None
    readings: tuple[WellReading, ...]
    refusals: tuple[Refusal, ...]
    empty: int = 0
    profile: str = ""
    series: str = ""
    version: str = ""
    cq_method: str = ""


class Cq(NamedTuple):
    """A read Cq: the value, and why it is or is not one."""

    value: Decimal | None
    why: Why


# Only words whose sense is certain. “ND” may be “not done”, “N/A” may be anything: they are refused.
NO_CQ_WORDS = frozenset(
    {
        "undetermined",
        "undet",
        "undet.",
        "nan",
        "nocq",
        "noct",
        "no cq",
        "no ct",
        "无",
        "无cq",
        "无ct",
        "无 cq",
        "无 ct",
    }
)
NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,12})?")
NEGATIVE_NUMBER = re.compile(r"-[0-9]{1,4}(?:\.[0-9]{1,12})?")
WELL = re.compile(r"([A-Za-z]|[Aa][A-Fa-f])0*([1-9]|[1-3][0-9]|4[0-8])")
"""A well of a plate of up to 1536."""
MILLI = Decimal("0.001")
ROLE_PREFIXES: Mapping[str, Role] = {
    "CNEG": Role.NTC,
    "NTC": Role.NTC,
    "NEC": Role.NAC,
    "CPOS": Role.POSITIVE,
    "PTC": Role.POSITIVE,
    "LPC": Role.POSITIVE,
    "HPC": Role.POSITIVE,
}
CONTROL_NAME = re.compile(r"(CNEG|NTC|NEC|CPOS|PTC|LPC|HPC)(?![A-Za-z0-9]{4,})", re.IGNORECASE)


class UnreadableCq(Exception):
    """A Cq that may not be read, with the code that tells why."""

    def __init__(self, code: RefusalCode) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return the text without stray spaces, full-width forms or invisible signs."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def read_cq(
    text: str | None,
    *,
    cap: int | None,
    blank_is_none: bool,
    decimal_comma: bool = False,
    words: frozenset[str] = NO_CQ_WORDS,
) -> Cq:
    """Read a Cq as an instrument wrote it, or raise `UnreadableCq`. `words` are those that mean “no Cq”.

    The value keeps every digit that was written. A Cq at or above the cycle cap is what an instrument writes when nothing came up: not a detection.
    """
    word = plain(text or "").lower()
    if not word:
        if blank_is_none:
            return Cq(None, Why.NO_CQ)
        raise UnreadableCq(RefusalCode.CQ_BLANK)
    if word in words:
        return Cq(None, Why.NO_CQ)
    number = word.replace(",", ".") if decimal_comma else word
    if NEGATIVE_NUMBER.fullmatch(number):
        raise UnreadableCq(RefusalCode.CQ_NOT_AVAILABLE)
    if not NUMBER.fullmatch(number):
        raise UnreadableCq(RefusalCode.CQ_UNREADABLE)
    value = Decimal(number)
    if value < MILLI:
        raise UnreadableCq(RefusalCode.CQ_NOT_AVAILABLE)
    if cap is not None and value >= cap:
        return Cq(None, Why.AT_CAP)
    return Cq(value, Why.DETECTED)


def well_name(text: str) -> str | None:
    """Return A1 for a1, A01 or Ａ１; None when the text is no well of a plate of up to 1536."""
    found = WELL.fullmatch(plain(text))
    return f"{found[1].upper()}{int(found[2])}" if found else None


def well_of_number(number: int, columns: int) -> str:
    """Return the well of a reaction counted row by row from 1 on a plate with so many columns."""
    row, column = divmod(number - 1, columns)
    return f"{row_letters(row)}{column + 1}"


def row_letters(row: int) -> str:
    """Return A for 0, Z for 25, AA for 26, as plates and sheets are lettered."""
    letters = ""
    number = row + 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def milli(cq: Decimal | None) -> int | None:
    """Return a Cq in thousandths of a cycle, as it is stored and judged; None stays None."""
    return None if cq is None else int((cq * 1000).to_integral_value())


def role_of_name(sample: str) -> Role:
    """Return the role a control's name betrays (NTC, CPOS, LPC…), else unknown."""
    found = CONTROL_NAME.match(plain(sample))
    return ROLE_PREFIXES[found[1].upper()] if found else Role.UNKNOWN


def cycles(text: str | None) -> int:
    """Return a cycle count written as 40 or 40.0; 0 when it is none."""
    try:
        number = float(text or "0")
    except ValueError:
        return 0
    return int(number) if math.isfinite(number) and 0 < number < 1000 else 0
