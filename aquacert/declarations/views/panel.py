"""The right panel of the queue: one whole declaration and the three lawful answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from aquacert.declarations.forms import AcceptForm, ActForm, RefuseForm, choices
from aquacert.declarations.forms.desk import OnceForm
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import all_load_facts, batches_of, declaration, machine_checks
from aquacert.declarations.queries.lists import clock_of, lines
from aquacert.declarations.queries.office import VetsHere, alike, basis_of, changed_at, vets_here
from aquacert.declarations.queries.slots import slots_of
from aquacert.declarations.queries.workload import visit_counts
from aquacert.declarations.rules.checks import Check
from aquacert.declarations.rules.grounds import Ground, Material, why_not_ground
from aquacert.declarations.rules.parts import parts_changed
from aquacert.declarations.rules.slots import Slot
from aquacert.declarations.rules.states import State
from aquacert.http.forms import Form
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.work import Look

ANSWERS = ("accept", "supplement", "refuse")
MOMENT = len("2026-05-12T13:30")


def panel_of(
    unit: Look,
    picked: UUID | None,
    form: Form | None,
    answer: str,
    known: Mapping[UUID, tuple[Check, ...]],
) -> dict[str, object] | None:
    """Return everything the right panel shows of one declaration, or None for the empty panel.

    `form` is the answer that was wrong, with what was typed; `known` are the checks of the rows
    beside it, read already.
    """
    if picked is None:
        return None
    paper = declaration(unit, picked)
    if paper.submitted_at is None:
        return None
    chosen = answer or request.args.get("answer", "accept")
    state = State(paper.state)
    slots = {slot.material.value: slot for slot in slots_of(unit, paper)}
    checks = known.get(paper.id) or machine_checks(unit, paper)
    refusal = form if isinstance(form, RefuseForm) else RefuseForm(formdata=None)
    asking = form if isinstance(form, OnceForm) else _once_form(slots)
    accepting = accept_form(unit, paper, form)
    for one in (accepting, asking, refusal):
        # What this page shows is what the next answer is to, also after a refused one.
        one.seen.data = str(changed_at(paper) or "")
    return {
        "paper": paper,
        "changed": parts_changed(paper.amended_fields or ()),
        "line": lines(unit, [paper])[0],
        "batches": batches_of(unit, paper.id),
        "loads": all_load_facts(unit, paper.id),
        "checks": checks,
        "clock": clock_of(paper, unit.now),
        "basis": basis_of(unit, paper),
        "files": unit.files_of(paper),
        "own_hands": vets_here(unit, paper).own_hands,
        "alike": len(alike(unit, paper)) if state is State.SUBMITTED else 0,
        "slots": slots,
        "answer": chosen if chosen in ANSWERS else "accept",
        "accept": accepting,
        "supplement": asking,
        "refuse": refusal,
        "closed_grounds": _closed_grounds(unit, paper),
        "act": ActForm(formdata=None),
    }


def _closed_grounds(unit: Look, paper: Declaration) -> dict[str, str]:
    """Return per ground of refusal why it cannot be chosen now; empty where it can."""
    state, asked, due = State(paper.state), paper.asked_at, paper.reply_due_at
    return {one.value: why_not_ground(one, state, asked, due, unit.now) for one in Ground}


def accept_form(unit: Look, paper: Declaration, form: Form | None) -> AcceptForm:
    """Return the acceptance with each vet's visits of that day beside him.

    `?at=` and `?vet=` come from the day view, where a free hour was chosen.
    """
    at = request.args.get("at", "")[:MOMENT]
    shown = (
        form
        if isinstance(form, AcceptForm)
        else AcceptForm(
            formdata=None,
            visit_place=paper.origin_place,
            visit_at=at,
            vet_id=request.args.get("vet", ""),
        )
    )
    vets = vet_options(vets_here(unit, paper))
    on = _day(shown.visit_at.data or "") or unit.now.astimezone(SHANGHAI).date()
    counted = visit_counts(unit, [UUID(key) for key, _words in vets], on)
    shown.vet_id.choices = [
        *choices([("", "稍后再派")]),
        *(
            (key, _("%(vet)s · 当天 %(n)s 件", vet=words, n=counted[UUID(key)]))
            for key, words in vets
        ),
    ]
    return shown


def vet_options(vets: VetsHere) -> list[tuple[str, str]]:
    """Return who may be sent as choices, in the reader's language."""
    return [(str(vet.person_id), f"{_(vet.label)} {vet.number}") for vet in vets.free]


def _once_form(slots: Mapping[str, Slot]) -> OnceForm:
    """Return the asking with everything that must be there and is not, ticked already."""
    missing = [key for key, slot in slots.items() if slot.must and not slot.filled]
    form = OnceForm(formdata=None)
    form.items.data = [key for key in missing if key != Material.ANSWERS.value]
    return form


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
