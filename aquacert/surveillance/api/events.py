"""JSON doors of events and zones, and of feed files."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer, as_text, body, cursor, listing, needed, size
from aquacert.http.gates import allowed, api_key, look, work
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance import commands, queries
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.commands.shapes import ask_lift
from aquacert.surveillance.models import Event, Zone
from aquacert.surveillance.queries.events import changes_of, sees_reasons
from aquacert.surveillance.queries.zones import ZoneLine, zones
from aquacert.surveillance.rules.events import Realm


@bp.get("/events")
@allowed(P.EVENT_READ)
def events() -> ResponseReturnValue:
    """Return events by cursor; ?q= words, ?realm=aquatic|terrestrial|unmapped."""
    realm = request.args.get("realm")
    if realm is not None and realm not in {one.value for one in Realm}:
        raise Invalid("realm 只能是 aquatic、terrestrial 或 unmapped。", realm="三者之一")
    with look() as unit:
        statement = queries.events(unit, request.args.get("q", ""), Realm(realm) if realm else None)
        return listing(unit.page(statement, Event.id, cursor(), size()), _event)


@bp.get("/events/<uuid:event_id>")
@allowed(P.EVENT_READ)
def event(event_id: UUID) -> ResponseReturnValue:
    """Return one event with everything the source said, its changes and its zones."""
    with look() as unit:
        row = queries.event(unit, event_id)
        grounds = sees_reasons(unit)
        changes = [
            {"at": one.at, "diff": one.diff}
            | ({"by": one.by, "reason": one.reason} if grounds else {})
            for one in changes_of(unit, event_id)
        ]
        lines = [_zone(line) for line in queries.zones_of(unit, event_id)]
        whole = _event(row) | {"values": row.content, "changes": changes, "zones": lines}
        return answer(whole)


@bp.post("/events/<uuid:event_id>/<any(confirm,deny):act>")
@allowed(P.ZONE_KEEP)
def judge(event_id: UUID, act: str) -> ResponseReturnValue:
    """Confirm or deny an event: {"reason": text}."""
    reason = str(needed(body(), "reason"))
    command = commands.confirm_event if act == "confirm" else commands.deny_event
    with work(once=api_key()) as w:
        command(w, event_id, reason)
        w.reply = as_text({"event": event_id, "act": act})
    return answer({"event": event_id, "act": act})


@bp.get("/zones")
@allowed(P.EVENT_READ)
def zone_list() -> ResponseReturnValue:
    """Return zones by cursor; ?in_force=1 for those that stand today."""
    with look() as unit:
        statement = zones(unit, in_force_only=request.args.get("in_force") == "1")
        found = unit.page(statement, Zone.id, cursor(), size())
        return listing(found, lambda zone: _one_zone(unit, zone))


@bp.post("/events/<uuid:event_id>/zones")
@allowed(P.ZONE_KEEP)
def open_zone(event_id: UUID) -> ResponseReturnValue:
    """Open a zone: {"divisions": [code], "from_on", "until_on", "reason"}.

    "drawn": true draws the default circles around the event's coordinates.
    """
    values = body()
    codes = needed(values, "divisions")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise Invalid("divisions 应该是区划代码的列表。", divisions='例如 ["320116"]')
    with work(once=api_key()) as w:
        zone_id = commands.open_zone(
            w,
            event_id,
            codes,
            _day(needed(values, "from_on"), "from_on"),
            _day(needed(values, "until_on"), "until_on"),
            str(needed(values, "reason")),
            is_drawn=values.get("drawn") is True,
        )
        w.reply = as_text({"zone": zone_id})
    return answer({"zone": zone_id}, 201)


@bp.post("/zones/<uuid:zone_id>/lift")
@allowed(P.ZONE_KEEP)
def lift_zone(zone_id: UUID) -> ResponseReturnValue:
    """Propose to lift a zone: {"reason": text}; it stands until a second person agrees."""
    reason = str(needed(body(), "reason"))
    with work(once=api_key()) as w:
        row = ask_lift(w, zone_id, reason)
        told = {"zone": zone_id, "version": row.id, "state": row.state}
        w.reply = as_text(told)
    return answer(told)


def _event(row: Event) -> dict[str, Any]:
    return {
        "id": row.id,
        "source": row.source,
        "source_key": row.source_key,
        "disease": row.disease_written,
        "disease_code": row.disease_code,
        "realm": row.realm,
        "status": row.status,
        "verdict": row.verdict,
        "is_confirmed": row.is_confirmed,
        "country": row.country,
        "place": row.place,
        "division_code": row.division_code,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "observed_on": row.observed_on,
        "reported_on": row.reported_on,
        "cases": row.cases,
        "deaths": row.deaths,
    }


def _one_zone(unit: Look, zone: Zone) -> dict[str, Any]:
    return _zone(queries.zone_lines(unit, [zone])[0])


def _zone(line: ZoneLine) -> dict[str, Any]:
    zone = line.zone
    return {
        "id": zone.id,
        "event": zone.event_id,
        "disease_code": zone.disease_code,
        "divisions": list(line.division_codes),
        "from_on": zone.from_on,
        "until_on": zone.until_on,
        "reason": zone.reason,
        "is_automatic": zone.is_automatic,
        "lifted_at": zone.lifted_at,
        "lift_reason": zone.lift_reason,
        "acts": line.acts,
    }


def _day(value: object, field: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        sentence = "日期应该写成 2026-05-09。"
        raise Invalid(sentence, **{field: sentence}) from None
