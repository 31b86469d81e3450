"""Doors of the bench: what is owed, runs, files."""

from labs.bench.views import files, runs
from labs.bench.views.blueprint import bp

__all__ = ["bp", "files", "runs"]
