"""The same doors for programs with a token, under /api/v1/sync."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.inspections.queries.day import day
from aquacert.inspections.views import sync as doors
from aquacert.kernel.permissions import P

bp = Blueprint("sync_api", __name__, url_prefix="/api/v1/sync")


@bp.get("/day")
@allowed(P.INSPECTION_INSPECT)
def download() -> ResponseReturnValue:
    """Return the visits of the token's person until tomorrow night, with checklists and codes."""
    with look() as unit:
        return answer(day(unit))


@bp.post("")
@allowed(P.INSPECTION_READ)
def sync() -> ResponseReturnValue:
    """Take records made offline: {"device", "person", "sent_at", "records": [...]}.

    Each record {"id", "kind", "base_version", "at", "elapsed_ms", "body"} is judged alone; the
    answer holds, in order, accepted | same | conflict (mine, theirs) | refused (reason) for each.
    A record's id serves once for ever.
    """
    return doors.records()


@bp.post("/files")
@allowed(P.INSPECTION_INSPECT)
def begin() -> ResponseReturnValue:
    """Announce a file: {"sha256", "size", "media_type"} → {"id", "offset", "done"}."""
    return doors.announce()


@bp.patch("/files/<uuid:upload_id>")
@allowed(P.INSPECTION_INSPECT)
def piece(upload_id: UUID) -> ResponseReturnValue:
    """Take a piece of a file: raw bytes that begin at the header Upload-Offset; 204 or 409."""
    return doors.take_piece(upload_id)


@bp.get("/files/<uuid:upload_id>")
@allowed(P.INSPECTION_INSPECT)
def reached(upload_id: UUID) -> ResponseReturnValue:
    """Say in the header Upload-Offset how many bytes of a file are here."""
    return doors.where(upload_id)


piece.takes = "application/octet-stream"  # type: ignore[attr-defined]
