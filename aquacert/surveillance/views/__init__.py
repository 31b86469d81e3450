"""HTML doors of surveillance."""

from aquacert.surveillance.views import events, express, feeds, own
from aquacert.surveillance.views.blueprint import bp, prepare

__all__ = ["bp", "events", "express", "feeds", "own", "prepare"]
