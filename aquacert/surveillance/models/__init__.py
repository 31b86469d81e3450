"""Tables of surveillance: feeds and events, zones, results of our own, express reports."""

from __future__ import annotations

from aquacert.surveillance.models.events import (
    Event,
    EventChange,
    EventReport,
    FeedFile,
    FeedRow,
    FileState,
    OwnResult,
    Zone,
    ZoneDivision,
)
from aquacert.surveillance.models.express import ExpressReport

__all__ = [
    "Event",
    "EventChange",
    "EventReport",
    "ExpressReport",
    "FeedFile",
    "FeedRow",
    "FileState",
    "OwnResult",
    "Zone",
    "ZoneDivision",
]
