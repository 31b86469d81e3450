"""申报点 and the vets behind them: who answers for a place, who may sign there."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.accounts.models import (
    Office,
    OfficeDivision,
    Organisation,
)
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.accounts.rules import roles
from aquacert.accounts.rules.states import OrganisationState
from aquacert.kernel.errors import Invalid, NotFound, NotReady
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants, division, division_path, full_name

NO_OFFICE = "本县还没有设立检疫申报点，请打电话给县渔业主管部门。"


@dataclass(frozen=True)
class OfficeLine:
    """An office as lists and the published page show it."""

    office_id: UUID
    organisation_id: UUID
    body_name: str
    name_zh: str
    name_en: str
    division_code: str
    place: str
    address: str
    phone: str
    hours: str
    takes: str
    opened_on: date
    closed_on: date | None
    published: bool
    serves: tuple[str, ...]


def is_open(office: Office, on: date) -> bool:
    """Say whether an office takes declarations on that day."""
    return office.opened_on <= on and (office.closed_on is None or on < office.closed_on)


def open_offices(look: Look, division_code: str) -> list[Office]:
    """Return the open offices that serve a place: those of the county first, then of those above.

    The nearest division decides: an office of the city does not count where the county has one.
    """
    codes = [place.code for place in division_path(look, division_code)]
    rows = look.session.execute(
        select(Office, OfficeDivision.division_code)
        .join(OfficeDivision, OfficeDivision.office_id == Office.id)
        .where(
            OfficeDivision.division_code.in_(codes),
            Office.opened_on <= look.today,
            or_(Office.closed_on.is_(None), Office.closed_on > look.today),
        )
    ).all()
    for code in reversed(codes):
        near = [office for office, served in rows if served == code]
        if near:
            return sorted(near, key=lambda office: (office.name_zh, office.id))
    return []


def office_for(look: Look, division_code: str, office_id: UUID | None = None) -> Office | None:
    """Return the office a farm declares at: the assigned one, else the only one of its place."""
    assigned = look.session.get(Office, office_id) if office_id is not None else None
    if assigned is not None and is_open(assigned, look.today):
        return assigned
    found = open_offices(look, division_code)
    return found[0] if len(found) == 1 else None


def office_of(look: Look, division_code: str, office_id: UUID | None = None) -> UUID:
    """Return the agency that answers for a place; raise `NotReady` when there is none.

    The body of the assigned office; else of the only open office that serves the place (several
    offices of one body are one answer); else the county's agency.
    """
    one = office_for(look, division_code, office_id)
    if one is not None:
        return one.organisation_id
    several = {office.organisation_id for office in open_offices(look, division_code)}
    if len(several) == 1:
        return several.pop()
    found = agencies_for(look, division_code)
    if not found:
        raise NotReady([NO_OFFICE])
    return found[0].id


def office(look: Look, office_id: UUID) -> Office:
    """Return an office whatever the scope: where to declare is public. Raises `NotFound`."""
    found = look.session.get(Office, office_id)
    if found is None:
        raise NotFound("没有这个申报点。")
    return found


def offices_here(look: Look, words: str = "", *, closed: bool = False) -> Select[Office]:
    """Return the offices of the actor's jurisdiction, open ones unless `closed` is asked."""
    wanted = select(Office).where(look.visible(Office))
    ended = Office.closed_on <= look.today
    wanted = wanted.where(ended if closed else or_(Office.closed_on.is_(None), ~ended))
    if words.strip():
        wanted = wanted.where(look.matching(Office, words))
    return wanted.order_by(Office.division_code, Office.name_zh, Office.id)


def offices_page(
    look: Look, words: str = "", *, closed: bool = False, number: int = 1
) -> Pages[OfficeLine]:
    """Return one numbered page of the offices of the actor's jurisdiction."""
    found = look.pages(offices_here(look, words, closed=closed), number)
    return Pages(office_lines(look, found.items), found.number, found.size, found.total)


def published_offices(look: Look, words: str = "") -> list[OfficeLine]:
    """Return every open and published office, by place: for everybody, signed in or not."""
    wanted = select(Office).where(
        Office.published.is_(True),
        Office.opened_on <= look.today,
        or_(Office.closed_on.is_(None), Office.closed_on > look.today),
    )
    if words.strip():
        wanted = wanted.where(look.matching(Office, words))
    rows = look.scalars(wanted.order_by(Office.division_code, Office.name_zh, Office.id))
    return office_lines(look, rows)


def office_lines(look: Look, rows: Collection[Office]) -> list[OfficeLine]:
    """Return offices with the names of their bodies and of the places they serve."""
    ids = [row.id for row in rows]
    served: dict[UUID, list[str]] = {}
    pairs = select(OfficeDivision).where(OfficeDivision.office_id.in_(ids))
    for pair in look.scalars(pairs.order_by(OfficeDivision.division_code)):
        served.setdefault(pair.office_id, []).append(pair.division_code)
    named = select(Organisation.id, Organisation.name_zh).where(
        Organisation.id.in_([row.organisation_id for row in rows])
    )
    bodies = {row.id: row.name_zh for row in look.session.execute(named)}
    return [
        OfficeLine(
            row.id,
            row.organisation_id,
            bodies[row.organisation_id],
            row.name_zh,
            row.name_en,
            row.division_code,
            full_name(look, row.division_code),
            row.address,
            row.phone,
            row.hours,
            row.takes,
            row.opened_on,
            row.closed_on,
            row.published,
            tuple(served.get(row.id, ())),
        )
        for row in rows
    ]


def own_agencies(look: Look) -> list[Organisation]:
    """Return the open agencies of the actor's jurisdiction: those that may set up an office."""
    wanted = select(Organisation).where(
        look.visible(Organisation),
        Organisation.kind == roles.Kind.AGENCY.value,
        Organisation.state == OrganisationState.OPEN.value,
    )
    return look.scalars(wanted.order_by(Organisation.division_code, Organisation.name_zh))


def places_named(look: Look, text: str, within: str, field: str = "serves") -> list[str]:
    """Return the codes of divisions that a list of codes or names means, below `within`.

    Raises `Invalid` on `field` for a word that means no division there, or several.
    """
    words = [word for word in re.split(r"[、，,；;\s]+", text) if word]
    below = sorted(descendants(look, within))
    names = {code: division(look, code).name_zh for code in below} if words else {}
    found: list[str] = []
    for word in words:
        means = [code for code, name in names.items() if word in {code, name, name[:-1]}]
        if len(means) != 1:
            what = "不止一个" if means else "没有"
            sentence = f"辖区里{what}“{word[:12]}”，请写 6 位代码或全名，用顿号隔开"
            raise Invalid(f"{sentence}。", **{field: sentence})
        found += means
    return list(dict.fromkeys(found))
