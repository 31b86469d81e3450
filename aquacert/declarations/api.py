"""JSON doors of the declarations: list, show, create, change, submit, answer. No personal data out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from aquacert.declarations.commands import (
    accept_declaration,
    ask_supplement,
    assign_vet,
    merge_draft,
    refuse_declaration,
    save_draft,
    submit_declaration,
    withdraw_declaration,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import (
    BatchLine,
    LoadFacts,
    all_load_facts,
    batches_of,
    declaration,
    declaration_page,
    machine_checks,
)
from aquacert.declarations.rules.answers import from_mapping
from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.rules.dates import Side, read_moment

bp = Blueprint("declarations_api", __name__, url_prefix="/api/v1/declarations")


@bp.get("")
@allowed(P.DECLARATION_READ)
def index() -> Response:
    """List the visible declarations, oldest first; drafts only of the own organisation."""
    with look() as unit:
        found = declaration_page(unit, cursor(), size())
    return listing(found, shape)


@bp.get("/<uuid:declaration_id>")
@allowed(P.DECLARATION_READ)
def show(declaration_id: UUID) -> Response:
    """Show one declaration with its batches, loads and the machine's checks."""
    with look() as unit:
        row = declaration(unit, declaration_id)
        whole = shape(row)
        if row.submitted_at is not None:
            whole |= {
                "batches": [_batch(one) for one in batches_of(unit, row.id)],
                "loads": [_load(one) for one in all_load_facts(unit, row.id)],
                "checks": [
                    {"reason": one.reason, "ok": one.ok, "basis": one.basis}
                    for one in machine_checks(unit, row)
                ],
            }
    return answer(whole)


@bp.post("")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_PROXY)
def create() -> Response:
    """Save a draft: batches, loads, phone; hatchery_id only by proxy. Nothing is judged yet."""
    asked = body()
    hatchery_id = _uuid(asked.get("hatchery_id"), "hatchery_id")
    with work(once=api_key()) as w:
        declaration_id = save_draft(w, from_mapping(asked), hatchery_id=hatchery_id)
        return _said(w, declaration_id, 201)


@bp.put("/<uuid:declaration_id>")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_PROXY)
def change(declaration_id: UUID) -> Response:
    """Save answers of a draft, or the pending change of a submitted declaration.

    Only what the body names is changed, so that a second window's part stays; `was` (the answers as
    the caller had last sent them, same form) lets what both changed differently come back as `clashes`.
    Rows that the body's `batches` or `loads` no longer have are taken away.
    """
    asked = body()
    was = asked.pop("was", None)
    if was is not None and not isinstance(was, dict):
        raise Invalid("was 应该是对象。", was="照上次交的内容原样带上。")
    with work(once=api_key()) as w:
        clashes = merge_draft(w, declaration_id, asked, was)
        return _said(w, declaration_id, clashes=clashes)


@bp.post("/<uuid:declaration_id>/submit")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_PROXY)
def submit(declaration_id: UUID) -> Response:
    """Send it: {"statement": true} is the declarant's own word under the statutory text."""
    statement = body().get("statement") is True
    with work(once=api_key()) as w:
        submit_declaration(w, declaration_id, statement=statement)
        return _said(w, declaration_id)


@bp.post("/<uuid:declaration_id>/withdraw")
@allowed(P.DECLARATION_DECLARE, P.DECLARATION_PROXY)
def withdraw(declaration_id: UUID) -> Response:
    """Take it back before acceptance."""
    with work(once=api_key()) as w:
        withdraw_declaration(w, declaration_id)
        return _said(w, declaration_id)


@bp.post("/<uuid:declaration_id>/accept")
@allowed(P.DECLARATION_ACCEPT)
def accept(declaration_id: UUID) -> Response:
    """Accept: visit_at (2026-05-12 13:30, Shanghai), visit_place, vet_id; all may be left out."""
    asked = body()
    visit = str(asked.get("visit_at") or "")
    with work(once=api_key()) as w:
        accept_declaration(
            w,
            declaration_id,
            visit_at=read_moment(visit, w.today, "visit_at", Side.AHEAD) if visit else None,
            visit_place=str(asked.get("visit_place") or ""),
            vet_id=_uuid(asked.get("vet_id"), "vet_id"),
        )
        return _said(w, declaration_id)


