"""Doors of non-conformities, of what is kept, and of its destruction by two people."""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.intake import queries
from labs.intake.commands import ask_destruction, close_fault, confirm_destruction, keep_item
from labs.intake.forms import DestroyForm, DoneForm
from labs.intake.models import NonConformity
from labs.intake.queries.care import items_by_id, storages
from labs.intake.rules import FAULT_MOVES, FAULT_WORDS, STORAGE_MOVES, StorageState
from labs.intake.views.blueprint import bp
from labs.register.forms import EmptyForm, LabForm, ReasonForm


@bp.get("/faults")
@allowed(P.LAB_READ)
def faults() -> ResponseReturnValue:
    """Non-conformities, the open ones by default."""
    number, words = request.args.get("page", 1, type=int), request.args.get("q", "")
    everything = request.args.get("all") == "1"
    with look() as unit:
        chosen = queries.faults(unit, words, open_only=not everything)
        return page(
            "labs/receive_faults.html",
            pages=unit.pages(chosen, number),
            everything=everything,
            q=words,
            kinds=FAULT_WORDS,
            words=FAULT_MOVES.words,
        )


@bp.route("/faults/<uuid:fault_id>", methods=["GET", "POST"])
@allowed(P.LAB_RECEIVE)
def fault(fault_id: UUID) -> ResponseReturnValue:
    """One non-conformity; closing it says what was done."""
    form = DoneForm()
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            close_fault(w, fault_id, form.done.data or "")
            w.reply = url_for(".faults")
        if not form.wrong:
            return redirect(url_for(".faults"))
    with look() as unit:
        row = unit.get(NonConformity, fault_id)
        html = page(
            "labs/receive_fault.html",
            fault=row,
            kinds=FAULT_WORDS,
            words=FAULT_MOVES.words,
            form=form,
        )
    return html, form.status


@bp.get("/storage")
@allowed(P.LAB_READ)
def storage() -> ResponseReturnValue:
    """What is kept, what may go first on top."""
    return _storage()


@bp.post("/storage/<uuid:storage_id>/ask")
@allowed(P.LAB_RECEIVE)
def ask(storage_id: UUID) -> ResponseReturnValue:
    """Ask, as the first of two, to destroy an item."""
    form = DestroyForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            ask_destruction(w, storage_id, form.how.data or "")
            w.reply = url_for(".storage")
    return _storage(form) if form.wrong else redirect(url_for(".storage"))


@bp.post("/storage/<uuid:storage_id>/confirm")
@allowed(P.LAB_READ)
def confirm(storage_id: UUID) -> ResponseReturnValue:
    """Confirm, as the second of two, that it is gone."""
    form = EmptyForm()
    with form.trying(), work(once=form.key()) as w:
        confirm_destruction(w, storage_id)
        w.reply = url_for(".storage")
    return _storage(form) if form.wrong else redirect(url_for(".storage"))


@bp.post("/storage/<uuid:storage_id>/keep")
@allowed(P.LAB_READ)
def keep(storage_id: UUID) -> ResponseReturnValue:
    """Say that it stays."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            keep_item(w, storage_id, form.because.data or "")
            w.reply = url_for(".storage")
    return _storage(form) if form.wrong else redirect(url_for(".storage"))


def _storage(sent: LabForm | None = None) -> tuple[str, int]:
    asked = request.args.get("state", "")
    state = StorageState(asked) if asked in set(StorageState) else None
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = unit.pages(storages(unit, state), number)
        html = page(
            "labs/custody_storage.html",
            pages=pages,
            items=items_by_id(unit, [row.item_id for row in pages.items]),
            state=state,
            words=STORAGE_MOVES.words,
            today=unit.today,
            me=current_actor().person_id,
            sent=sent,
            destroying=DestroyForm(formdata=None),
            keeping=ReasonForm(formdata=None),
            plain=EmptyForm(formdata=None),
        )
    return html, sent.status if sent else 200
