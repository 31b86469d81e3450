"""JSON doors for a laboratory's own system, under /api/v1/labs."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, cursor, listing, size
from aquacert.http.gates import allowed, current_actor, house, look
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from labs.bench.queries import OwedTest, owed_orders, owed_tests
from labs.exchange import queries
from labs.exchange.commands import take_message
from labs.exchange.queries import MessageLine
from labs.exchange.rules import MessageState
from labs.intake.models import AssayOrder
from labs.turnaround.queries import DueLine, due_of

bp = Blueprint("labs_exchange_api", __name__, url_prefix="/api/v1/labs")
LONGEST = 4_000_000


@bp.get("/work")
@allowed(P.LAB_READ)
def work_owed() -> ResponseReturnValue:
    """Return the tests that are owed: blind code, what the sample is, disease, method, when it is due.

    `returned` says why an earlier result came back; a test that is held by a pool is not listed.
    """
    with look() as unit:
        found = unit.page(owed_orders(unit), AssayOrder.id, after=cursor(), size=size())
        tests = {test.order.id: test for test in owed_tests(unit, found.items)}
        dues = due_of(unit, tests)
        return listing(found, lambda order: _owed(tests[order.id], dues.get(order.id)))


@bp.post("/messages")
@allowed(P.LAB_ENTER, P.LAB_RECEIVE)
def messages() -> ResponseReturnValue:
    """Take a signed message (a compact JWS, type aquacert-lab+jwt, ES256, the system's own key) as the body.

    Claims: aud "aquacert", lab, sequence (from 1, each one more), message_id, sent_at, kind (receipt, run, finding,
    nothing), body. Messages are applied strictly by sequence: 202 and state "held" name the numbers it waits for; 200
    state "applied"; 200 state "refused" with every reason. The same message again gets the same answer.
    """
    token = request.get_data(cache=False)
    if not token or len(token) > LONGEST or not token.isascii():
        raise Invalid("请求内容应是一份签名的报文（JWS），最长 4 MB。")
    line = take_message(house().database, current_actor(), token)
    return answer(_message(line), 202 if line.state is MessageState.HELD else 200)


messages.takes = "application/jose"  # type: ignore[attr-defined]


@bp.get("/messages/<int:sequence>")
@allowed(P.LAB_READ)
def message(sequence: int) -> ResponseReturnValue:
    """Return what became of a message of the caller's system."""
    with look() as unit:
        for row in queries.system_of(unit, unit.actor.person_id):
            found = queries.message_at(unit, row.id, sequence)
            if found is not None:
                return answer(_message(queries.line_of(unit, found)))
        raise queries.no_message()


def _owed(test: OwedTest, due: DueLine | None) -> dict[str, Any]:
    return {
        "blind_code": test.item.blind_code,
        "kind": test.item.kind,
        "species": test.item.species,
        "life_stage": test.item.life_stage,
        "matrix": test.item.matrix,
        "individuals": test.item.individuals,
        "disease": test.order.disease_code,
        "method": test.order.method_code,
        "received_at": test.item.received_at,
        "due_at": None if due is None else due.at,
        "returned": test.returned,
    }


def _message(line: MessageLine) -> dict[str, Any]:
    return {
        "sequence": line.sequence,
        "message_id": line.message_id,
        "state": line.state,
        "reasons": list(line.reasons),
        "settled_at": line.settled_at,
        "waiting_for": list(line.waiting_for),
    }
