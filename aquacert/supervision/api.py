"""JSON doors of supervision, under /api/v1/supervision."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.kernel.permissions import P
from aquacert.supervision import queries
from aquacert.supervision.queries import Span
from aquacert.supervision.rules import parse_month

bp = Blueprint("supervision_api", __name__, url_prefix="/api/v1/supervision")


@bp.get("/counts")
@allowed(P.STATISTICS_READ)
def counts() -> ResponseReturnValue:
    """Return issued counts: ?from=2026-01&until=2026-05&county=320000&species=…, newest first."""
    with look() as unit:
        usual = queries.last_year(unit)
        first, last = request.args.get("from", ""), request.args.get("until", "")
        span = Span(
            parse_month(first, "from") if first else usual.first,
            parse_month(last, "until") if last else usual.last,
        )
        lines = queries.counts(
            unit, span, request.args.get("county", ""), request.args.get("species", "")
        )
    return answer({"items": [asdict(line) for line in lines]})
