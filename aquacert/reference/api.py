"""JSON doors of the reference room: the published tables, by cursor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from aquacert.http import api
from aquacert.http.gates import allowed, look
from aquacert.kernel.permissions import P
from aquacert.reference import queries
from aquacert.reference.models import Disease, Division, Rule, Species

bp = Blueprint("reference_api", __name__, url_prefix="/api/v1/reference")
READ = P.REFERENCE_READ


@bp.get("/divisions")
@allowed(READ)
def divisions() -> ResponseReturnValue:
    """Divisions, retired ones with their last day. `q` finds by name or code; `parent` narrows."""
    with look() as unit:
        statement = queries.divisions(unit, _q())
        if parent := request.args.get("parent"):
            statement = statement.where(Division.parent_code == parent)
        found = unit.page(statement, Division.id, api.cursor(), api.size())
        return api.listing(found, shape_division)


@bp.get("/divisions/<code>")
@allowed(READ)
def division(code: str) -> ResponseReturnValue:
    """One division with its path from the province."""
    with look() as unit:
        row = queries.division(unit, code)
        path = [step.code for step in queries.division_path(unit, code)]
        return api.answer(
            shape_division(row) | {"path": path, "full_name": queries.full_name(unit, code)}
        )


@bp.get("/species")
@allowed(READ)
def species() -> ResponseReturnValue:
    """Species, found by any name, alias or FAO code (`q`)."""
    with look() as unit:
        found = unit.page(queries.all_species(unit, _q()), Species.id, api.cursor(), api.size())
        return api.listing(found, shape_species)


@bp.get("/species/<code>/duties")
@allowed(READ)
def duties(code: str) -> ResponseReturnValue:
    """What the procedures in force today ask for a species."""
    with look() as unit:
        row = queries.species(unit, code)
        found = queries.duties(unit, code, unit.today)
        items = [duty.__dict__ | {"method_codes": list(duty.method_codes)} for duty in found]
        return api.answer({"species": row.code, "on": unit.today, "items": items})


@bp.get("/diseases")
@allowed(READ)
def diseases() -> ResponseReturnValue:
    """Diseases, found by name, agent or code (`q`)."""
    with look() as unit:
        found = unit.page(queries.all_diseases(unit, _q()), Disease.id, api.cursor(), api.size())
        return api.listing(found, shape_disease)


@bp.get("/rules")
@allowed(READ)
def rules() -> ResponseReturnValue:
    """The rule book: every dated rule, how sure it is, and whether it binds here today."""
    with look() as unit:
        found = unit.page(queries.rules(unit, _q()), Rule.id, api.cursor(), api.size())
        return api.listing(found, lambda row: shape_rule(queries.rule_line(unit, row)))


def shape_division(row: Division) -> dict[str, Any]:
    """Return a division as JSON."""
    return {
        "code": row.code,
        "parent": row.parent_code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "level": row.level,
        "kind": row.kind,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "successor": row.successor_code,
        "sureness": row.sureness,
        "source": row.source,
    }


def shape_species(row: Species) -> dict[str, Any]:
    """Return a species as JSON."""
    return {
        "code": row.code,
        "fao_code": row.fao_code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "scientific_name": row.scientific_name,
        "group": row.group,
        "water": row.water,
        "unit": row.base_unit,
        "sureness": row.sureness,
    }


def shape_disease(row: Disease) -> dict[str, Any]:
    """Return a disease as JSON."""
    return {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "agent": row.agent,
        "class_573": row.class_573 or None,
        "woah": row.woah,
        "trigger": row.trigger,
        "sureness": row.sureness,
    }


def shape_rule(line: queries.RuleLine) -> dict[str, Any]:
    """Return a rule as JSON."""
    return {
        "id": line.id,
        "rule": line.rule.rule_id,
        "name_zh": line.name_zh,
        "value": line.rule.value,
        "unit": line.rule.unit,
        "article": line.rule.article,
        "sureness": line.rule.sureness,
        "from_on": line.rule.from_on,
        "until_on": line.rule.until_on,
        "source": line.rule.source,
        "adopted_by": list(line.adopters),
        "binds": line.binds,
        "in_force": line.is_present,
    }


def _q() -> str:
    return request.args.get("q", "").strip()
