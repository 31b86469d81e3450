"""What the trail says about feeds, events and zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class FeedReceived(Fact):
    """A feed file came in and was kept; nothing has acted on it yet."""

    tag: ClassVar[str] = "surveillance:feed:receive"
    title: ClassVar[str] = "收到疫情数据文件"
    source: str
    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class FeedImported(Fact):
    """A feed file was imported: one fact for the whole file, with its counts."""

    tag: ClassVar[str] = "surveillance:feed:import"
    title: ClassVar[str] = "导入疫情数据"
    source: str
    name: str
    sha256: str
    counts: dict[str, int]


@dataclass(frozen=True)
class VerdictSet(Fact):
    """An officer confirmed or denied an event; this outranks the source."""

    tag: ClassVar[str] = "surveillance:event:judge"
    title: ClassVar[str] = "核实疫情"
    source_key: str
    disease: str
    before: str
    after: str


@dataclass(frozen=True)
class OwnEventRaised(Fact):
    """Tests of our own raised an event, or changed what it says."""

    tag: ClassVar[str] = "surveillance:event:raise"
    title: ClassVar[str] = "检测结果形成疫情事件"
    source_key: str
    disease: str
    status: str


@dataclass(frozen=True)
class ZoneOpened(Fact):
    """A zone was opened; `automatic` when the import did it by rule."""

    tag: ClassVar[str] = "surveillance:zone:open"
    title: ClassVar[str] = "划定管控区"
    event_id: UUID
    disease_code: str
    division_codes: tuple[str, ...]
    from_on: date
    until_on: date | None
    automatic: bool


@dataclass(frozen=True)
class ZoneMoved(Fact):
    """A later report moved the days of an automatic zone."""

    tag: ClassVar[str] = "surveillance:zone:move"
    title: ClassVar[str] = "调整管控期"
    days: dict[str, Any]


@dataclass(frozen=True)
class ZoneLifted(Fact):
    """A zone was lifted."""

    tag: ClassVar[str] = "surveillance:zone:lift"
    title: ClassVar[str] = "解除管控区"
    event_id: UUID
    disease_code: str
    division_codes: tuple[str, ...]


@dataclass(frozen=True)
class ZoneAdjusted(Fact):
    """An officer adjusted a zone: at once where it widens, else proposed to a second person."""

    tag: ClassVar[str] = "surveillance:zone:adjust"
    title: ClassVar[str] = "调整管控区"
    version: int
    state: str
    parts: tuple[str, ...]
    until_before_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class ZoneDecided(Fact):
    """A second person agreed to a proposed version, or refused it."""

    tag: ClassVar[str] = "surveillance:zone:decide"
    title: ClassVar[str] = "确认管控区改动"
    version: int
    decision: str


@dataclass(frozen=True)
class ZoneDrawn(Fact):
    """The defaults drew or redrew a zone around its event's coordinates."""

    tag: ClassVar[str] = "surveillance:zone:draw"
    title: ClassVar[str] = "按默认规则画区"
    version: int
    parts: tuple[str, ...]
