"""Bodies: who they are, who owns them, how they stand, what is switched on where."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, select

from aquacert.accounts.models import (
    Capability,
    Membership,
    Organisation,
    OrganisationName,
    Standing,
)
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.states import Level, OrganisationState
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Page, Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants, division_path


@dataclass(frozen=True)
class Issuer:
    """An issuing body as certificates name it."""

    id: UUID
    division_code: str
    name_zh: str
    phone: str


BODIES = table_of(Organisation)
ISSUER = Quick(
    select(BODIES.c.id, BODIES.c.division_code, BODIES.c.name_zh, BODIES.c.phone).where(
        BODIES.c.id == bindparam("body")
    )
)


CAPABILITIES = table_of(Capability)
MOST_STEPS = 4
"""Places asked for in one statement: a place and all above it. A shorter path repeats its first."""
SAID = Quick(
    select(CAPABILITIES.c.division_code, CAPABILITIES.c.is_on).where(
        CAPABILITIES.c.name == bindparam("of_name"),
        or_(*(CAPABILITIES.c.division_code == bindparam(f"step{n}") for n in range(MOST_STEPS))),
    )
)


@dataclass(frozen=True)
class StandingLine:
    """How an organisation stands, since when and why. `normal` when nobody ever said otherwise."""

    level: Level
    reason: str
    from_at: datetime | None


def organisation(look: Look, organisation_id: UUID) -> Organisation:
    """Return a body by its id, whatever the scope: a body's name and place are public."""
    found = look.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound("没有这个单位。")
    return found


def issuer(look: Look, organisation_id: UUID) -> Issuer:
    """Return what a certificate says of the body that issues it; raise `NotFound`."""
    row = look.row(ISSUER, body=organisation_id)
    if row is None:
        raise NotFound("没有这个单位。")
    return Issuer(*row)


def bodies(look: Look, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Return bodies by their ids in one question, whatever the scope: names are public."""
    if not ids:
        return {}
    rows = look.scalars(select(Organisation).where(Organisation.id.in_(sorted(ids))))
    return {row.id: row for row in rows}


def organisation_by_uscc(look: Look, uscc: str) -> Organisation | None:
    """Return the body with this unified social credit code, or None."""
    return look.one(select(Organisation).where(Organisation.uscc == uscc))


def organisations(
    look: Look, kind: str | None = None, division: str | None = None
) -> list[Organisation]:
    """Return open bodies of a kind in a division and below it, by name."""
    wanted = select(Organisation).where(Organisation.state == OrganisationState.OPEN)
    if kind:
        wanted = wanted.where(Organisation.kind == kind)
    if division:
        wanted = wanted.where(Organisation.division_code.in_(sorted(descendants(look, division))))
    return look.scalars(wanted.order_by(Organisation.name_zh, Organisation.id))


def organisations_here(look: Look, words: str = "", kind: str = "") -> Select[Organisation]:
    """Return the list of bodies that the actor administers, narrowed by words and kind."""
    wanted = select(Organisation).where(look.visible(Organisation))
    if words.strip():
        wanted = wanted.where(look.matching(Organisation, words))
    if kind:
        wanted = wanted.where(Organisation.kind == kind)
    return wanted.order_by(Organisation.division_code, Organisation.name_zh, Organisation.id)


def organisations_page(
    look: Look, words: str = "", kind: str = "", number: int = 1
) -> Pages[Organisation]:
    """Return one numbered page of the bodies the actor administers."""
    return look.pages(organisations_here(look, words, kind), number)


def organisations_stretch(look: Look, after: str | None, size: int) -> Page[Organisation]:
    """Return the stretch of the actor's bodies after a cursor, for programs."""
    return look.page(organisations_here(look), Organisation.id, after, size)


def name_on(look: Look, organisation_id: UUID, on: date) -> str:
    """Return what a body was called on that day (its first name before that)."""
    names = look.scalars(
        select(OrganisationName)
        .where(OrganisationName.organisation_id == organisation_id)
        .order_by(OrganisationName.from_on)
    )
    then = [name for name in names if name.from_on <= on] or names[:1]
    return then[-1].name_zh if then else organisation(look, organisation_id).name_zh


def same_owner(look: Look, org_a: UUID, org_b: UUID) -> bool:
    """Say whether two bodies are one, parent and child, of one parent, or led by the same person."""
    if org_a == org_b:
        return True
    one, other = organisation(look, org_a), organisation(look, org_b)
    if one.parent_id == other.id or other.parent_id == one.id:
        return True
    if one.parent_id is not None and one.parent_id == other.parent_id:
        return True
    leads = (
        select(Membership.person_id)
        .where(Membership.role.in_([Role.HATCHERY_OWNER, Role.DEALER, Role.CARRIER]))
        .where(in_force(look))
    )
    both = leads.where(Membership.organisation_id == org_a).intersect(
        leads.where(Membership.organisation_id == org_b)
    )
    return look.session.execute(both.limit(1)).first() is not None


def standing(look: Look, organisation_id: UUID) -> StandingLine:
    """Return the organisation's standing now."""
    row = look.one(
        select(Standing)
        .where(Standing.organisation_id == organisation_id)
        .order_by(Standing.from_at.desc(), Standing.id.desc())
    )
    if row is None:
        return StandingLine(Level.NORMAL, "", None)
    return StandingLine(Level(row.level), row.reason, row.from_at)


def capability_is_on(look: Look, name: str, division: str) -> bool:
    """Say whether a capability is switched on at a place; the nearest division decides.

    On where nobody switched it: a county opts out, or is switched on later by a row that says so.
    """
    codes = [place.code for place in division_path(look, division)]
    said: dict[str, bool] = {}
    for at in range(0, len(codes), MOST_STEPS):
        some = codes[at : at + MOST_STEPS]
        some += some[:1] * (MOST_STEPS - len(some))
        steps = {f"step{n}": code for n, code in enumerate(some)}
        said |= {row.division_code: row.is_on for row in look.rows(SAID, of_name=name, **steps)}
    return next((said[code] for code in reversed(codes) if code in said), True)


def agencies_for(look: Look, division: str) -> list[Organisation]:
    """Return the open agencies responsible for a place: the county's own, then those above."""
    codes = [place.code for place in division_path(look, division)]
    found = look.scalars(
        select(Organisation).where(
            Organisation.kind == "agency",
            Organisation.state == OrganisationState.OPEN,
            or_(Organisation.division_code.in_(codes)),
        )
    )
    return sorted(found, key=lambda row: (-codes.index(row.division_code), row.name_zh))
