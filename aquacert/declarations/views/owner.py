"""The owner's phone pages: home, the declaration's form, check and send, what became of it."""

from __future__ import annotations

import json
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.queries.offices import office_for
from aquacert.accounts.queries.organisations import organisation
from aquacert.declarations.commands import (
    amend_declaration,
    answer_supplement,
    copy_last,
    save_draft,
    save_fields,
    submit_declaration,
    withdraw_declaration,
)
from aquacert.declarations.commands.drafts import EDITABLE, own
from aquacert.declarations.forms import (
    ActForm,
    DeclareForm,
    StatementForm,
    answers_from,
    changed_rows,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.content import content_of, must_be_seen, seal_of
from aquacert.declarations.queries.filed import latest
from aquacert.declarations.queries.home import StockLine, home_page, lot_choices
from aquacert.declarations.queries.lists import last_sent, lines, mine
from aquacert.declarations.queries.machine import earliest
from aquacert.declarations.queries.office import road
from aquacert.declarations.queries.proxy import consent_fault
from aquacert.declarations.queries.review import answers_of, review
from aquacert.declarations.queries.words import words_of
from aquacert.declarations.queries.zoned import holds_of
from aquacert.declarations.rules.answers import Answers, flat
from aquacert.declarations.rules.filing import FormKind
from aquacert.declarations.rules.grounds import MATERIAL_WORDS
from aquacert.declarations.rules.parts import Part, piece_of
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.rules.states import State
from aquacert.declarations.rules.typed import posted, shown_before
from aquacert.declarations.views.blueprint import MAY_DECLARE, bp
from aquacert.declarations.views.parts import part_choices
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import fit_to_declare, hatchery_of, own_hatchery
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference import queries as reference

PARCEL = {"materials": MATERIAL_WORDS, "amount": amount}


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
    """Begin a declaration: the start page, or all on one page (`?all=1`, by proxy `?hatchery=`)."""
    form, answers = DeclareForm(), answers_from(posted(request.form))
    hatchery_id = _hatchery_asked()
    if hatchery_id is None and not current_actor().may(P.DECLARATION_DECLARE):
        return redirect(url_for(".proxy"))
    more = changed_or_none(answers) if request.method == "POST" else None
    if form.validate_on_submit() and more is None:
        with work(once=form.key()) as w:
            declaration_id = save_draft(w, answers, hatchery_id=hatchery_id)
            here = w.reply = _first_page(declaration_id)
        return redirect(here)
    with look() as unit:
        lots = lot_choices(unit, hatchery_id)
        if request.method == "GET" and not hatchery_id and "all" not in request.args:
            return _start_page(unit, form, lots)
        choices = part_choices(unit, None, lots)
    return page(
        "declarations/form.html",
        form=form,
        answers=more or answers,
        faults={},
        paper=None,
        was="",
        **choices,
    )


@bp.route("/<uuid:declaration_id>/edit", methods=["GET", "POST"])
@allowed(*MAY_DECLARE)
def edit(declaration_id: UUID) -> ResponseReturnValue:
    """Change the answers; saving leads back to the check page."""
    form = DeclareForm()
    if form.validate_on_submit():
        typed, was = posted(request.form), shown_before(request.form.get("was", ""))
        row, shown = request.form.get("row", ""), request.form.get("rows", "")
        with work(once=form.key()) as w:
            clashes = save_fields(w, declaration_id, typed, was, row=row, shown=shown)
            there = ".tasks" if clashes else (".edit" if row else ".check")
            here = w.reply = url_for(there, declaration_id=declaration_id)
        return redirect(here)
    with look() as unit:
        paper = declaration(unit, declaration_id)
        found = review(unit, paper)
        choices = part_choices(unit, paper)
    return page(
        "declarations/form.html",
        form=form,
        answers=found.answers,
        **choices,
        faults=found.faults if request.args.get("faults") else {},
        paper=paper,
        was=json.dumps(flat(found.answers), ensure_ascii=False),
    )


@bp.get("/<uuid:declaration_id>/check")
@allowed(*MAY_DECLARE)
def check(declaration_id: UUID) -> ResponseReturnValue:
    """The last look before sending; after sending there is nothing to send until it is changed."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        if paper.state == State.SUBMITTED.value and not paper.pending:
            return redirect(url_for(".sent", declaration_id=declaration_id))
        if paper.state not in EDITABLE:
            return redirect(url_for(".show", declaration_id=declaration_id))
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
            _send(w, declaration_id, form)
            here = w.reply = url_for(".sent", declaration_id=declaration_id)
    except Invalid as error:
        return _check_page(declaration_id, form, error), 422
    return redirect(here)


def _send(w: Work, declaration_id: UUID, form: StatementForm) -> None:
    paper, statement = own(w, declaration_id), bool(form.statement.data)
    if paper.state in EDITABLE:
        must_be_seen(content_of(paper), form.seen.data or "")
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
        farm = unit.session.get(Hatchery, paper.hatchery_id)
        desk = office_for(unit, paper.origin_code, farm.office_id if farm else None)
        filed = latest(unit, FormKind.APPLICATION, paper.id)
    word = url_for(".paper", declaration_id=paper.id, kind=FormKind.APPLICATION.value)
    kept = [("doc", _("存成 Word（申报单）"), ".docx", word)]
    if filed is not None:
        pdf = url_for(".form_pdf", declaration_id=paper.id, form_id=filed.id)
        kept.insert(0, ("save", _("存成 PDF（申报单）"), ".pdf", pdf))
    return page("declarations/sent.html", paper=paper, office=office, desk=desk, keep=kept)


@bp.post("/<uuid:declaration_id>/again")
@allowed(*MAY_DECLARE)
def again(declaration_id: UUID) -> ResponseReturnValue:
    """再报一次: a new draft like this one, without the departure."""
    form = ActForm()
    with work(once=form.key()) as w:
        copied = copy_last(w, declaration_id)
        here = w.reply = url_for(".part", declaration_id=copied, part=Part.AGAIN.value)
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


def _start_page(unit: Look, form: DeclareForm, lots: list[StockLine]) -> str:
    """Return what is needed, how early to declare, and the one button that begins."""
    farm = own_hatchery(unit)
    rule = reference.rule(unit, "declaration.lead_time", unit.today)
    return page(
        "declarations/start.html",
        form=form,
        lots=lots,
        unfit=[one for one in fit_to_declare(unit, farm.id) if one.is_hard],
        last=last_sent(unit, farm.organisation_id),
        earliest_at=earliest(unit, unit.now),
        lead=rule,
    )


def _first_page(declaration_id: UUID) -> str:
    """Return where a new draft leads: its first part after the start page, else the last look."""
    if "start" in request.form:
        return url_for(".part", declaration_id=declaration_id, part="seed-0")
    return url_for(".check", declaration_id=declaration_id)


def show_own(unit: Look, paper: Declaration, form: Form | None = None) -> str:
    """Return one declaration as its owner sees it; `form` carries a question sent wrong."""
    [line] = lines(unit, [paper])
    return page(
        "declarations/own.html",
        form=form or ActForm(),
        line=line,
        paper=paper,
        review=review(unit, paper) if paper.state == State.DRAFT.value else None,
        office=organisation(unit, paper.office_id),
        files=unit.files_of(paper),
        holds=holds_of(unit, [paper.id]).get(paper.id, ()),
        words=words_of(unit, paper.id) if paper.submitted_at else [],
        stations=road(unit, paper) if paper.submitted_at else [],
        answers=answers_of(paper),
        **PARCEL,
    )


def changed_or_none(answers: Answers) -> Answers | None:
    """Return the answers with the row that a button asked for, or None for the other buttons."""
    return changed_rows(answers, request.form.get("row", ""))


def _hatchery_asked() -> UUID | None:
    text = request.values.get("hatchery", "")
    try:
        return UUID(text) if text and current_actor().may(P.DECLARATION_PROXY) else None
    except ValueError:
        raise NotFound from None


def _check_page(declaration_id: UUID, form: StatementForm, error: Invalid | None = None) -> str:
    with look() as unit:
        paper = declaration(unit, declaration_id)
        found = review(unit, paper)
        office = organisation(unit, paper.office_id)
        agreed = paper.is_proxy and not consent_fault(unit, paper, content_of(paper))
    form.seen.data = seal_of(content_of(paper))
    if error is not None:
        found.faults |= error.fields
    return page(
        "declarations/check.html",
        form=form,
        act=ActForm(formdata=None),
        agreed=agreed,
        paper=paper,
        review=found,
        office=office,
        piece_of=piece_of,
    )
