"""Doors of intake: what is on its way, and receiving it item by item."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.intake import queries
from labs.intake.commands import receive_item
from labs.intake.forms import ReceiveForm
from labs.intake.models import Consignment
from labs.intake.rules import CONDITION_WORDS, CONSIGNMENT_MOVES, ITEM_MOVES, ConsignmentState
from labs.register.rules.sending import Workload

bp = Blueprint("labs", __name__, url_prefix="/labs")
FIRST_PAGES = (
    (P.LAB_ENTER, "labs_bench.owed"),
    (P.LAB_REVIEW, "labs_review.index"),
    (P.LAB_AUTHORISE, "labs_reports.ready"),
)


@bp.get("/")
@allowed(P.LAB_READ)
def index() -> ResponseReturnValue:
    """Go to the page where this person's work lies."""
    actor = current_actor()
    found = next((where for need, where in FIRST_PAGES if actor.may(need)), ".consignments")
    return redirect(url_for(found))


@bp.get("/consignments")
@allowed(P.LAB_READ)
def consignments() -> ResponseReturnValue:
    """Consignments, those still to be looked at by default."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    everything = request.args.get("all") == "1" or bool(words)
    state = None if everything else ConsignmentState.ANNOUNCED
    with look() as unit:
        return page(
            "labs/consignments.html",
            pages=unit.pages(queries.consignments(unit, words, state), number),
            everything=everything,
            q=words,
            words=CONSIGNMENT_MOVES.words,
        )


@bp.get("/consignments/<uuid:consignment_id>")
@allowed(P.LAB_READ)
def consignment(consignment_id: UUID) -> ResponseReturnValue:
    """One consignment, each item with its state."""
    return _consignment(consignment_id, ReceiveForm(formdata=None))


@bp.post("/consignments/<uuid:consignment_id>")
@allowed(P.LAB_RECEIVE)
def receive(consignment_id: UUID) -> ResponseReturnValue:
    """Receive one item; the page comes back for the next."""
    form = ReceiveForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            receive_item(w, form.code.data or "", form.condition.data or "", form.note.data or "")
            w.reply = url_for(".consignment", consignment_id=consignment_id)
    if form.wrong:
        return _consignment(consignment_id, form)
    return redirect(url_for(".consignment", consignment_id=consignment_id))


def _consignment(consignment_id: UUID, form: ReceiveForm) -> tuple[str, int]:
    with look() as unit:
        items = queries.items_of(unit, consignment_id)
        html = page(
            "labs/consignment.html",
            consignment=unit.get(Consignment, consignment_id),
            items=items,
            orders=queries.orders_of(unit, [item.id for item in items]),
            conditions=CONDITION_WORDS,
            words=ITEM_MOVES.words,
            form=form,
        )
    return html, form.status


@bp.app_context_processor
def workloads() -> dict[str, Callable[[UUID], Workload]]:
    """Let every page that names a laboratory say how full it is."""

    def lab_workload(lab_id: UUID) -> Workload:
        with look() as unit:
            return queries.workload(unit, [lab_id])[lab_id]

    return {"lab_workload": lab_workload}
