"""JSON doors of intake, under /api/v1/labs."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from labs.custody.queries import chain, verify_chain
from labs.custody.rules import Link
from labs.intake import queries
from labs.intake.commands import correct_receipt, receive_item
from labs.intake.models import Consignment, Item
from labs.intake.rules import Condition

bp = Blueprint("labs_intake_api", __name__, url_prefix="/api/v1/labs")


@bp.get("/consignments")
@allowed(P.LAB_READ)
def consignments() -> ResponseReturnValue:
    """Return the laboratory's consignments."""
    with look() as unit:
        return listing(
            unit.page(queries.consignments(unit), Consignment.id, after=cursor(), size=size()),
            _consignment,
        )


@bp.get("/items/<code>")
@allowed(P.LAB_READ)
def item(code: str) -> ResponseReturnValue:
    """Return one item by its blind code."""
    with look() as unit:
        row = queries.item_by_code(unit, code)
        orders = queries.orders_of(unit, [row.id])[row.id]
        tests = [{"disease": o.disease_code, "method": o.method_code} for o in orders]
        return answer({**_item(row), "tests": tests})


@bp.get("/items/<code>/custody")
@allowed(P.LAB_READ)
def custody(code: str) -> ResponseReturnValue:
    """Return an item's chain, link by link, and where it does not hold."""
    with look() as unit:
        found = queries.item_by_code(unit, code).blind_code
        return answer(
            {
                "code": found,
                "holds": not verify_chain(unit, found),
                "breaks": [one.sentence for one in verify_chain(unit, found)],
                "links": [_link(link) for link in chain(unit, found)],
            }
        )


@bp.post("/items/<code>/receipt")
@allowed(P.LAB_RECEIVE)
def receive(code: str) -> ResponseReturnValue:
    """Receive an item: {"condition": "good|damaged|leaked|missing|rejected", "note": text}."""
    values = body()
    condition = str(needed(values, "condition"))
    if condition not in set(Condition):
        raise Invalid("收样状态不认识。", condition="应为 " + "、".join(Condition))
    with work(once=api_key()) as w:
        receive_item(w, code, Condition(condition), str(values.get("note") or ""))
        shown = _item(queries.item_by_code(w, code))
        w.reply = as_text(shown)
    return answer(shown, 201)


@bp.post("/items/<code>/correction")
@allowed(P.LAB_RECEIVE)
def correct(code: str) -> ResponseReturnValue:
    """Correct a receipt by a new fact: {"condition": as for a receipt, "because": text}."""
    values = body()
    condition = str(needed(values, "condition"))
    if condition not in set(Condition):
        raise Invalid("收样状态不认识。", condition="应为 " + "、".join(Condition))
    with work(once=api_key()) as w:
        correct_receipt(w, code, Condition(condition), str(needed(values, "because")))
        shown = _item(queries.item_by_code(w, code))
        w.reply = as_text(shown)
    return answer(shown, 201)


def _link(link: Link) -> dict[str, Any]:
    return {
        "sequence": link.sequence,
        "at": rfc3339(link.at),
        "act": link.act,
        "holder": link.holder,
        "public": dict(link.public),
        "private_digest": link.private_digest,
        "previous": link.previous,
        "hash": link.hash,
    }


def _consignment(row: Consignment) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "items": row.item_count,
        "state": row.state,
        "announced_at": row.announced_at,
        "box": row.box_number,
        "carrier": row.carrier,
        "preservation": row.preservation,
        "expected_at": row.expected_at,
        "arrived_at": row.arrived_at,
    }


def _item(row: Item) -> dict[str, Any]:
    return {
        "blind_code": row.blind_code,
        "kind": row.kind,
        "species": row.species,
        "life_stage": row.life_stage,
        "matrix": row.matrix,
        "individuals": row.individuals,
        "sampled_on": row.sampled_on,
        "condition": row.condition,
        "received_at": row.received_at,
        "state": row.state,
    }
