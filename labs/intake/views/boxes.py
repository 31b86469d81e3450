"""Doors of boxes: scan one, take its items in one by one, close it. No mouse is needed anywhere."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.intake import queries
from labs.intake.commands import (
    arrive_box,
    close_box,
    take_back_receipt,
    take_in,
    take_temperatures,
)
from labs.intake.forms import CloseForm, FindForm, ReceiveForm, TemperatureForm
from labs.intake.models import Consignment
from labs.intake.parsers import Profile
from labs.intake.queries.care import temperature_logs
from labs.intake.rules import (
    CARRIER_WORDS,
    CONDITION_WORDS,
    CONSIGNMENT_MOVES,
    FAULT_MOVES,
    FAULT_WORDS,
    ITEM_MOVES,
    KEYS,
    PRESERVATION_WORDS,
    Condition,
    ConsignmentState,
    Order,
    blind_code,
    read_scan,
)
from labs.intake.views.blueprint import bp
from labs.register.forms import EmptyForm, LabForm
from labs.register.rules.sending import Workload

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


@bp.route("/receive", methods=["GET", "POST"])
@allowed(P.LAB_RECEIVE)
def find() -> ResponseReturnValue:
    """Scan a box, or any sample of it, and come to its page."""
    form = FindForm()
    if form.validate_on_submit():
        with form.trying(), look() as unit:
            text = form.code.data or ""
            box = queries.box_of(unit, text)
            if box is None:
                box = unit.get(Consignment, queries.item_by_code(unit, text).consignment_id)
            return redirect(url_for(".consignment", consignment_id=box.id))
    return page("labs/receive_find.html", form=form), form.status


@bp.get("/consignments/<uuid:consignment_id>")
@allowed(P.LAB_READ)
def consignment(consignment_id: UUID) -> ResponseReturnValue:
    """One box: its manifest as a grid with marks, and the field for the scanner."""
    return _consignment(consignment_id)


@bp.post("/consignments/<uuid:consignment_id>")
@allowed(P.LAB_RECEIVE)
def receive(consignment_id: UUID) -> ResponseReturnValue:
    """Take one scan in; the page comes back for the next."""
    form = ReceiveForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            asked = read_scan(
                form.code.data or "", Condition(form.condition.data or ""), form.note.data or ""
            )
            if asked.order is Order.UNDO:
                code = take_back_receipt(w, consignment_id)
                w.reply = url_for(
                    ".consignment", consignment_id=consignment_id, took="undone", code=code
                )
            elif asked.order is Order.CLOSE:
                close_box(w, consignment_id, asked.note)
                w.reply = url_for(".consignment", consignment_id=consignment_id)
            else:
                done = take_in(w, consignment_id, asked)
                w.reply = url_for(
                    ".consignment", consignment_id=consignment_id, took=done.took, code=done.code
                )
    if form.wrong:
        return _consignment(consignment_id, receiving=form)
    return redirect(w.reply or "")


@bp.post("/consignments/<uuid:consignment_id>/arrive")
@allowed(P.LAB_RECEIVE)
def arrive(consignment_id: UUID) -> ResponseReturnValue:
    """Note that the box is here."""
    form = EmptyForm()
    here = url_for(".consignment", consignment_id=consignment_id)
    with form.trying(), work(once=form.key()) as w:
        arrive_box(w, consignment_id)
        w.reply = here
    return (
        _consignment(consignment_id, receiving=None, other=form) if form.wrong else redirect(here)
    )


@bp.post("/consignments/<uuid:consignment_id>/close")
@allowed(P.LAB_RECEIVE)
def close(consignment_id: UUID) -> ResponseReturnValue:
    """Close the box; what was not seen is missing."""
    form = CloseForm()
    here = url_for(".consignment", consignment_id=consignment_id)
    with form.trying(), work(once=form.key()) as w:
        close_box(w, consignment_id, form.because.data or "")
        w.reply = here
    return _consignment(consignment_id, closing=form) if form.wrong else redirect(here)


@bp.post("/consignments/<uuid:consignment_id>/temperatures")
@allowed(P.LAB_RECEIVE)
def temperatures(consignment_id: UUID) -> ResponseReturnValue:
    """Take a logger's file in."""
    form = TemperatureForm()
    here = url_for(".consignment", consignment_id=consignment_id)
    if form.validate():
        data = form.file.data.read()
        with form.trying(), work(once=form.key()) as w:
            take_temperatures(w, consignment_id, data, _profile(form))
            w.reply = here
    return _consignment(consignment_id, logging=form) if form.wrong else redirect(here)


def _profile(form: TemperatureForm) -> Profile:
    order = {"day": True, "month": False}.get(form.order.data or "")
    return Profile(
        time_column=(form.time_column.data or "").strip(),
        temperature_column=(form.temperature_column.data or "").strip(),
        fahrenheit=form.unit.data == "f",
        day_first=order,
        slow_minutes=form.slow_minutes.data or 0,
    )


def _consignment(
    consignment_id: UUID,
    *,
    receiving: ReceiveForm | None = None,
    closing: CloseForm | None = None,
    logging: TemperatureForm | None = None,
    other: LabForm | None = None,
) -> tuple[str, int]:
    sent = receiving or closing or logging or other
    with look() as unit:
        items = queries.items_of(unit, consignment_id)
        html = page(
            "labs/consignment.html",
            consignment=unit.get(Consignment, consignment_id),
            items=items,
            orders=queries.orders_of(unit, [item.id for item in items]),
            tally=queries.tally_of(unit, consignment_id),
            faults=queries.faults_of(unit, consignment_id),
            logs=temperature_logs(unit, consignment_id),
            conditions=CONDITION_WORDS,
            carriers=CARRIER_WORDS,
            preservations=PRESERVATION_WORDS,
            fault_words=FAULT_WORDS,
            fault_states=FAULT_MOVES.words,
            words=ITEM_MOVES.words,
            keys=KEYS,
            form=receiving or ReceiveForm(formdata=None),
            closing=closing or CloseForm(formdata=None),
            logging=logging or TemperatureForm(formdata=None),
            plain=other or EmptyForm(formdata=None),
            took=request.args.get("took", ""),
            scanned=blind_code(request.args.get("code", "")) or "",
        )
    return html, sent.status if sent else 200


@bp.app_context_processor
def workloads() -> dict[str, Callable[[UUID], Workload]]:
    """Let every page that names a laboratory say how full it is."""

    def lab_workload(lab_id: UUID) -> Workload:
        with look() as unit:
            return queries.workload(unit, [lab_id])[lab_id]

    return {"lab_workload": lab_workload}
