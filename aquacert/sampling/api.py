"""JSON doors of sampling, under /api/v1/sampling."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.sampling import commands, queries
from aquacert.sampling.models import Sample
from labs.intake.rules import Carrier

bp = Blueprint("sampling_api", __name__, url_prefix="/api/v1/sampling")


@bp.get("/samples")
@allowed(P.SAMPLE_READ)
def samples() -> ResponseReturnValue:
    """Return samples of the caller's scope, oldest first."""
    with look() as unit:
        found = unit.page(queries.samples(unit), Sample.id, cursor(), size())
        return listing(found, _sample)


@bp.get("/declarations/<uuid:declaration_id>")
@allowed(P.SAMPLE_READ)
def tests(declaration_id: UUID) -> ResponseReturnValue:
    """Return every batch of a declaration with its required and ordered tests."""
    with look() as unit:
        lines = queries.batch_tests(unit, declaration_id)
        return answer(
            {
                "items": [
                    {
                        "batch": line.batch.batch_id,
                        "required": [asdict(test) for test in line.required],
                        "tests": [asdict(test) for test in line.tests],
                        "told": list(line.told),
                    }
                    for line in lines
                ]
            }
        )


@bp.post("/dispatch")
@allowed(P.SAMPLE_TAKE)
def dispatch() -> ResponseReturnValue:
    """Send samples: {"lab": id, "samples": [id, …], "box": {"number", "carrier", "waybill"}}.

    With "leave_rest": true a sample goes for the tests that this laboratory can do.
    """
    values = body()
    try:
        lab_id = UUID(str(needed(values, "lab")))
        chosen = [UUID(str(key)) for key in needed(values, "samples")]
    except (TypeError, ValueError):
        raise Invalid("编号不对。", samples="应该是样品编号的列表") from None
    with work(once=api_key()) as w:
        parcel, part = _parcel(values.get("box")), values.get("leave_rest") is True
        consignment = commands.dispatch(w, lab_id, chosen, parcel, leave_rest=part)
        w.reply = as_text({"consignment": consignment})
    return answer({"consignment": consignment}, 201)


def _parcel(written: object) -> commands.Parcel:
    """Return the box as a program names it; nothing named is drawn or left empty."""
    if written is None:
        return commands.Parcel()
    if not isinstance(written, dict):
        raise Invalid("箱不对。", box="应该是 {number, carrier, waybill}")
    try:
        carrier = Carrier(str(written.get("carrier", Carrier.OWN.value)))
    except ValueError:
        raise Invalid("送样方式不对。", box="carrier: own、courier、cold_chain、post") from None
    return commands.Parcel(
        number=str(written.get("number", "")),
        carrier=carrier,
        waybill=str(written.get("waybill", "")),
    )


def _sample(row: Sample) -> dict[str, Any]:
    return {
        "id": row.id,
        "sheet": row.sheet_number,
        "blind_code": row.blind_code,
        "seal": row.seal_number,
        "state": row.state,
        "declaration": row.declaration_id,
        "batch": row.batch_id,
        "taken_at": row.taken_at,
        "purpose": row.purpose,
        "tissue": row.tissue,
        "individuals": row.individuals,
        "pools": row.pools,
        "planned": row.planned,
        "preservation": row.preservation,
        "lab": row.lab_id,
    }
