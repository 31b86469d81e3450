"""The vets' days: who is free, what is planned, what everybody has open."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.workload import day_view, week_counts
from aquacert.declarations.rules.numbers import short
from aquacert.declarations.rules.workload import FIRST_HOUR, LAST_HOUR, open_hours
from aquacert.declarations.views.blueprint import bp
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

FARTHEST = timedelta(days=400)


@bp.get("/vets")
@allowed(P.DECLARATION_ASSIGN, P.DECLARATION_ACCEPT, P.INSPECTION_INSPECT)
def vets() -> ResponseReturnValue:
    """One day of every vet; with `?for=` each free hour leads back to that declaration's answer."""
    with look() as unit:
        on = _day(unit.today)
        chosen = _for()
        paper = declaration(unit, chosen) if chosen else None
        return page(
            "declarations/vets.html",
            rows=day_view(unit, on),
            week=week_counts(unit, on),
            on=on,
            today=unit.today,
            hours=range(FIRST_HOUR, LAST_HOUR + 1),
            ahead=open_hours(on, unit.now),
            paper=paper,
            short=short,
            step=timedelta(days=7),
        )


def _day(today: date) -> date:
    """Return the day that was asked for, or today when it is no day or far away."""
    try:
        on = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return on if abs(on - today) < FARTHEST else today


def _for() -> UUID | None:
    text = request.args.get("for", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
