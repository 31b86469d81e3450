"""Doors of the bench: what is owed, runs, files, review."""

from labs.bench.views import files, review, runs
from labs.bench.views.blueprint import bp

__all__ = ["bp", "files", "review", "runs"]
