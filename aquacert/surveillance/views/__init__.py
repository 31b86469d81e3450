"""HTML doors of surveillance."""

from aquacert.surveillance.views import events, feeds, own
from aquacert.surveillance.views.blueprint import bp, prepare

__all__ = ["bp", "events", "feeds", "own", "prepare"]
