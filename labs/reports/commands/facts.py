"""Facts of the reports."""

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class ReportAuthorised(Fact):
    """A report was authorised; `digest` is the SHA-256 of what the authoriser saw and signed for."""

    tag: ClassVar[str] = "labs:report:authorise"
    title: ClassVar[str] = "签发检测报告"
    number: str
    blind_code: str
    digest: str
    is_positive: bool


@dataclass(frozen=True)
class ReportSigned(Fact):
    """The laboratory's key signed a report, and its documents were made."""

    tag: ClassVar[str] = "labs:report:sign"
    title: ClassVar[str] = "检测报告签章"
    number: str
    key_id: str
    pdf: str
    """SHA-256 of the PDF, hex"""


@dataclass(frozen=True)
class ReportAmended(Fact):
    """A report's words were corrected: a new version stands in its place."""

    tag: ClassVar[str] = "labs:report:amend"
    title: ClassVar[str] = "更正检测报告"
    number: str
    blind_code: str
    new_number: str
    what: str
    touched: dict[str, int]


@dataclass(frozen=True)
class ReportRetracted(Fact):
    """A report that should not have been issued was retracted by two persons."""

    tag: ClassVar[str] = "labs:report:retract"
    title: ClassVar[str] = "撤销检测报告"
    number: str
    blind_code: str
    touched: dict[str, int]


@dataclass(frozen=True)
class ReportInvalidated(Fact):
    """A report's results were found wrong, and invalidated by two persons."""

    tag: ClassVar[str] = "labs:report:invalidate"
    title: ClassVar[str] = "作废检测结果"
    number: str
    blind_code: str
    touched: dict[str, int]


@dataclass(frozen=True)
class ReportWithdrawn(Fact):
    """A report was withdrawn."""

    tag: ClassVar[str] = "labs:report:withdraw"
    title: ClassVar[str] = "撤回检测报告"
    number: str
    blind_code: str
    touched: dict[str, int]


@dataclass(frozen=True)
class EndingAsked(Fact):
    """Somebody asked that a report be retracted or its results invalidated."""

    tag: ClassVar[str] = "labs:report:ask"
    title: ClassVar[str] = "请求撤销报告或作废结果"
    number: str
    act: str


@dataclass(frozen=True)
class AskDropped(Fact):
    """Such a request was taken back, or refused by the second person."""

    tag: ClassVar[str] = "labs:report:drop_ask"
    title: ClassVar[str] = "不办撤销或作废请求"
    number: str
    act: str


@dataclass(frozen=True)
class FactsStated(Fact):
    """The laboratory stated deviations or external results of an item."""

    tag: ClassVar[str] = "labs:report:state"
    title: ClassVar[str] = "填写报告说明"
    blind_code: str
    external: dict[str, str]
