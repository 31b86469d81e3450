"""The owner's phone pages: home, the declaration's form, check and send, what became of it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.queries.organisations import organisation
from aquacert.declarations.commands import (
    amend_declaration,
    answer_supplement,
    copy_last,
    save_draft,
    submit_declaration,
    withdraw_declaration,
)
from aquacert.declarations.forms import (
    ActForm,
    DeclareForm,
    StatementForm,
    answers_from,
    changed_rows,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.home import home_page, lot_choices
from aquacert.declarations.queries.lists import lines, mine
from aquacert.declarations.queries.review import answers_of, review
from aquacert.declarations.rules.answers import MODE_WORDS, PURPOSE_WORDS, SOURCE_WORDS, Answers
from aquacert.declarations.rules.grounds import MATERIAL_WORDS
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.rules.states import State
from aquacert.declarations.views.blueprint import MAY_DECLARE, bp
from aquacert.hatcheries.queries import hatchery_of, own_hatchery
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work

PARCEL = {"materials": MATERIAL_WORDS, "amount": amount}
WORDS = {"modes": MODE_WORDS, "purposes": PURPOSE_WORDS, "sources": SOURCE_WORDS}


@bp.get("/home")
@allowed(P.DECLARATION_DECLARE)
def home() -> ResponseReturnValue:
    """The owner's first page: the warning, 再报一次, parcels, ponds."""
    with look() as unit:
        if hatchery_of(unit, unit.actor.organisation_id) is None:
            return page("declarations/no_farm.html", form=ActForm())
        shown = home_page(unit)
    return page("declarations/home.html", form=ActForm(), home=shown, **PARCEL)


@bp.get("/mine")
@allowed(P.DECLARATION_DECLARE)
def own_list() -> ResponseReturnValue:
    """Every declaration of the own farm."""
    words = request.args.get("q", "")
    with look() as unit:
        farm = own_hatchery(unit)
        number = request.args.get("page", 1, type=int)
        found = mine(unit, farm.organisation_id, words, number)
    return page("declarations/mine.html", pages=found, q=words, **PARCEL)


@bp.route("/new", methods=["GET", "POST"])
@allowed(*MAY_DECLARE)
def new() -> ResponseReturnValue:
    """Begin a declaration; by proxy with ?hatchery=."""
    form, answers = DeclareForm(), answers_from(request.form)
    hatchery_id = _hatchery_asked()
    more = changed_or_none(answers) if request.method == "POST" else None
    if form.validate_on_submit() and more is None:
        with work(once=form.key()) as w:
            declaration_id = save_draft(w, answers, hatchery_id=hatchery_id)
            here = w.reply = url_for(".check", declaration_id=declaration_id)
        return redirect(here)
    with look() as unit:
        lots = lot_choices(unit, hatchery_id)
    return page(
        "declarations/form.html",
        form=form,
        answers=more or answers,
        lots=lots,
        faults={},
        paper=None,
        **WORDS,
    )


@bp.route("/<uuid:declaration_id>/edit", methods=["GET", "POST"])
@allowed(*MAY_DECLARE)
def edit(declaration_id: UUID) -> ResponseReturnValue:
    """Change the answers; saving leads back to the check page."""
    form = DeclareForm()
    if form.validate_on_submit():
        answers = answers_from(request.form)
        more = changed_or_none(answers)
        with work(once=form.key()) as w:
            save_draft(w, more or answers, declaration_id)
            there = ".edit" if more else ".check"
            here = w.reply = url_for(there, declaration_id=declaration_id)
        return redirect(here)
    with look() as unit:
        paper = declaration(unit, declaration_id)
        found = review(unit, paper)
        lots = lot_choices(unit, paper.hatchery_id, but_not=paper.id)
    return page(
        "declarations/form.html",
        form=form,
        answers=found.answers,
        lots=lots,
        faults=found.faults if request.args.get("faults") else {},
        paper=paper,
        **WORDS,
    )


