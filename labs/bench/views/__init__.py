"""Doors of the bench: what is owed, runs, the plate, files."""

from labs.bench.views import files, hand, plate, runs
from labs.bench.views.blueprint import bp

__all__ = ["bp", "files", "hand", "plate", "runs"]
