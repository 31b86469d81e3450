"""Builders of feed files, events and officers; all go through commands."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from aquacert.surveillance import queries
from aquacert.surveillance.commands import import_empresi
from aquacert.surveillance.commands.points import PointSaid, register_point
from aquacert.surveillance.models import Event
from aquacert.surveillance.rules.points import Mode, Site
from tests.make.accounts import Made, make_organisation, make_person
from tests.make.kept import kept

V1 = [
    "Id",
    "source",
    "latitude",
    "longitude",
    "region",
    "country",
    "admin1",
    "localityName",
    "localityQuality",
    "observationDate",
    "reportingDate",
    "status",
    "disease",
    "serotypes",
    "speciesDescription",
    "sumAtRisk",
    "sumCases",
    "sumDeaths",
    "sumDestroyed",
    "sumSlaughtered",
    "humansGenderDesc",
    "humansAge",
    "humansAffected",
    "humansDeaths",
]
V2 = [
    "Event ID",
    "Disease",
    "Serotype",
    "lat",
    "lon",
    "Locality",
    "Country",
    "Region",
    "Location",
    "observation_date",
    "report_date",
    "Date",
    "Species",
    "Diagnosis Source",
    "Humans Affected",
    "Human Deaths",
]
V3 = [name.lower().replace(" ", "_") for name in V2] + ["display_date"]
LUHE = {
    "Id": "7001",
    "source": "National authorities",
    "latitude": "32.34",
    "longitude": "118.84",
    "region": "Asia",
    "country": "China",
    "admin1": "Jiangsu",
    "localityName": "Luhe District",
    "observationDate": "30/04/2026",
    "reportingDate": "01/05/2026",
    "status": "Confirmed",
    "disease": "White spot disease",
    "speciesDescription": "domestic, whiteleg shrimp:Penaeus vannamei",
    "sumCases": "300",
    "sumDeaths": "20",
}
"""A confirmed white spot disease of 六合区, reported on 2026-05-01: it opens a zone."""


def feed(rows: list[dict[str, str]], header: list[str] | None = None, delimiter: str = ",") -> str:
    """Return a file with these rows; a missing cell is blank."""
    out = io.StringIO()
    names = header or V1
    writer = csv.DictWriter(out, names, restval="", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def luhe(**changes: str) -> dict[str, str]:
    """Return the row of Luhe with some cells changed."""
    return LUHE | changes


def brought_in(db: Database, *rows: dict[str, str], name: str = "feed.csv", **how):
    """Import a v1 file with these rows as the system; return its counts."""
    with db.work(SYSTEM) as w:
        return import_empresi(w, feed(list(rows)).encode(), name, **how)


def event_of(db: Database, key: str = "7001") -> Event:
    """Return the event with this source key."""
    with db.look(SYSTEM) as look:
        row = look.one(select(Event).where(Event.source_key == key))
    assert row is not None
    return row


def zones_of(db: Database, event_id: UUID) -> list[queries.ZoneLine]:
    """Return every zone of an event."""
    with db.look(SYSTEM) as look:
        return queries.zones_of(look, event_id)


def blocked(db: Database, species: str = "PNV", place: str = "320116", on=None):
    """Return what is blocked for a species at a place."""
    with db.look(SYSTEM) as look:
        day = on or look.today
        return queries.blocks(look, species_codes={species}, division_codes={place}, on=day)


@kept
def make_officer(db: Database, division: str = "320100") -> Made:
    """Return a surveillance officer of a division."""
    body = make_organisation(db, "agency", division=division)
    return make_person(db, "surveillance_officer", organisation_id=body, division=division)


@kept
def make_zone(db: Database) -> tuple[Event, Actor]:
    """Import the Luhe event, which opens its zone; return it and an officer of Nanjing."""
    brought_in(db, luhe())
    return event_of(db), make_officer(db).actor


def make_point(
    db: Database,
    organisation_id: UUID,
    by: Actor,
    *,
    species: tuple[str, ...] = ("PNV",),
    division: str = "320114",
    from_on: date = date(2026, 2, 10),
    **more: object,
) -> UUID:
    """Put a monitoring point on record for a farm and return its id."""
    said = PointSaid(
        division_code=division,
        place="示例镇东滩村",
        name="",
        site=Site.NURSERY,
        mode=Mode.FRESH_POND,
        area="120",
        species=species,
        from_on=from_on,
        organisation_id=organisation_id,
        **more,
    )
    with db.work(by) as w:
        return register_point(w, said)
