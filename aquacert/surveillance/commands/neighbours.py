"""Officers of a neighbouring county told that a zone's outline may reach into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands import tell
from aquacert.accounts.models import InboxMessage
from aquacert.accounts.queries.addressees import people_with_role
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.audit import Fact
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.surveillance.models import Zone
from aquacert.surveillance.queries.neighbours import Neighbour, neighbours
from aquacert.surveillance.queries.shapes import extent_now
from aquacert.surveillance.queries.zones import division_codes_of

KIND = "zone"


@dataclass(frozen=True)
class NeighboursTold(Fact):
    """Officers beside a zone were told that it may concern their county."""

    tag: ClassVar[str] = "surveillance:zone:neighbours"
    title: ClassVar[str] = "管控区可能跨界，已通知邻县"
    divisions: tuple[str, ...]
    notices: int


def tell_neighbours(w: Work, zone_id: UUID) -> int:
    """Tell the officers of every county beside a zone, each once of the same; return how many."""
    zone = w.get_for_change(Zone, zone_id)
    if zone.lifted_at is not None:
        return 0
    found, told = neighbours(w, zone, extent_now(w, zone)), 0
    disease = reference.disease(w, zone.disease_code).name_zh
    own = {
        step.code
        for code in division_codes_of(w, zone.id)
        for step in reference.division_path(w, code)
    }
    for one in found:
        subject = f"邻县的{disease}管控区可能涉及{one.name}"
        for person_id in _officers(w, one.code, own):
            told += _once(w, person_id, subject, _words(one), f"/surveillance/zones/{zone_id}")
    if told:
        codes = tuple(one.code for one in found)
        w.record(NeighboursTold(codes, told), on=zone, county=min(division_codes_of(w, zone.id)))
    return told


def _words(one: Neighbour) -> str:
    inside = f"已画塘口的场有 {one.inside} 个在区内，已经拦下。" if one.inside else ""
    unknown = (
        f"还有 {one.unknown} 个场没有画塘口，不知道在不在区内，这个管控区拦不住它们。"
        if one.unknown
        else ""
    )
    return f"{inside}{unknown}请核实；需要时对同一起疫情在本县另划管控区，或请上级办理。"


def _officers(w: Work, code: str, own: set[str]) -> list[UUID]:
    """Return the county's officers and those above them that are not above the zone as well."""
    path = {step.code for step in reference.division_path(w, code)}
    theirs = people_with_role(w, Role.SURVEILLANCE_OFFICER, path - own)
    return theirs or people_with_role(w, Role.SURVEILLANCE_OFFICER, path)


def _once(w: Work, person_id: UUID, subject: str, body: str, link: str) -> int:
    known = select(InboxMessage.id).where(
        InboxMessage.to_person_id == person_id,
        InboxMessage.link == link,
        InboxMessage.subject == subject,
        InboxMessage.body == body,
    )
    if w.scalars(known.limit(1)):
        return 0
    tell(w, to_person=person_id, kind=KIND, subject=subject, body=body, link=link)
    return 1
