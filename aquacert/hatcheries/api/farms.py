"""JSON doors of the hatcheries: list, show, register, review, stock. No personal data out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from aquacert.hatcheries.commands import (
    add_licence,
    approve_hatchery,
    confirm_record,
    correct_hatchery,
    refuse_hatchery,
    register_hatchery,
)
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import (
    find_place,
    hatchery,
    hatchery_page,
    licences,
    lots,
    own_hatchery,
)
from aquacert.hatcheries.queries.stock import LotLine
from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import species_named
from aquacert.reference.rules.dates import Side, read_day

bp = Blueprint("hatcheries_api", __name__, url_prefix="/api/v1/hatcheries")
EACH_LOT = '每个有苗的批都要有清点数，例如 {"批的 id": {"counted": 500000}}。'
TEXTS = ("name", "uscc", "place", "level", "kind", "contact_name", "phone", "password")


@bp.get("")
@allowed(P.HATCHERY_READ)
def index() -> Response:
    """List the visible hatcheries, oldest first."""
    with look() as unit:
        found = hatchery_page(unit, cursor(), size())
    return listing(found, shape)


@bp.get("/<uuid:hatchery_id>")
@allowed(P.HATCHERY_READ)
def show(hatchery_id: UUID) -> Response:
    """Show one hatchery with its licences and lots."""
    with look() as unit:
        row = hatchery(unit, hatchery_id)
        whole = shape(row) | {
            "licences": [
                {
                    "id": one.licence_id,
                    "kind": one.kind,
                    "number": one.number,
                    "from_on": one.from_on,
                    "until_on": one.until_on,
                    "verified": one.is_verified,
                    "species": one.species_names,
                }
                for one in licences(unit, row.id)
            ],
            "lots": [
                {
                    "id": one.lot_id,
                    "number": one.number,
                    "pond": one.pond_name,
                    "species": one.species_code,
                    "life_stage": one.life_stage,
                    "unit": one.unit,
                    "balance": one.balance,
                }
                for one in lots(unit, row.id)
            ],
        }
    return answer(whole)


@bp.post("")
@allowed(P.HATCHERY_APPROVE)
def create() -> Response:
    """Register a farm for its owner (who gets the account): the same fields as the open page."""
    asked = body()
    said = {name: str(needed(asked, name)) for name in TEXTS}
    with work(once=api_key()) as w:
        hatchery_id = register_hatchery(
            w,
            name=said["name"],
            uscc=said["uscc"],
            place=said["place"],
            level=said["level"],
            kind=said["kind"],
            contact_name=said["contact_name"],
            phone=said["phone"],
            password=said["password"],
            division_code=find_place(w, str(needed(asked, "division_code"))),
            username=str(asked.get("username") or ""),
            is_one_person=asked.get("is_one_person") is True,
        )
        w.reply = as_text({"id": hatchery_id, "state": "registered"})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/<uuid:hatchery_id>/approve")
@allowed(P.HATCHERY_APPROVE)
def approve(hatchery_id: UUID) -> Response:
    """Approve a registration."""
    with work(once=api_key()) as w:
        approve_hatchery(w, hatchery_id)
        w.reply = as_text({"id": hatchery_id, "state": "approved"})
        return Response(w.reply, mimetype="application/json")


@bp.post("/<uuid:hatchery_id>/refuse")
@allowed(P.HATCHERY_APPROVE)
def refuse(hatchery_id: UUID) -> Response:
    """Refuse a registration: because."""
    because = str(needed(body(), "because"))
    with work(once=api_key()) as w:
        refuse_hatchery(w, hatchery_id, because)
        w.reply = as_text({"id": hatchery_id, "state": "refused"})
        return Response(w.reply, mimetype="application/json")


@bp.post("/<uuid:hatchery_id>/correct")
@allowed(P.HATCHERY_APPROVE)
def correct_farm(hatchery_id: UUID) -> Response:
    """Correct a registration: because, and what changes (name, division_code, place, level, kind).

    `species` holds the whole list of each licence it names: {licence id: [names or codes]}.
    """
    asked = body()
    texts = ("name", "place", "level", "kind")
    said = {name: asked[name] for name in texts if asked.get(name) not in (None, "")}
    if wrong := {name: "请填文字。" for name, one in said.items() if not isinstance(one, str)}:
        raise Invalid("有几项不是文字。", **wrong)
    because = str(needed(asked, "because"))
    with work(once=api_key()) as w:
        if asked.get("division_code"):
            said["division_code"] = find_place(w, str(asked["division_code"]))
        is_changed = correct_hatchery(
            w, hatchery_id, because=because, species=_species(w, asked.get("species")), **said
        )
        w.reply = as_text({"id": hatchery_id, "changed": is_changed})
        return Response(w.reply, mimetype="application/json")


@bp.post("/<uuid:hatchery_id>/licences")
@allowed(P.HATCHERY_KEEP, P.HATCHERY_APPROVE)
def licence(hatchery_id: UUID) -> Response:
    """Put a licence on record: kind, number, from_on, until_on, species (names or codes)."""
    asked = body()
    named = asked.get("species") or []
    if not isinstance(named, list):
        raise Invalid("species 应该是一个列表。", species='例如 ["草鱼"]。')
    with work(once=api_key()) as w:
        licence_id = add_licence(
            w,
            hatchery_id,
            kind=str(asked.get("kind") or "seed"),
            number=str(needed(asked, "number")),
            from_on=_day(w, asked, "from_on", Side.ANY),
            until_on=_day(w, asked, "until_on", Side.AHEAD),
            species=tuple(species_named(w, str(one)).code for one in named),
        )
        w.reply = as_text({"id": licence_id})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.post("/own/confirm")
@allowed(P.HATCHERY_KEEP)
def confirm() -> Response:
    """Confirm the own base record and every lot that holds something.

    `lots`: {lot id: {"counted": whole number, "reason": needed where it differs}}.
    """
    asked = body().get("lots") or {}
    if not isinstance(asked, dict) or not all(isinstance(one, dict) for one in asked.values()):
        raise Invalid("lots 应该是一个对象。", lots=EACH_LOT)
    with work(once=api_key()) as w:
        farm = own_hatchery(w)
        counted, reasons = _counted(lots(w, farm.id), asked)
        confirm_record(w, farm.id, counted, reasons=reasons)
        w.reply = as_text({"id": farm.id, "confirmed_on": w.today})
        return Response(w.reply, mimetype="application/json")


def _counted(
    held: Sequence[LotLine], asked: dict[str, Any]
) -> tuple[dict[UUID, int], dict[UUID, str]]:
    """Read what was counted of each lot that holds something; raise `Invalid` for one left out."""
    counted: dict[UUID, int] = {}
    reasons: dict[UUID, str] = {}
    for lot in held:
        said = asked.get(str(lot.lot_id))
        if said is None and not lot.balance:
            continue
        number = said.get("counted") if said is not None else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise Invalid(f"批 {lot.number} 没有清点数。", lots=EACH_LOT)
        counted[lot.lot_id], reasons[lot.lot_id] = number, str((said or {}).get("reason") or "")
    return counted, reasons


def shape(row: Hatchery) -> dict[str, Any]:
    """Return a hatchery as JSON holds it; a one-person farm's name is personal and left out."""
    return {
        "id": row.id,
        "name": None if row.is_one_person else row.name,
        "uscc": row.uscc,
        "division": row.division_code,
        "level": row.level,
        "kind": row.kind,
        "state": row.state,
        "confirmed_on": row.confirmed_on,
        "registered_at": row.registered_at,
        "office_id": row.office_id,
        "merged_into": row.merged_into_id,
    }


def _species(look: Look, asked: object) -> dict[UUID, tuple[str, ...]]:
    """Read {licence id: [names or codes]}; raise `Invalid` for anything else."""
    example = '例如 {"许可证的 id": ["草鱼"]}。'
    if asked is None:
        return {}
    if not isinstance(asked, dict) or not all(isinstance(one, list) for one in asked.values()):
        raise Invalid("species 应该是一个对象。", species=example)
    found: dict[UUID, tuple[str, ...]] = {}
    for key, names in asked.items():
        try:
            licence_id = UUID(key)
        except ValueError:
            raise Invalid("species 应该是一个对象。", species=example) from None
        found[licence_id] = tuple(species_named(look, str(one)).code for one in names)
    return found


def _day(look: Look, asked: dict[str, Any], name: str, side: Side) -> date:
    return read_day(str(needed(asked, name)), look.today, name, side)
