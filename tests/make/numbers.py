"""Builders of the five levels and of segments handed down over them; all go through commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from aquacert.certificates.numbers import commands
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Database
from tests.make.accounts import Made, make_organisation, make_person
from tests.make.kept import kept

PROVINCE, CITY, COUNTY, OTHER = "320000", "320100", "320114", "320115"
FIRST = 3_200_000_001


@dataclass
class Levels:
    """A body of each level, a second county, and a vet of the office."""

    province: UUID
    city: UUID
    county: UUID
    office: UUID
    other: UUID
    vet: Made
    held: dict[str, UUID] = field(default_factory=dict)
    """Whose → the segment handed to it."""


@kept
def make_levels(db: Database) -> Levels:
    """Open the bodies and appoint the vet."""
    province = make_organisation(db, division=PROVINCE, name="示例省所")
    city = make_organisation(db, division=CITY, name="示例市局", parent_id=province)
    county = make_organisation(db, division=COUNTY, name="示例县局", parent_id=city)
    other = make_organisation(db, division=OTHER, name="邻县局", parent_id=city)
    office = make_organisation(db, division=COUNTY, name="示例申报点", parent_id=county)
    vet = make_person(db, "official_vet", organisation_id=office, division=COUNTY)
    return Levels(province, city, county, office, other, vet)


def hand_all_down(db: Database, levels: Levels, kind: str = "A", first: int = FIRST) -> Levels:
    """Receive 1,000 and hand them down: city 600, county 400, office 200, vet 50."""
    with db.work(SYSTEM) as w:
        at = commands.receive_segment(
            w,
            holder_id=levels.province,
            kind=kind,
            first=str(first),
            last=str(first + 999),
            because="省批次 2026-02",
        )
        levels.held["province"] = at
        steps = (("city", 600), ("county", 400), ("office", 200))
        for name, count in steps:
            at = commands.hand_down(w, at, holder_id=getattr(levels, name), count=count)
            levels.held[name] = at
        levels.held["vet"] = commands.hand_down(
            w, at, holder_id=levels.office, person_id=levels.vet.person_id, count=50
        )
    return levels


def take(db: Database, levels: Levels, count: int = 1, actor: object = None) -> list[str]:
    """Take numbers in the office's name, as the vet unless said; return them."""
    with db.work(actor or levels.vet.actor) as w:
        found = commands.reserve_numbers(
            w,
            office_id=levels.office,
            kind="A",
            load_ids=[uuid4() for _n in range(count)],
            county=COUNTY,
        )
    return [one.number for one in found]
