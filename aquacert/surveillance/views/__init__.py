"""HTML doors of surveillance."""

from aquacert.surveillance.views import (
    crosswalk,
    events,
    express,
    feeds,
    ladder,
    mappings,
    monthly,
    own,
    plans,
    points,
    quarantine,
    review,
    risk,
    sources,
    templates,
    zones,
)
from aquacert.surveillance.views.blueprint import bp, prepare

__all__ = [
    "bp",
    "crosswalk",
    "events",
    "express",
    "feeds",
    "ladder",
    "mappings",
    "monthly",
    "own",
    "plans",
    "points",
    "prepare",
    "quarantine",
    "review",
    "risk",
    "sources",
    "templates",
    "zones",
]
