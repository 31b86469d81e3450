"""Tables of surveillance: feeds and events, zones, results of our own, express reports."""

from __future__ import annotations

from aquacert.surveillance.models.crosswalk import CrosswalkRow
from aquacert.surveillance.models.deliveries import Delivery, DeliveryItem, Recipient
from aquacert.surveillance.models.events import (
    Event,
    EventChange,
    EventReport,
    OwnResult,
    Zone,
    ZoneDivision,
)
from aquacert.surveillance.models.express import ExpressReport
from aquacert.surveillance.models.feeds import (
    AsideState,
    FeedFile,
    FeedRawRow,
    FeedRecord,
    FeedRecordChange,
    FeedRecordReport,
    FeedSetAside,
    FeedTurn,
    FileState,
    RecordKind,
)
from aquacert.surveillance.models.mappings import FeedDraft, FeedMapping, FeedMappingVersion
from aquacert.surveillance.models.points import (
    LadderFinding,
    MonitoringPlan,
    MonitoringPoint,
    MonitoringTask,
    MonthlyDisease,
    MonthlyDraft,
    MonthlyReport,
    MonthlyStock,
    PointSpecies,
)
from aquacert.surveillance.models.risk import RegisterVersion, WeeklyDigest
from aquacert.surveillance.models.visits import Feed, FeedStanding, FeedVisit
from aquacert.surveillance.models.zones import VersionState, ZoneCell, ZoneShape, ZoneVersion

__all__ = [
    "AsideState",
    "CrosswalkRow",
    "Delivery",
    "DeliveryItem",
    "Event",
    "EventChange",
    "EventReport",
    "ExpressReport",
    "Feed",
    "FeedDraft",
    "FeedFile",
    "FeedMapping",
    "FeedMappingVersion",
    "FeedRawRow",
    "FeedRecord",
    "FeedRecordChange",
    "FeedRecordReport",
    "FeedSetAside",
    "FeedStanding",
    "FeedTurn",
    "FeedVisit",
    "FileState",
    "LadderFinding",
    "MonitoringPlan",
    "MonitoringPoint",
    "MonitoringTask",
    "MonthlyDisease",
    "MonthlyDraft",
    "MonthlyReport",
    "MonthlyStock",
    "OwnResult",
    "PointSpecies",
    "Recipient",
    "RecordKind",
    "RegisterVersion",
    "VersionState",
    "WeeklyDigest",
    "Zone",
    "ZoneCell",
    "ZoneDivision",
    "ZoneShape",
    "ZoneVersion",
]
