"""HTML doors of surveillance."""

from aquacert.surveillance.views import (
    crosswalk,
    events,
    express,
    feeds,
    mappings,
    own,
    quarantine,
    risk,
    zones,
)
from aquacert.surveillance.views.blueprint import bp, prepare

__all__ = ["bp", "crosswalk", "events", "express", "feeds", "own", "prepare", "risk", "zones"]
