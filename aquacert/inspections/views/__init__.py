"""HTML doors of the inspections: the vet's visits, the app at the pond, a failed batch."""

from __future__ import annotations

from flask import Flask

from aquacert.inspections.views import checks, doubts, evidence, orders, sync, treatment, visits
from aquacert.inspections.views import draws as draw_doors
from aquacert.inspections.views import field as app_shell
from aquacert.inspections.views.blueprint import bp, field

__all__ = [
    "app_shell",
    "bp",
    "checks",
    "doubts",
    "draw_doors",
    "evidence",
    "field",
    "orders",
    "prepare",
    "sync",
    "treatment",
    "visits",
]


def prepare(app: Flask) -> None:
    """Open the app's doors under /field/ (its worker's scope), the draw's under /draws; tell farms of orders."""
    app.register_blueprint(field)
    app.register_blueprint(draw_doors.draws)
    app.jinja_env.globals["farm_treatments"] = orders.farm_treatments
    app.jinja_env.globals["farm_batches"] = orders.farm_batches
    app.jinja_env.globals["failed_papers"] = orders.failed_papers
    for door in (sync.sync, sync.begin, sync.piece):
        app.extensions["csrf"].exempt(door)  # they ask for another proof: see views/sync.py
