"""JSON door of the draw: what was drawn for one declaration. The public files are under /draws."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.inspections.api.visits import bp
from aquacert.inspections.queries.draws import ticket_of
from aquacert.kernel.permissions import P


@bp.get("/<uuid:declaration_id>/draw")
@allowed(P.DRAW_READ)
def draw(declaration_id: UUID) -> ResponseReturnValue:
    """Return what was drawn for a declaration; `draw` is null while nothing was."""
    with look() as unit:
        line = ticket_of(unit, declaration_id)
        found = (
            None
            if line is None
            else {
                "day": line.day_on,
                "state": line.state.value,
                "ticket": line.ticket,
                "content_hash": line.content_hash,
                "extra_batch": line.extra_batch,
                "extra_disease": line.extra_disease,
                "second_vet": line.second_vet,
                "recheck": line.recheck,
                "proposed_vet": line.vet_number,
            }
        )
    return answer({"draw": found})
