"""JSON doors of the inspections, under /api/v1."""

from __future__ import annotations

from flask import Flask

from aquacert.inspections.api import draws, evidence, sync, visits
from aquacert.inspections.api.visits import bp

__all__ = ["bp", "draws", "evidence", "prepare", "sync", "visits"]


def prepare(app: Flask) -> None:
    """Open the doors of the sync, which take tokens like all of them."""
    app.register_blueprint(sync.bp)
    app.extensions["csrf"].exempt(sync.bp)
