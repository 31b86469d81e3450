"""What a signed-in inspector may know of where a certificate was scanned."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.certificates.log.queries import scan_count
from aquacert.certificates.models import Certificate, ScanPlace
from aquacert.certificates.scans.rules import Sighting, far_apart
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

MOST = 20


@dataclass(frozen=True)
class Scans:
    """How often, where, and whether two places are too far apart."""

    count: int
    sightings: tuple[Sighting, ...]
    """newest first, at most 20"""
    far: tuple[Sighting, Sighting] | None


def scans_of(look: Look, certificate_id: UUID) -> Scans:
    """Return the scans of a visible certificate; raise `NotFound` otherwise."""
    look.get(Certificate, certificate_id)
    rows = look.scalars(
        select(ScanPlace)
        .where(ScanPlace.certificate_id == certificate_id)
        .order_by(ScanPlace.hour_at.desc(), ScanPlace.id.desc())
        .limit(MOST * 5)
    )
    sightings = tuple(_sighting(look, row) for row in rows)
    return Scans(scan_count(look, certificate_id), sightings[:MOST], far_apart(sightings))


def _sighting(look: Look, row: ScanPlace) -> Sighting:
    try:
        path = reference.division_path(look, row.county)
    except NotFound:
        return Sighting(row.county, row.county, row.county, row.hour_at, row.source, row.count)
    city = path[1].code if len(path) > 2 else path[-1].code
    name = "".join(step.name_zh for step in path)
    return Sighting(row.county, city, path[0].code, row.hour_at, row.source, row.count, name)