@bp.get("/<uuid:declaration_id>/check")
@allowed(*MAY_DECLARE)
def check(declaration_id: UUID) -> ResponseReturnValue:
    """The last look before sending."""
    return _check_page(declaration_id, StatementForm())


@bp.post("/<uuid:declaration_id>/check")
@allowed(*MAY_DECLARE)
def send(declaration_id: UUID) -> ResponseReturnValue:
    """Send a draft, or the change of one that was sent."""
    form = StatementForm()
    if not form.validate_on_submit():
        return _check_page(declaration_id, form), 422
    try:
        with work(once=form.key()) as w:
            _send(w, declaration_id, statement=bool(form.statement.data))
            here = w.reply = url_for(".sent", declaration_id=declaration_id)
    except Invalid as error:
        return _check_page(declaration_id, form, error), 422
    return redirect(here)


def _send(w: Work, declaration_id: UUID, *, statement: bool) -> None:
    paper = w.get(Declaration, declaration_id)
    if paper.state == State.SUBMITTED.value and paper.pending:
        amend_declaration(w, declaration_id, statement=statement)
    elif paper.state == State.SUPPLEMENT_REQUESTED.value:
        answer_supplement(w, declaration_id, note="", statement=statement)
    else:
        submit_declaration(w, declaration_id, statement=statement)


@bp.get("/<uuid:declaration_id>/sent")
@allowed(*MAY_DECLARE)
def sent(declaration_id: UUID) -> ResponseReturnValue:
    """Success is a page: number, what happens next and when, whom to call."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        office = organisation(unit, paper.office_id)
    return page("declarations/sent.html", paper=paper, office=office)


@bp.post("/<uuid:declaration_id>/again")
@allowed(*MAY_DECLARE)
def again(declaration_id: UUID) -> ResponseReturnValue:
    """再报一次: a new draft like this one, without the departure."""
    form = ActForm()
    with work(once=form.key()) as w:
        copied = copy_last(w, declaration_id)
        here = w.reply = url_for(".edit", declaration_id=copied)
    return redirect(here)


@bp.post("/<uuid:declaration_id>/withdraw")
@allowed(*MAY_DECLARE)
def withdraw(declaration_id: UUID) -> ResponseReturnValue:
    """Take it back before acceptance."""
    form = ActForm()
    with work(once=form.key()) as w:
        withdraw_declaration(w, declaration_id)
        here = w.reply = url_for(".show", declaration_id=declaration_id)
    flash(_("已撤回，占用的存塘数已经放开"))
    return redirect(here)


def show_own(unit: Look, paper: Declaration) -> str:
    """Return one declaration as its owner sees it."""
    [line] = lines(unit, [paper])
    return page(
        "declarations/own.html",
        form=ActForm(),
        line=line,
        paper=paper,
        review=review(unit, paper) if paper.state == State.DRAFT.value else None,
        office=organisation(unit, paper.office_id),
        files=unit.files_of(paper),
        answers=answers_of(paper),
        **PARCEL,
    )


def changed_or_none(answers: Answers) -> Answers | None:
    """Return the answers with the row that a button asked for, or None for the other buttons."""
    return changed_rows(answers, request.form.get("row", ""))


def _hatchery_asked() -> UUID | None:
    text = request.values.get("hatchery", "")
    try:
        return UUID(text) if text and current_actor().may(P.DECLARATION_ACCEPT) else None
    except ValueError:
        raise NotFound from None


def _check_page(declaration_id: UUID, form: StatementForm, error: Invalid | None = None) -> str:
    with look() as unit:
        paper = declaration(unit, declaration_id)
        found = review(unit, paper)
        office = organisation(unit, paper.office_id)
    if error is not None:
        found.faults |= error.fields
    return page(
        "declarations/check.html",
        form=form,
        paper=paper,
        review=found,
        office=office,
    )
