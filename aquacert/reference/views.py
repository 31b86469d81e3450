"""Doors of the reference room: look things up, and adopt an unverified rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.house import house
from aquacert.http.pages import page
from aquacert.http.sentences import said
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries
from aquacert.reference.commands import adopt_rule
from aquacert.reference.forms import AdoptForm
from aquacert.reference.models import (
    BASIS_WORDS,
    GROUP_WORDS,
    LEVEL_WORDS,
    TRIGGER_WORDS,
    WATER_WORDS,
    WOAH_WORDS,
    Rule,
)
from aquacert.reference.rules.dated import SURENESS_WORDS, in_force
from aquacert.reference.rules.dates import NAMED, day_words, read_day

bp = Blueprint("reference", __name__, url_prefix="/reference")
READ = P.REFERENCE_READ


def prepare(app: Flask) -> None:
    """Let templates show a typed day as it is understood, and offer days near today."""
    app.jinja_env.filters["understood"] = _understood
    app.jinja_env.globals["days_from_today"] = _days


def _today() -> date:
    return legal_day(house().database.clock.now())


def _understood(text: object) -> str:
    """Return 2026-11-20（周五） in the reader's language, or nothing for a text that is no day."""
    try:
        return said(day_words(read_day(str(text or ""), _today())))
    except Invalid:
        return ""


def _days(quick: Sequence[int]) -> list[tuple[str, str]]:
    """Return (昨天, 2026-11-21) for each number of days from today."""
    words = {shift: word for word, shift in list(NAMED.items())[::-1]}
    return [(words[one], (_today() + timedelta(days=one)).isoformat()) for one in quick]


WORDS = {
    "groups": GROUP_WORDS,
    "levels": LEVEL_WORDS,
    "triggers": TRIGGER_WORDS,
    "waters": WATER_WORDS,
    "bases": BASIS_WORDS,
    "woahs": WOAH_WORDS,
    "surenesses": SURENESS_WORDS,
}


@bp.get("/")
@allowed(READ)
def index() -> ResponseReturnValue:
    """The room's first page: the divisions."""
    return redirect(url_for(".divisions"))


@bp.get("/divisions")
@allowed(READ)
def divisions() -> ResponseReturnValue:
    """Divisions, found by name, former name, pinyin initials or code."""
    q, number = _asked()
    retired = request.args.get("retired") == "1"
    with look() as unit:
        found = unit.pages(queries.divisions(unit, q, retired=retired), number)
        paths = {row.code: queries.full_name(unit, row.code) for row in found.items}
        return page(
            "reference/divisions.html", pages=found, q=q, retired=retired, paths=paths, **WORDS
        )


@bp.get("/divisions/<code>")
@allowed(READ)
def division(code: str) -> ResponseReturnValue:
    """One division: where it lies, from when until when, what lies in it."""
    with look() as unit:
        row = queries.division(unit, code)
        return page(
            "reference/division.html",
            row=row,
            stands=in_force(row.from_on, row.until_on, unit.today),
            path=queries.division_path(unit, code),
            children=queries.children(unit, code),
            heir=queries.division(unit, row.successor_code) if row.successor_code else None,
            **WORDS,
        )


@bp.get("/species")
@allowed(READ)
def species() -> ResponseReturnValue:
    """Species, found by any name, alias, pinyin initials or FAO code."""
    q, number = _asked()
    with look() as unit:
        found = unit.pages(queries.all_species(unit, q), number)
        others = {row.code: queries.aliases(unit, row.code) for row in found.items}
        return page("reference/species.html", pages=found, q=q, others=others, **WORDS)


@bp.get("/species/<code>")
@allowed(READ)
def one_species(code: str) -> ResponseReturnValue:
    """One species: its names and unit, and what the procedures in force ask for it."""
    with look() as unit:
        return page(
            "reference/one_species.html",
            row=queries.species(unit, code),
            others=queries.aliases(unit, code),
            duties=queries.duties(unit, code, unit.today),
            edition=queries.rule(unit, "procedures.aquatic", unit.today),
            **WORDS,
        )


@bp.get("/diseases")
@allowed(READ)
def diseases() -> ResponseReturnValue:
    """Diseases by class, found by name, agent or code."""
    q, number = _asked()
    with look() as unit:
        found = unit.pages(queries.all_diseases(unit, q), number)
        return page("reference/diseases.html", pages=found, q=q, **WORDS)


@bp.get("/diseases/<code>")
@allowed(READ)
def disease(code: str) -> ResponseReturnValue:
    """One disease: class, when it is tested for, its methods and the species it affects."""
    with look() as unit:
        return page(
            "reference/disease.html",
            row=queries.disease(unit, code),
            methods=queries.methods(unit, code),
            hosts=_by_basis(unit, code),
            **WORDS,
        )


@bp.get("/rules")
@allowed(READ)
def rules() -> ResponseReturnValue:
    """The rule book: every dated rule with its article, and how sure it is."""
    q, number = _asked()
    with look() as unit:
        found = unit.pages(queries.rules(unit, q), number)
        lines = [queries.rule_line(unit, row) for row in found.items]
        return page("reference/rules.html", pages=found, lines=lines, q=q, **WORDS)


@bp.get("/rules/<uuid:row_id>")
@allowed(READ)
def rule(row_id: UUID) -> ResponseReturnValue:
    """One rule, and the form by which a province officer adopts an unverified one."""
    with look() as unit:
        line = queries.rule_line(unit, unit.get(Rule, row_id))
        form = AdoptForm(from_on=max(unit.today, line.rule.from_on))
        return page("reference/rule.html", line=line, form=form, **WORDS)


@bp.post("/rules/<uuid:row_id>/adopt")
@allowed(P.REFERENCE_ADOPT)
def adopt(row_id: UUID) -> ResponseReturnValue:
    """Adopt an unverified rule; with the second person's word it binds."""
    form = AdoptForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            row = w.get(Rule, row_id)
            done = adopt_rule(w, row.rule_id, form.from_on.data)
            w.reply = url_for(".rule", row_id=row_id)
            flash(_("已采纳，两人齐，规则生效。") if done else _("已采纳，还需另一名人员采纳。"))
            return redirect(w.reply)
    with look() as unit:
        line = queries.rule_line(unit, unit.get(Rule, row_id))
        return page("reference/rule.html", line=line, form=form, **WORDS), 422


def _asked() -> tuple[str, int]:
    """Return the search words and the page number that were asked for."""
    return request.args.get("q", "").strip(), request.args.get("page", 1, type=int)


def _by_basis(unit: Look, code: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return the species a disease is set against: basis → (code, name, sureness)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in queries.hosts(unit, code):
        name = queries.species(unit, row.species_code).name_zh
        found.setdefault(row.basis, []).append((row.species_code, name, row.sureness))
    return found
