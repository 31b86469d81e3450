"""JSON doors of surveillance, under /api/v1/surveillance."""

from aquacert.surveillance.api import crosswalk, events, files, pushes, reporting, zones
from aquacert.surveillance.api.blueprint import bp

__all__ = ["bp", "crosswalk", "events", "files", "pushes", "reporting", "zones"]
