"""What sampling writes into the audit chain."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class SamplesSent(Fact):
    """Samples left for a laboratory under their blind codes."""

    tag: ClassVar[str] = "sampling:sample:send"
    title: ClassVar[str] = "送样"
    lab_id: UUID
    samples: int


@dataclass(frozen=True)
class ReportNoted(Fact):
    """The laboratory's report on a sample was released or withdrawn."""

    tag: ClassVar[str] = "sampling:report:note"
    title: ClassVar[str] = "收到检测报告"
    report_no: str
    state: str
