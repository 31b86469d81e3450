"""HTML doors of surveillance."""

from aquacert.surveillance.views import crosswalk, events, express, feeds, own
from aquacert.surveillance.views.blueprint import bp, prepare

__all__ = ["bp", "crosswalk", "events", "express", "feeds", "own", "prepare"]
