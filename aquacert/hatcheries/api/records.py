"""JSON doors of a farm's record: the diary, ponds as GeoJSON, fitness, renewal, closing."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request

from aquacert.hatcheries.api.farms import bp
from aquacert.hatcheries.commands import (
    add_pond,
    close_hatchery,
    reopen_hatchery,
    shape_pond,
    write_note,
)
from aquacert.hatcheries.models import Pond
from aquacert.hatcheries.queries import (
    diary,
    fit_to_declare,
    hatchery,
    own_hatchery,
    ponds,
    withdrawals,
)
from aquacert.hatcheries.queries.diary import NoteLine
from aquacert.hatcheries.rules.outline import as_geojson, read_outline
from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.dates import Side, read_day


@bp.get("/<uuid:hatchery_id>/records")
@allowed(P.HATCHERY_READ)
def records(hatchery_id: UUID) -> Response:
    """List a farm's diary, newest first: ?page= and ?kind=; struck entries say why."""
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        number = request.args.get("page", 1, type=int)
        found = diary(unit, farm.id, kind=request.args.get("kind", ""), number=number)
        waiting = withdrawals(unit, farm.id)
    return answer(
        {
            "items": [_note(line) for line in found.items],
            "page": found.number,
            "pages": found.count,
            "withdrawals": [
                {"pond": one.pond_name, "what": one.what, "until": one.until} for one in waiting
            ],
        }
    )


@bp.post("/own/records")
@allowed(P.HATCHERY_KEEP)
def write_record() -> Response:
    """Write into the own diary: kind, on, ponds (ids), facts (texts by field of the kind)."""
    asked = body()
    facts, named = asked.get("facts") or {}, asked.get("ponds") or []
    if not isinstance(facts, dict) or not isinstance(named, list):
        raise Invalid("facts 应该是对象，ponds 应该是列表。", facts='例如 {"what": "料"}。')
    with work(once=api_key()) as w:
        made = write_note(
            w,
            own_hatchery(w).id,
            kind=str(needed(asked, "kind")),
            typed={str(name): str(value) for name, value in facts.items()},
            on=_day(w, asked),
            pond_ids=[_id(text) for text in named],
        )
        w.reply = as_text({"ids": made})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.get("/<uuid:hatchery_id>/ponds")
@allowed(P.HATCHERY_READ)
def pond_collection(hatchery_id: UUID) -> Response:
    """Show a farm's ponds as a GeoJSON collection (RFC 7946)."""
    with look() as unit:
        found = ponds(unit, hatchery(unit, hatchery_id).id)
    return answer({"type": "FeatureCollection", "features": [_pond(row) for row in found]})


@bp.post("/own/ponds")
@allowed(P.HATCHERY_KEEP)
def keep_pond() -> Response:
    """Put an own pond on record: name, sort, depth_cm, area_m2 or outline (a GeoJSON polygon)."""
    asked = body()
    outline = asked.get("outline")
    corners = read_outline(as_text(outline)) if outline else ()
    with work(once=api_key()) as w:
        pond_id = add_pond(w, own_hatchery(w).id, str(needed(asked, "name")))
        shape_pond(
            w,
            pond_id,
            sort=str(asked.get("sort") or ""),
            corners=corners,
            area=_whole(asked, "area_m2"),
            depth_cm=_whole(asked, "depth_cm"),
            volume=_whole(asked, "volume_m3"),
        )
        w.reply = as_text({"id": pond_id})
        return Response(w.reply, status=201, mimetype="application/json")


@bp.get("/<uuid:hatchery_id>/fitness")
@allowed(P.HATCHERY_READ)
def fitness(hatchery_id: UUID) -> Response:
    """Say what stands between a farm and a declaration today; nothing hard: it may declare."""
    with look() as unit:
        found = fit_to_declare(unit, hatchery(unit, hatchery_id).id)
    return answer(
        {
            "fit": not any(one.is_hard for one in found),
            "faults": [
                {
                    "reason": one.reason.value,
                    "hard": one.is_hard,
                    "sentence": one.sentence,
                    "basis": one.basis,
                }
                for one in found
            ],
        }
    )


@bp.post("/<uuid:hatchery_id>/close")
@allowed(P.HATCHERY_APPROVE)
def close(hatchery_id: UUID) -> Response:
    """Close a farm: because. Refused while declarations are open or stock is left."""
    because = str(needed(body(), "because"))
    with work(once=api_key()) as w:
        close_hatchery(w, hatchery_id, because)
        w.reply = as_text({"id": hatchery_id, "state": "closed"})
        return Response(w.reply, mimetype="application/json")


@bp.post("/<uuid:hatchery_id>/reopen")
@allowed(P.HATCHERY_APPROVE)
def reopen(hatchery_id: UUID) -> Response:
    """Open a closed farm again; it confirms its record before it declares."""
    with work(once=api_key()) as w:
        reopen_hatchery(w, hatchery_id)
        w.reply = as_text({"id": hatchery_id, "state": "approved"})
        return Response(w.reply, mimetype="application/json")


def _note(line: NoteLine) -> dict[str, Any]:
    return {
        "id": line.record_id,
        "kind": line.kind.value,
        "on": line.happened_on,
        "pond": line.pond_name,
        "facts": dict(line.facts),
        "withdrawn_until": line.withdrawn_until,
        "struck_because": line.struck_because or None,
        "ended_on": line.ended_on,
        "outcome": line.outcome or None,
        "written_at": line.at,
    }


def _pond(row: Pond) -> dict[str, Any]:
    ring = [(lon, lat) for lon, lat in row.outline or []]
    about = {
        "id": row.id,
        "name": row.name,
        "sort": row.sort,
        "area_m2": row.area_m2,
        "depth_cm": row.depth_cm,
        "volume_m3": row.volume_m3,
        "in_use": row.left_on is None,
    }
    return as_geojson(ring, about)


def _day(look: Look, asked: dict[str, Any]) -> date | None:
    said = asked.get("on")
    return read_day(str(said), look.today, "on", Side.PAST) if said else None


def _id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Invalid("没有这个塘口。", ponds="塘口要写编号（UUID）。") from None


def _whole(asked: dict[str, Any], name: str) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("要填整数。", **{name: "例如 1200。"})
    return value
