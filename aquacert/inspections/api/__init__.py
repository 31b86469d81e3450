"""JSON doors of the inspections, under /api/v1."""

from aquacert.inspections.api import visits
from aquacert.inspections.api.visits import bp

__all__ = ["bp", "visits"]
