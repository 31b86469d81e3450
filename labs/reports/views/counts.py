"""How much waits at each stage of the laboratory, for its tabs and for the rail."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, select

from aquacert.http.gates import house, look
from aquacert.kernel.work import Look
from labs.bench.queries import owed_orders, results
from labs.bench.rules import ResultState
from labs.intake.models import Item
from labs.intake.queries import consignments
from labs.intake.rules import ConsignmentState
from labs.reports import queries
from labs.reports.views import public as _public_doors  # noqa: F401 (its doors join here)
from labs.reports.views.blueprint import bp, public


def counts(unit: Look) -> dict[str, int]:
    """Return how much waits at each stage of this person's laboratory."""
    stages: dict[str, Select[Any]] = {
        "consignments": consignments(unit, "", ConsignmentState.ANNOUNCED),
        "owed": owed_orders(unit),
        "review": results(unit, ResultState.ENTERED),
        "ready": queries.ready_items(unit),
    }
    return {
        name: unit.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery()))
        or 0
        for name, asked in stages.items()
    }


def rail(unit: Look) -> tuple[int, int]:
    """Return the open work of the laboratory for the rail; red = damaged items still under test."""
    waiting = counts(unit)
    odd = unit.session.scalar(
        select(func.count())
        .select_from(Item)
        .where(unit.visible(Item), Item.state == "received", Item.condition != "good")
    )
    return sum(waiting.values()), odd or 0


@bp.app_context_processor
def offer_counts() -> dict[str, Callable[[], dict[str, int]]]:
    """Offer the stages' counts to the laboratory's tabs; asked only where they are shown."""

    def lab_counts() -> dict[str, int]:
        with look() as unit:
            return counts(unit)

    return {"lab_counts": lab_counts}


def prepare(app: Flask) -> None:
    """Let the rail count the laboratory's work; join the public page, which lies outside /labs."""
    app.register_blueprint(public)
    with app.app_context():
        house().rail["labs"] = rail
