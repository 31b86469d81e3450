"""The office's queue and one declaration's road."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.declarations.forms import (
    ActForm,
    AssignForm,
    CloseForm,
)
from aquacert.declarations.forms.desk import VisitForm, WordsForm
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import (
    DeclarationLine,
    all_load_facts,
    batches_of,
    checks_of_each,
    counts,
    declaration,
    declarations,
    machine_checks,
    overdue_count,
)
from aquacert.declarations.queries.calls import calls_of
from aquacert.declarations.queries.lists import clock_of, lines
from aquacert.declarations.queries.office import basis_of, road, vets_here
from aquacert.declarations.queries.papers import KINDS, papers_of
from aquacert.declarations.queries.proxy import consents
from aquacert.declarations.queries.queue import TABS
from aquacert.declarations.queries.words import words_of
from aquacert.declarations.queries.zoned import holds_of, in_zone_page
from aquacert.declarations.rules.answers import MODE_WORDS, PURPOSE_WORDS, SOURCE_WORDS
from aquacert.declarations.rules.basis import BASES
from aquacert.declarations.rules.consent import CONSENT_WORDS, WAY_WORDS
from aquacert.declarations.rules.grounds import GROUND_WORDS, MATERIAL_WORDS
from aquacert.declarations.rules.numbers import short
from aquacert.declarations.rules.parts import parts_changed
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.rules.states import STATE_WORDS
from aquacert.declarations.views.blueprint import bp, is_desk
from aquacert.declarations.views.calls import WORDS as CALL_WORDS
from aquacert.declarations.views.owner import show_own
from aquacert.declarations.views.panel import panel_of, vet_options
from aquacert.hatcheries.queries import lot_lines
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, current_actor, look
from aquacert.http.pages import page
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.quantity import in_words

TAB_WORDS = {
    "waiting": "待受理",
    "supplement": "补正中",
    "accepted": "已受理待派",
    "assigned": "已派员",
    "refused": "不予受理",
    "closed": "已办结",
}
FLAGGED = frozenset({"waiting", "supplement"})
"""The tabs where the machine's checks still decide something."""
WORDS = {
    "amount": amount,
    "short": short,
    "in_words": in_words,
    "states": STATE_WORDS,
    "materials": MATERIAL_WORDS,
    "grounds": GROUND_WORDS,
    "modes": MODE_WORDS,
    "purposes": PURPOSE_WORDS,
    "sources": SOURCE_WORDS,
    "paper_kinds": KINDS,
    "bases": BASES,
    "ways": WAY_WORDS,
    "consent_states": CONSENT_WORDS,
    **CALL_WORDS,
}


@bp.get("/")
@allowed(P.DECLARATION_READ)
def index() -> ResponseReturnValue:
    """The queue, the nearest limit first; an owner is led to his own list."""
    if not is_desk(current_actor()):
        return redirect(url_for(".own_list"))
    return queue_page()


def queue_page(form: Form | None = None, picked: UUID | None = None, answer: str = "") -> str:
    """Return the queue with its right panel; `form` carries what was answered wrongly."""
    tab = request.args.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    words = request.args.get("q", "")
    with look() as unit:
        at, zone = request.args.get("page", 1, type=int), request.args.get("zone", type=UUID)
        if zone is not None:
            found = in_zone_page(unit, zone, at, size=11)
        else:
            found = declarations(unit, tab, words, at, size=11)
        asked = [line.declaration_id for line in found.items] if tab in FLAGGED else []
        flags = checks_of_each(unit, asked)
        panel = panel_of(unit, picked or _picked(found.items), form, answer, flags)
        return page(
            "declarations/queue.html",
            pages=found,
            tab=tab,
            zone=zone or "",
            holds=holds_of(unit, [line.declaration_id for line in found.items]),
            tabs=TAB_WORDS,
            counts=counts(unit),
            overdue=overdue_count(unit),
            q=words,
            flags=flags,
            panel=panel,
            **WORDS,
        )


@bp.get("/<uuid:declaration_id>")
@allowed(P.DECLARATION_READ)
def show(declaration_id: UUID) -> ResponseReturnValue:
    """One declaration: its road for an official, its parcel for the owner."""
    with look() as unit:
        paper = declaration(unit, declaration_id)
        if paper.organisation_id == unit.actor.organisation_id:
            return show_own(unit, paper)
        if paper.submitted_at is None and not paper.is_proxy:
            raise NotFound
        return show_page(unit, paper)


def show_page(unit: Look, paper: Declaration, form: Form | None = None) -> str:
    """Return a declaration's desk page."""
    if paper.submitted_at is None:
        return page("declarations/proxy_draft.html", paper=paper)
    batches = batches_of(unit, paper.id)
    assign = form if isinstance(form, AssignForm) else AssignForm()
    vets = vets_here(unit, paper)
    assign.vet_id.choices = vet_options(vets)
    return page(
        "declarations/show.html",
        paper=paper,
        line=lines(unit, [paper])[0],
        loads=all_load_facts(unit, paper.id),
        batches=batches,
        lots=lot_lines(unit, [one.lot_id for one in batches]),
        checks=machine_checks(unit, paper),
        holds=holds_of(unit, [paper.id]).get(paper.id, ()),
        clock=clock_of(paper, unit.now),
        basis=basis_of(unit, paper),
        stations=road(unit, paper),
        consents=consents(unit, paper.id) if paper.is_proxy else [],
        said=words_of(unit, paper.id),
        changed=parts_changed(paper.amended_fields or ()),
        act=form if isinstance(form, WordsForm) else ActForm(),
        calls=calls_of(unit, paper.id) if unit.actor.may(P.CALL_KEEP) else [],
        files=unit.files_of(paper),
        withdrawn=unit.withdrawn_files_of(paper) if unit.actor.may(P.AUDIT_READ) else [],
        papers=papers_of(paper),
        assign=assign,
        own_hands=vets.own_hands,
        visit=form if isinstance(form, VisitForm) else visit_form(paper),
        close=form if isinstance(form, CloseForm) else CloseForm(),
        **WORDS,
    )


def visit_form(paper: Declaration) -> VisitForm:
    """Return the form of the visit as it is planned now."""
    at = paper.visit_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if paper.visit_at else ""
    return VisitForm(formdata=None, visit_at=at, visit_place=paper.visit_place)


def _picked(items: Sequence[DeclarationLine]) -> UUID | None:
    text = request.args.get("pick", "")
    try:
        return UUID(text) if text else items[0].declaration_id
    except (ValueError, IndexError):
        return None
