"""What the trail says about the crosswalk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class CrosswalkProposed(Fact):
    """A person proposed what a written name means."""

    tag: ClassVar[str] = "surveillance:crosswalk:propose"
    title: ClassVar[str] = "提出名称对照"
    subject: str
    system: str
    written: str
    realm: str
    code: str | None
    version: int


@dataclass(frozen=True)
class CrosswalkDecided(Fact):
    """Another person approved or rejected it, or its proposer took it back."""

    tag: ClassVar[str] = "surveillance:crosswalk:decide"
    title: ClassVar[str] = "核准名称对照"
    written: str
    code: str | None
    state: str
    proposed_by_id: UUID
    events: int


@dataclass(frozen=True)
class CrosswalkEnded(Fact):
    """An approved row was withdrawn."""

    tag: ClassVar[str] = "surveillance:crosswalk:withdraw"
    title: ClassVar[str] = "撤回名称对照"
    written: str
    code: str | None
    events: int
