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
class TableForgotten(Fact):
    """A table that held personal data was taken away once it was mapped; its file holds none."""

    tag: ClassVar[str] = "surveillance:mapping:forget"
    title: ClassVar[str] = "删去含个人信息的表格"
    sha256: str


@dataclass(frozen=True)
class FeedStarted(Fact):
    """A large feed file was started; it is imported in the background."""

    tag: ClassVar[str] = "surveillance:feed:start"
    title: ClassVar[str] = "开始导入疫情数据"
    source: str
    name: str
    sha256: str


@dataclass(frozen=True)
class FeedPartImported(Fact):
    """A stretch of a large feed file was imported: `done` rows of it are in."""

    tag: ClassVar[str] = "surveillance:feed:import_part"
    title: ClassVar[str] = "导入疫情数据的一段"
    source: str
    sha256: str
    done: int
    counts: dict[str, int]


@dataclass(frozen=True)
class FeedStopped(Fact):
    """The background import of a feed file stopped; it can be started again."""

    tag: ClassVar[str] = "surveillance:feed:stop"
    title: ClassVar[str] = "疫情数据导入中断"
    sentence: str


@dataclass(frozen=True)
class FeedReplayed(Fact):
    """Rows that had been set aside were read again."""

    tag: ClassVar[str] = "surveillance:feed:replay"
    title: ClassVar[str] = "重新导入隔离的行"
    source: str
    sha256: str
    rows: int
    counts: dict[str, int]
    mended: list[int]
    """Lines that a person wrote otherwise than received; what he wrote stands with the row."""


@dataclass(frozen=True)
class FeedRowsDropped(Fact):
    """Rows that had been set aside were dropped, for a reason."""

    tag: ClassVar[str] = "surveillance:feed:drop"
    title: ClassVar[str] = "不再处理隔离的行"
    source: str
    lines: list[int]


@dataclass(frozen=True)
class FeedReprojected(Fact):
    """What events or records mean was worked out anew with the crosswalk as it stands."""

    tag: ClassVar[str] = "surveillance:feed:reproject"
    title: ClassVar[str] = "按现行对照表重新归类"
    count: int


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


@dataclass(frozen=True)
class TableLaidOut(Fact):
    """A table nobody mapped yet came in and was kept; nothing was read from it."""

    tag: ClassVar[str] = "surveillance:table:receive"
    title: ClassVar[str] = "收到待对照的表格"
    name: str
    sha256: str


@dataclass(frozen=True)
class MappingSaved(Fact):
    """A version of a mapping was saved; older versions stay as they are."""

    tag: ClassVar[str] = "surveillance:mapping:save"
    title: ClassVar[str] = "保存列对照"
    name: str
    number: int
    digest: str
    changes: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class MappingRetired(Fact):
    """A mapping is offered no more."""

    tag: ClassVar[str] = "surveillance:mapping:retire"
    title: ClassVar[str] = "停用列对照"
    name: str
