"""What the trail says about a clinical check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class InspectionStarted(Fact):
    """The vet began the check of every batch of a declaration."""

    tag: ClassVar[str] = "inspections:inspection:start"
    title: ClassVar[str] = "开始现场检疫"
    batches: int


@dataclass(frozen=True)
class FindingsKept(Fact):
    """Findings of a check were written down or changed before the verdict."""

    tag: ClassVar[str] = "inspections:finding:keep"
    title: ClassVar[str] = "记录检查项"
    answers: dict[str, str]


@dataclass(frozen=True)
class PhotoTaken(Fact):
    """A photograph was put in a slot; its original's digest shows reuse."""

    tag: ClassVar[str] = "inspections:photo:take"
    title: ClassVar[str] = "现场照片"
    slot: str
    original_sha256: str


@dataclass(frozen=True)
class SuspicionRecorded(Fact):
    """The vet suspects diseases, and what he does about it: sampling, or isolating and reporting."""

    tag: ClassVar[str] = "inspections:suspicion:record"
    title: ClassVar[str] = "可疑病种"
    suspected: list[str]
    course: str = ""


@dataclass(frozen=True)
class BatchIsolated(Fact):
    """A batch is isolated as a suspected epidemic and reported."""

    tag: ClassVar[str] = "inspections:batch:isolate"
    title: ClassVar[str] = "可疑疫情，隔离并报告"
    batch_id: UUID
    suspected: list[str]
    because: str


@dataclass(frozen=True)
class IsolationLifted(Fact):
    """An isolation ended, with its reason."""

    tag: ClassVar[str] = "inspections:batch:release"
    title: ClassVar[str] = "解除隔离"
    because: str


@dataclass(frozen=True)
class VerdictGiven(Fact):
    """The vet's verdict about one batch."""

    tag: ClassVar[str] = "inspections:verdict:give"
    title: ClassVar[str] = "检疫结论"
    batch_id: UUID
    outcome: str
    quantity: int | None
    suspected: list[str]
