"""Several alike declarations of one farm accepted at once: each for itself, none for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.commands import accept_declaration
from aquacert.declarations.forms import AcceptForm
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import checks_of_each, declaration
from aquacert.declarations.queries.lists import DeclarationLine, lines
from aquacert.declarations.queries.office import (
    MOST_ALIKE,
    alike,
    changed_at,
    numbers_of,
    vets_here,
)
from aquacert.declarations.rules.numbers import short
from aquacert.declarations.rules.plan import amount
from aquacert.declarations.views.blueprint import bp
from aquacert.declarations.views.office import ask_time, moment, seen_in
from aquacert.declarations.views.panel import vet_options
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.kernel.errors import AquaCertError, Invalid, Repeated
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look


@dataclass
class AlikeLine:
    """One of the declarations: as it is now, what the machine did not pass, what came of it."""

    line: DeclarationLine
    seen: str
    open_checks: tuple[str, ...]
    is_chosen: bool
    refused: str = ""


@bp.route("/<uuid:declaration_id>/alike", methods=["GET", "POST"])
@allowed(P.DECLARATION_ACCEPT)
def accept_alike(declaration_id: UUID) -> ResponseReturnValue:
    """What waits of this farm: choose, one time and one vet for all, each gets its own 受理单."""
    form = AcceptForm()
    refused: dict[UUID, str] = {}
    done = 0
    with look() as unit:
        paper = declaration(unit, declaration_id)
        form.vet_id.choices = [("", _("稍后再派")), *vet_options(vets_here(unit, paper))]
    if form.validate_on_submit():
        with form.catching():
            ask_time(form)
            with look() as unit:
                at = moment(unit, form.visit_at.data)
            chosen = _chosen()
            if not chosen:
                raise Invalid(_("请至少勾一份。"))
            for key in chosen:
                refused[key] = _accept(form, key, at)
            refused = {key: words for key, words in refused.items() if words}
            done = len(chosen) - len(refused)
    if done and not refused:
        flash(_("受理了 %(n)s 份，每份都有自己的受理单", n=done))
        return redirect(url_for(".index"))
    with look() as unit:
        found = _lines(unit, paper, refused)
        missed = _missed(unit, found, refused)
    status = form.status if form.wrong else (409 if refused else 200)
    return page(
        "declarations/alike.html",
        form=form,
        paper=paper,
        lines=found,
        missed=missed,
        refused=len(refused),
        done=done,
        amount=amount,
        short=short,
    ), status


def _chosen() -> list[UUID]:
    """Return the ticked declarations that the page showed; what is no id is passed over."""
    found = []
    for text in request.form.getlist("chosen"):
        if f"seen-{text}" not in request.form:
            continue
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))[:MOST_ALIKE]


def _accept(form: AcceptForm, key: UUID, at: datetime | None) -> str:
    """Accept one in a unit of its own; return why not, "" when it is accepted."""
    try:
        with work(once=f"{form.key()}-{key}") as w:
            accept_declaration(
                w,
                key,
                visit_at=at,
                visit_place=form.visit_place.data or "",
                vet_id=UUID(form.vet_id.data) if form.vet_id.data else None,
                seen_at=seen_in(request.form.get(f"seen-{key}")),
                only_passed=True,
            )
            w.reply = "accepted"
    except Repeated:
        return ""
    except AquaCertError as error:
        reasons = [said(one) for one in getattr(error, "reasons", ())]
        fields = [said(one) for one in getattr(error, "fields", {}).values()]
        return "；".join(one.rstrip("。") for one in (said(error.sentence), *reasons, *fields))
    return ""


def _missed(
    unit: Look, found: Sequence[AlikeLine], refused: Mapping[UUID, str]
) -> list[tuple[str, str]]:
    """Return number and reason of what was not accepted and waits here no longer.

    Somebody else answered it meanwhile, or it is not this office's; then it has no number here.
    """
    here = {one.line.declaration_id for one in found}
    gone = {key: words for key, words in refused.items() if key not in here}
    numbers = numbers_of(unit, gone)
    return [(short(numbers.get(key, "")), words) for key, words in gone.items()]


def _lines(unit: Look, paper: Declaration, refused: dict[UUID, str]) -> list[AlikeLine]:
    """Return what waits of the farm, ticked where every check passed."""
    rows = alike(unit, paper)
    checks = checks_of_each(unit, [row.id for row in rows])
    found = []
    for row, line in zip(rows, lines(unit, rows), strict=True):
        open_ = tuple(one.title for one in checks.get(row.id, ()) if not one.ok)
        ticked = not open_ and row.id in checks and row.id not in refused
        found.append(
            AlikeLine(line, str(changed_at(row) or ""), open_, ticked, refused.get(row.id, ""))
        )
    return found
