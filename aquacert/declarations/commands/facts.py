"""What the trail says about declarations; no personal data among it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class DraftSaved(Fact):
    """A draft was saved; its content stays encrypted."""

    tag: ClassVar[str] = "declarations:draft:save"
    title: ClassVar[str] = "保存申报草稿"
    batches: int
    loads: int


@dataclass(frozen=True)
class DeclarationSubmitted(Fact):
    """A declaration was sent to the office, with the statutory statement."""

    tag: ClassVar[str] = "declarations:declaration:submit"
    title: ClassVar[str] = "提交检疫申报"
    number: str
    batches: tuple[str, ...]
    loads: tuple[str, ...]
    is_proxy: bool


@dataclass(frozen=True)
class DeclarationAmended(Fact):
    """The declarant changed a declaration before acceptance."""

    tag: ClassVar[str] = "declarations:declaration:amend"
    title: ClassVar[str] = "修改检疫申报"
    number: str
    fields: tuple[str, ...]
    batches: tuple[str, ...]
    loads: tuple[str, ...]


@dataclass(frozen=True)
class ChangeDiscarded(Fact):
    """The declarant left a sent declaration as it is: a change not yet sent was thrown away."""

    tag: ClassVar[str] = "declarations:change:discard"
    title: ClassVar[str] = "不改申报"
    number: str


@dataclass(frozen=True)
class DeclarationWithdrawn(Fact):
    """The declarant took a declaration back before acceptance."""

    tag: ClassVar[str] = "declarations:declaration:withdraw"
    title: ClassVar[str] = "撤回检疫申报"
    number: str


@dataclass(frozen=True)
class SupplementRequested(Fact):
    """The office said once what is missing; its clock stopped."""

    tag: ClassVar[str] = "declarations:declaration:supplement"
    title: ClassVar[str] = "一次性告知补正"
    number: str
    items: tuple[str, ...]
    note: str
    reply_due_at: datetime


@dataclass(frozen=True)
class SupplementAnswered(Fact):
    """The declarant supplemented; the clock runs on."""

    tag: ClassVar[str] = "declarations:declaration:answer"
    title: ClassVar[str] = "补正完成"
    number: str
    files: int
    changed: tuple[str, ...]


@dataclass(frozen=True)
class DeclarationAccepted(Fact):
    """The office accepted, knowing what the machine had checked."""

    tag: ClassVar[str] = "declarations:declaration:accept"
    title: ClassVar[str] = "受理检疫申报"
    number: str
    visit_at: datetime | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class VisitPlanned(Fact):
    """The office said, or changed, when the official vet comes."""

    tag: ClassVar[str] = "declarations:declaration:plan-visit"
    title: ClassVar[str] = "定到场时间"
    number: str
    visit_at: datetime
    place: str
    before: datetime | None


@dataclass(frozen=True)
class DeclarationRefused(Fact):
    """The office refused on a lawful ground, with a reason."""

    tag: ClassVar[str] = "declarations:declaration:refuse"
    title: ClassVar[str] = "不予受理"
    number: str
    ground: str
    reason: str


@dataclass(frozen=True)
class VetAssigned(Fact):
    """An official vet was sent."""

    tag: ClassVar[str] = "declarations:declaration:assign"
    title: ClassVar[str] = "派官方兽医"
    number: str
    vet_id: UUID
    instead_of_id: UUID | None


@dataclass(frozen=True)
class DeclarationInspected(Fact):
    """Every batch has the vet's verdict."""

    tag: ClassVar[str] = "declarations:declaration:inspect"
    title: ClassVar[str] = "现场检疫完成"
    number: str


@dataclass(frozen=True)
class LabStageMarked(Fact):
    """The sampling room said where the tests stand."""

    tag: ClassVar[str] = "declarations:declaration:testing"
    title: ClassVar[str] = "检测进度"
    number: str
    testing: str


@dataclass(frozen=True)
class LoadMoved(Fact):
    """A load got its certificate, lost it, or arrived."""

    tag: ClassVar[str] = "declarations:load:move"
    title: ClassVar[str] = "运载状态变化"
    number: str
    load: int
    state: str


@dataclass(frozen=True)
class DeclarationClosed(Fact):
    """A declaration came to its end."""

    tag: ClassVar[str] = "declarations:declaration:close"
    title: ClassVar[str] = "申报办结"
    number: str
    because: str


@dataclass(frozen=True)
class WordSaid(Fact):
    """Owner or office asked or answered; the words stay encrypted."""

    tag: ClassVar[str] = "declarations:word:say"
    title: ClassVar[str] = "申报问答"
    number: str
    from_office: bool
    length: int


@dataclass(frozen=True)
class DeclarationHeld(Fact):
    """A zone came over an open declaration; its parties were told."""

    tag: ClassVar[str] = "declarations:declaration:hold"
    title: ClassVar[str] = "管控区涉及申报"
    number: str
    because: str
    bars: bool


@dataclass(frozen=True)
class DeclarationFreed(Fact):
    """A zone is over an open declaration no longer; its parties were told."""

    tag: ClassVar[str] = "declarations:declaration:free"
    title: ClassVar[str] = "管控区不再涉及申报"
    number: str
    others_stand: bool
