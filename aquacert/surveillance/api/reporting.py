"""JSON doors of own reporting: the figures of the monitoring points' months."""

from __future__ import annotations

from dataclasses import asdict

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.queries.monthly import figures


@bp.get("/figures")
@allowed(P.POINT_READ)
def month_figures() -> ResponseReturnValue:
    """Return figures: ?year= and one of ?month=, ?quarter=; ?division=, ?accepted=1 narrow them."""
    year = request.args.get("year", type=int)
    if year is None or not 2000 <= year <= 2100:
        raise Invalid("请写年份。", year="例如 2026")
    with look() as unit:
        found = figures(
            unit,
            year,
            month=request.args.get("month", type=int),
            quarter=request.args.get("quarter", type=int),
            division_code=request.args.get("division", ""),
            accepted_only=request.args.get("accepted") == "1",
        )
    return answer({"items": [asdict(one) for one in found]})
