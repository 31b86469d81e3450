"""Zones as GeoJSON (RFC 7946, WGS-84): one zone, or all that act today."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.surveillance.models.events import Zone
from aquacert.surveillance.parsers.zonefile import feature
from aquacert.surveillance.queries.merged import merged
from aquacert.surveillance.queries.shapes import current_of, extent_now, versions
from aquacert.surveillance.queries.zones import ZoneLine, zone_lines, zones
from aquacert.surveillance.rules.shapes import Tier

NOTE = "WGS-84（CGCS2000），经度在前，RFC 7946。示意，不作边界依据。"
MOST = 1_000


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a feature collection that says its coordinate system in words (RFC 7946 §4)."""
    return {
        "type": "FeatureCollection",
        "coordinate_system": "WGS-84",
        "note": NOTE,
        "features": list(features),
    }


def of_zone(look: Look, zone: Zone, number: int | None = None) -> dict[str, Any]:
    """Return a zone's parts, of an old version where a number is named."""
    [line] = zone_lines(look, [zone])
    if number is None:
        return collection(_features(look, line))
    for version in versions(look, zone.id):
        if version.row.number == number:
            facts = _facts(line) | {"version": number, "state": version.row.state}
            return collection(
                feature(shape, facts, str(part)) for part, shape in version.extent.parts
            )
    raise NotFound


def in_force(look: Look, *, together: bool = False) -> dict[str, Any]:
    """Return every zone that acts today; `together`: those of one disease that overlap as one."""
    if together:
        return collection(_merged(look))
    rows = look.scalars(zones(look, in_force_only=True).limit(MOST))
    lines = [line for line in zone_lines(look, rows) if line.acts]
    return collection(one for line in lines for one in _features(look, line))


def as_bytes(found: dict[str, Any]) -> tuple[bytes, str]:
    """Return the file's bytes and its ETag: the same zones are the same bytes."""
    data = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return data, hashlib.sha256(data).hexdigest()[:32]


def zone(look: Look, zone_id: UUID) -> Zone:
    """Return one zone that this actor may see, or raise `NotFound`."""
    found = look.one(select(Zone).where(Zone.id == zone_id, look.visible(Zone)))
    if found is None:
        raise NotFound
    return found


def _features(look: Look, line: ZoneLine) -> Iterable[dict[str, Any]]:
    version = current_of(look, line.zone.id)
    facts = _facts(line) | {"version": version.number if version else 0}
    parts = extent_now(look, line.zone).parts
    if not parts:  # by list alone: no outline is shipped, the codes are all there is
        return [
            {
                "type": "Feature",
                "id": str(line.zone.id),
                "geometry": None,
                "properties": facts | {"kind": "list", "tier": line.zone.tier},
            }
        ]
    return [feature(shape, facts, str(part)) for part, shape in parts]


def _facts(line: ZoneLine) -> dict[str, Any]:
    row = line.zone
    return {
        "zone": str(row.id),
        "event": str(row.event_id),
        "disease_code": row.disease_code,
        "disease": line.disease_name,
        "divisions": list(line.division_codes),
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat() if row.until_on else None,
        "acts": line.acts,
    }


def _merged(look: Look) -> Iterable[dict[str, Any]]:
    for group in merged(look):
        for tier in Tier:
            outline = group.outline(tier)
            if outline is not None:
                yield {
                    "type": "Feature",
                    "geometry": outline,
                    "properties": {
                        "disease_code": group.disease_code,
                        "disease": group.disease_name,
                        "tier": tier.value,
                        "zones": [str(line.zone.id) for line in group.lines],
                        "events": [str(one) for one in group.event_ids],
                    },
                }
