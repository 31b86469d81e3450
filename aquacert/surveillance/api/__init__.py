"""JSON doors of surveillance, under /api/v1/surveillance."""

from aquacert.surveillance.api import events
from aquacert.surveillance.api.blueprint import bp

__all__ = ["bp", "events"]
