"""Doors of supervision: figures, the trail and its check, test data."""

from aquacert.supervision.views import case, coverage, stockwatch, testdata
from aquacert.supervision.views.blueprint import bp
from aquacert.supervision.views.figures import prepare

__all__ = ["bp", "case", "coverage", "prepare", "stockwatch", "testdata"]