@bp.post("/<uuid:declaration_id>/supplement")
@allowed(P.DECLARATION_ACCEPT)
def ask(declaration_id: UUID) -> Response:
    """Say once what is missing: items (material codes), note."""
    asked = body()
    items = needed(asked, "items")
    if not isinstance(items, list):
        raise Invalid("items 应该是一个列表。", items='例如 ["production_record"]。')
    with work(once=api_key()) as w:
        ask_supplement(
            w, declaration_id, items=[str(one) for one in items], note=str(asked.get("note") or "")
        )
        return _said(w, declaration_id)


@bp.post("/<uuid:declaration_id>/refuse")
@allowed(P.DECLARATION_ACCEPT)
def refuse(declaration_id: UUID) -> Response:
    """Refuse: ground (a lawful one), reason."""
    asked = body()
    with work(once=api_key()) as w:
        refuse_declaration(
            w,
            declaration_id,
            ground=str(needed(asked, "ground")),
            reason=str(needed(asked, "reason")),
        )
        return _said(w, declaration_id)


@bp.post("/<uuid:declaration_id>/assign")
@allowed(P.DECLARATION_ASSIGN)
def assign(declaration_id: UUID) -> Response:
    """Send an official vet: vet_id; because, where the draw proposed another."""
    asked = body()
    vet_id = _uuid(needed(asked, "vet_id"), "vet_id")
    with work(once=api_key()) as w:
        if vet_id is not None:
            assign_vet(w, declaration_id, vet_id, str(asked.get("because") or ""))
        return _said(w, declaration_id)


def shape(row: Declaration) -> dict[str, Any]:
    """Return a declaration as JSON holds it."""
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "hatchery_id": row.hatchery_id,
        "origin": row.origin_code,
        "office_id": row.office_id,
        "submitted_at": row.submitted_at,
        "answer_due_at": row.answer_due_at,
        "asked_items": row.asked_items,
        "reply_due_at": row.reply_due_at,
        "visit_at": row.visit_at,
        "vet_id": row.vet_id,
        "ground": row.ground or None,
        "reason": row.reason or None,
        "testing": row.testing,
    }


def _said(
    w: Work, declaration_id: UUID, status: int = 200, clashes: Mapping[str, str] | None = None
) -> Response:
    row = w.get(Declaration, declaration_id)
    told: dict[str, Any] = {"id": row.id, "number": row.number, "state": row.state}
    if clashes is not None:
        told["clashes"] = dict(clashes)
    w.reply = as_text(told)
    return Response(w.reply, status=status, mimetype="application/json")


def _batch(one: BatchLine) -> dict[str, Any]:
    return {
        "id": one.batch_id,
        "number": one.number,
        "species": one.species_code,
        "variety": one.variety,
        "life_stage": one.life_stage,
        "quantity": one.quantity,
        "unit": one.unit,
        "lot_id": one.lot_id,
        "pond": one.pond_name,
        "source": one.source,
        "captured_on": one.captured_on,
        "capture_place": one.capture_place or None,
        "sites": dict(one.sites),
        "brought_certificate": one.brought_certificate or None,
        "brought_province": one.brought_province or None,
        "brought_on": one.brought_on,
    }


def _load(one: LoadFacts) -> dict[str, Any]:
    return {
        "id": one.load_id,
        "number": one.load_no,
        "state": one.load_state,
        "destination": one.destination_code,
        "transport_mode": one.transport_mode,
        "plate": one.plate,
        "departs_at": one.departs_at,
        "travel_days": one.travel_days,
        "via_codes": list(one.via_codes),
        "purpose": one.purpose,
        "purpose_answers": dict(one.purpose_answers),
        "lines": [
            {"batch_id": line.batch_id, "quantity": line.load_quantity} for line in one.lines
        ],
    }


def _uuid(value: object, name: str) -> UUID | None:
    if value in (None, ""):
        return None
    try:
        return UUID(str(value))
    except ValueError:
        raise Invalid("编号不对。", **{name: "应该是一个 UUID。"}) from None
