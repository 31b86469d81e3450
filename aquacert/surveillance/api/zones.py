"""JSON doors of zones: GeoJSON out, an adjustment in, a second person's word."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, needed
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.commands.shapes import (
    Change,
    adjust_zone,
    confirm_version,
    refuse_version,
)
from aquacert.surveillance.parsers.zonefile import read_area, read_line
from aquacert.surveillance.queries.outlines import as_bytes, in_force, of_zone, zone
from aquacert.surveillance.queries.previews import preview
from aquacert.surveillance.queries.shapes import extent, extent_now
from aquacert.surveillance.rules.datum import Datum, to_wgs84
from aquacert.surveillance.rules.shapes import Flow, Shape, ShapeKind, Tier, circle

GEOJSON = "application/geo+json"


@bp.get("/zones.geojson")
@allowed(P.EVENT_READ)
def zones_geojson() -> ResponseReturnValue:
    """Return every zone that acts today as GeoJSON; ?together=1: overlapping ones as one."""
    with look() as unit:
        return _file(in_force(unit, together=request.args.get("together") == "1"))


@bp.get("/zones/<uuid:zone_id>.geojson")
@allowed(P.EVENT_READ)
def zone_geojson(zone_id: UUID) -> ResponseReturnValue:
    """Return one zone as GeoJSON; ?version= an old one."""
    with look() as unit:
        return _file(of_zone(unit, zone(unit, zone_id), request.args.get("version", type=int)))


@bp.post("/zones/<uuid:zone_id>/adjust")
@allowed(P.ZONE_KEEP)
def adjust(zone_id: UUID) -> ResponseReturnValue:
    """Adjust a zone; ?dry_run=1 only counts what it would touch.

    {"base": version, "until_on": day, "reason": text, "datum": "wgs84"|"gcj02", "shapes":
    [{"tier", "kind": "circle"|"polygon"|"reach", "geometry": GeoJSON, "metres", "name", "flow"}]}
    """
    change = _change(body())
    if request.args.get("dry_run") == "1":
        with look() as unit:
            row = zone(unit, zone_id)
            before = extent_now(unit, row)
            after = extent(before.from_on, change.until_on, change.shapes, change.tier)
            seen = preview(unit, row, before, after, change.base)
        rows = [{"what": label, "now": now, "then": then} for label, now, then in seen.rows]
        return answer({"counts": rows, "needs_second_person": seen.narrower})
    with work(once=api_key()) as w:
        row_made = adjust_zone(w, zone_id, change)
        told = {"version": row_made.id, "number": row_made.number, "state": row_made.state}
        w.reply = as_text(told)
    return answer(told)


@bp.post("/zones/versions/<uuid:version_id>/<any(confirm,refuse):act>")
@allowed(P.ZONE_KEEP)
def decide(version_id: UUID, act: str) -> ResponseReturnValue:
    """Agree to a proposed change or refuse it: {"because": text}."""
    because = str(needed(body(), "because"))
    command = confirm_version if act == "confirm" else refuse_version
    with work(once=api_key()) as w:
        command(w, version_id, because)
        w.reply = as_text({"version": version_id, "act": act})
    return answer({"version": version_id, "act": act})


def _file(found: dict[str, Any]) -> ResponseReturnValue:
    data, etag = as_bytes(found)
    response = Response(data, mimetype=GEOJSON)
    response.set_etag(etag)
    return response.make_conditional(request)


def _change(values: dict[str, Any]) -> Change:
    given = needed(values, "shapes")
    try:
        datum = Datum(values.get("datum", Datum.WGS84))
        until = date.fromisoformat(str(needed(values, "until_on")))
        shapes = tuple(_shape(one, datum) for one in given)
        base, tier = int(needed(values, "base")), Tier(values.get("tier", Tier.PROTECTION))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        sentence = "管控区的写法不对，请看接口说明。"
        raise Invalid(sentence, shapes=sentence) from None
    return Change(base, until, shapes, str(needed(values, "reason")), tier=tier, datum=datum)


def _shape(given: dict[str, Any], datum: Datum) -> Shape:
    kind, tier = ShapeKind(given["kind"]), Tier(given["tier"])
    metres = int(given["metres"]) if given.get("metres") is not None else None
    name = str(given.get("name") or "")[:40]
    if kind is ShapeKind.CIRCLE:
        lon, lat = (float(one) for one in given["geometry"]["coordinates"][:2])
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError(lon, lat)
        at = to_wgs84(lat, lon) if datum is Datum.GCJ02 else (lat, lon)
        return circle(tier, *at, metres or 0, name)
    text = json.dumps(given["geometry"])
    if kind is ShapeKind.REACH:
        flow = Flow(given.get("flow", ""))
        return Shape(tier, kind, read_line(text, datum), metres or 0, name, flow)
    return Shape(tier, kind, read_area(text, datum), None, name)
