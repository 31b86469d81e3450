"""What sampling writes into the audit chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class PlanMade(Fact):
    """The province asks for a disease to be tested in a species."""

    tag: ClassVar[str] = "sampling:plan:make"
    title: ClassVar[str] = "省级监测计划"
    disease_code: str
    species_code: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class TestsOrdered(Fact):
    """Tests were ordered for a batch."""

    tag: ClassVar[str] = "sampling:test:order"
    title: ClassVar[str] = "要求检测"
    batch_id: UUID
    diseases: dict[str, str]


@dataclass(frozen=True)
class SampleTaken(Fact):
    """A sample was taken and sealed."""

    tag: ClassVar[str] = "sampling:sample:take"
    title: ClassVar[str] = "抽样封样"
    sheet_number: str
    seal_number: str
    individuals: int
    diseases: list[str]
    planned: int
    because: str
    warned: list[str]
    label_scanned: bool


@dataclass(frozen=True)
class SamplesSent(Fact):
    """Samples left for a laboratory under their blind codes; `left` are tests it cannot do."""

    tag: ClassVar[str] = "sampling:sample:send"
    title: ClassVar[str] = "送样"
    lab_id: UUID
    samples: int
    box: str = ""
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ReportNoted(Fact):
    """The laboratory's report on a sample was released or withdrawn."""

    tag: ClassVar[str] = "sampling:report:note"
    title: ClassVar[str] = "收到检测报告"
    report_no: str
    state: str


@dataclass(frozen=True)
class SamplePhotoKept(Fact):
    """A photograph was added to a sample; `seen_before` says in which other cases."""

    tag: ClassVar[str] = "sampling:photo:keep"
    title: ClassVar[str] = "抽样照片"
    sha256: str
    seen_before: list[str]


@dataclass(frozen=True)
class LabelsIssued(Fact):
    """Pre-printed labels were handed to a unit. No code is told."""

    tag: ClassVar[str] = "sampling:label:issue"
    title: ClassVar[str] = "发放盲样标签"
    number: str
    unit_id: UUID
    labels: int


@dataclass(frozen=True)
class LabelPrinted(Fact):
    """Labels were printed; from the second time on with a reason."""

    tag: ClassVar[str] = "sampling:label:print"
    title: ClassVar[str] = "打印标签"
    ordinal: int
    because: str


@dataclass(frozen=True)
class LabelVoided(Fact):
    """A label was spoiled or lost before it was used."""

    tag: ClassVar[str] = "sampling:label:void"
    title: ClassVar[str] = "标签作废"
    ordinal: int
    because: str


@dataclass(frozen=True)
class SelfTestTaken(Fact):
    """A hatchery took a sample of its own."""

    tag: ClassVar[str] = "sampling:self_test:take"
    title: ClassVar[str] = "自检取样"
    number: str
    disease_code: str
    lot_id: UUID


@dataclass(frozen=True)
class SelfTestSent(Fact):
    """A hatchery sent its own sample."""

    tag: ClassVar[str] = "sampling:self_test:send"
    title: ClassVar[str] = "自检送样"
    lab_id: UUID
    box: str


@dataclass(frozen=True)
class SelfTestTold(Fact):
    """The result of a self-test came, or was taken back, and the hatchery was told."""

    tag: ClassVar[str] = "sampling:self_test:tell"
    title: ClassVar[str] = "自检结果"
    report_no: str
    state: str
