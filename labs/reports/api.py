"""JSON doors of the reports, under /api/v1/labs. Authorising needs a person's second factor: it has no door here."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, cursor, listing, size
from aquacert.http.gates import allowed, look
from aquacert.kernel.permissions import P
from labs.reports import queries
from labs.reports.models import Report

bp = Blueprint("labs_reports_api", __name__, url_prefix="/api/v1/labs")


@bp.get("/reports")
@allowed(P.LAB_READ)
def reports() -> ResponseReturnValue:
    """Return the laboratory's reports."""
    with look() as unit:
        statement = queries.reports(unit)
        return listing(unit.page(statement, Report.id, after=cursor(), size=size()), _line)


@bp.get("/reports/<uuid:report_id>")
@allowed(P.LAB_READ)
def report(report_id: UUID) -> ResponseReturnValue:
    """Return a report with its whole content."""
    with look() as unit:
        row = queries.report(unit, report_id)
        return answer({**_line(row), "content": row.content})


def _line(row: Report) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "blind_code": row.blind_code,
        "state": row.standing,
        "version": row.version,
        "public_id": row.public_id,
        "positive": row.is_positive,
        "digest": row.digest,
        "authorised_at": row.authorised_at,
        "withdrawn_because": row.withdrawn_because,
    }
