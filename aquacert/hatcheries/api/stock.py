"""JSON doors of the stock ledger: read it, book by hand, split, transfer, correct."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response

from aquacert.hatcheries.api.farms import bp
from aquacert.hatcheries.commands import (
    Provenance,
    book_stock,
    correct_stock,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.queries import balance, entries, lot_of
from aquacert.hatcheries.queries.origins import origins_of
from aquacert.hatcheries.rules import BY_HAND
from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, read_day
from aquacert.reference.rules.quantity import parse_quantity


@bp.get("/lots/<uuid:lot_id>/movements")
@allowed(P.HATCHERY_READ)
def movements(lot_id: UUID) -> Response:
    """Show a lot's whole ledger in order; a purchase with its certificate and how that stands."""
    with look() as unit:
        _unit_of(unit, lot_id)
        rows = entries(unit, lot_id)
        origins = origins_of(unit, [one.id for one in rows])
        found = [
            {
                "position": one.position,
                "kind": one.kind,
                "step": one.step,
                "quantity": one.quantity,
                "balance": one.balance,
                "at": one.at,
                "happened_on": one.happened_on,
                "other_lot": one.other_lot_id,
                "reason": one.reason,
                "certificate_number": origins[one.id].certificate_number
                if one.id in origins
                else None,
                "standing": origins[one.id].standing if one.id in origins else None,
            }
            for one in rows
        ]
    return answer({"items": found, "next": None})


@bp.post("/lots/<uuid:lot_id>/movements")
@allowed(P.HATCHERY_KEEP)
def book(lot_id: UUID) -> Response:
    """Write one entry by hand: kind, quantity, reason, happened_on, certificate_number."""
    asked = body()
    kind = str(needed(asked, "kind"))
    if kind not in BY_HAND:
        raise Invalid("变动原因不对。", kind="可用：hatch、capture、purchase、death、disposal。")
    with work(once=api_key()) as w:
        quantity = parse_quantity(str(needed(asked, "quantity")), unit=_unit_of(w, lot_id))
        entry = book_stock(
            w,
            lot_id,
            kind,
            quantity,
            str(asked.get("reason") or ""),
            happened_on=_day(w, asked),
            provenance=Provenance(str(asked.get("certificate_number") or "")),
        )
        w.reply = as_text({"position": entry.position, "balance": entry.balance})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/lots/<uuid:lot_id>/split")
@allowed(P.HATCHERY_KEEP)
def split(lot_id: UUID) -> Response:
    """Put a part or all of a lot into another pond as a lot of its own: pond, quantity, reason."""
    asked = body()
    with work(once=api_key()) as w:
        quantity = parse_quantity(str(needed(asked, "quantity")), unit=_unit_of(w, lot_id))
        pond_id, reason = _key(asked, "pond"), str(needed(asked, "reason"))
        new = split_lot(w, lot_id, to_pond_id=pond_id, quantity=quantity, reason=reason)
        w.reply = as_text({"id": new, "balance": balance(w, lot_id)})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/lots/<uuid:lot_id>/transfer")
@allowed(P.HATCHERY_KEEP)
def transfer(lot_id: UUID) -> Response:
    """Move seed into another lot of the same seed: to, quantity, reason."""
    asked = body()
    with work(once=api_key()) as w:
        quantity = parse_quantity(str(needed(asked, "quantity")), unit=_unit_of(w, lot_id))
        other = lot_of(w, _key(asked, "to"))[1].id
        transfer_stock(w, lot_id, other, quantity, str(needed(asked, "reason")))
        w.reply = as_text({"balance": balance(w, lot_id)})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/lots/<uuid:lot_id>/correct")
@allowed(P.HATCHERY_KEEP)
def correct(lot_id: UUID) -> Response:
    """Correct a lot to what was counted, 0 too: counted, reason."""
    asked = body()
    counted = asked.get("counted")
    if isinstance(counted, bool) or not isinstance(counted, int):
        raise Invalid("清点数要是整数。", counted="请填 0 或大于 0 的整数。")
    with work(once=api_key()) as w:
        _unit_of(w, lot_id)
        correct_stock(w, lot_id, counted, str(needed(asked, "reason")))
        w.reply = as_text({"balance": counted})
        return Response(w.reply, status=201, mimetype="application/json")


def _unit_of(unit: Look, lot_id: UUID) -> str:
    """Return the unit of a lot that is in scope."""
    return lot_of(unit, lot_id)[1].unit


def _key(asked: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(str(needed(asked, name)))
    except ValueError:
        raise Invalid("编号不对。", **{name: "请填这一项的 id。"}) from None


def _day(look: Look, asked: dict[str, Any]) -> date | None:
    said = asked.get("happened_on")
    return read_day(str(said), look.today, "happened_on", Side.PAST) if said else None
