"""What is lent to whom, and to whom one may lend."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select

from aquacert.accounts.models import Delegation, Membership, Organisation, Person
from aquacert.accounts.queries.actors import in_force, memberships_in_force
from aquacert.accounts.queries.people import person_label
from aquacert.accounts.rules.lending import lendable
from aquacert.accounts.rules.roles import ROLE_NAMES, Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class Lending:
    """One lending as a page shows it; `person_id` names the other side of whoever looks."""

    delegation_id: UUID
    role: str
    organisation_name: str
    lender_id: UUID
    borrower_id: UUID
    from_on: date
    last_on: date
    because: str
    is_over: bool
    ended_by: str


def lendings_of(look: Look, person_id: UUID) -> list[Lending]:
    """Return what a person lent and borrowed, the newest first."""
    rows = look.session.execute(
        select(Delegation, Organisation.name_zh)
        .join(Organisation, Organisation.id == Delegation.organisation_id)
        .where(or_(Delegation.lender_id == person_id, Delegation.borrower_id == person_id))
        .order_by(Delegation.made_at.desc(), Delegation.id.desc())
    )
    return [
        Lending(
            row.id,
            ROLE_NAMES[Role(row.role)],
            name,
            row.lender_id,
            row.borrower_id,
            row.from_on,
            row.until_on - timedelta(days=1),
            row.because,
            row.ended_at is not None or row.until_on <= look.today,
            row.ended_by,
        )
        for row, name in rows
    ]


def lent_between(look: Look, one: UUID, other: UUID, since: date) -> bool:
    """Say whether either of two persons acted in the other's place on a day from `since` to today.

    Who lends a role, or acts by a lent one, is no second pair of eyes on the other's work.
    """
    pair = or_(
        and_(Delegation.lender_id == one, Delegation.borrower_id == other),
        and_(Delegation.lender_id == other, Delegation.borrower_id == one),
    )
    # What was ended early has its `until_on` as it was lent: it still counts, to be on the safe side.
    days = (Delegation.from_on <= look.today, Delegation.until_on > since)
    return look.one(select(Delegation.id).where(pair, *days).limit(1)) is not None


def own_lendable(look: Look) -> list[tuple[Membership, str]]:
    """Return the actor's own appointments that can be lent, with the body's name."""
    if look.actor.person_id is None:
        return []
    held = memberships_in_force(look, look.actor.person_id)
    return [
        (row, look.session.get_one(Organisation, row.organisation_id).name_zh)
        for row in held
        if lendable(Role(row.role))
    ]


def colleagues(look: Look) -> list[tuple[Person, str]]:
    """Return who works in a body of the actor's today, with public labels, by user name."""
    if look.actor.person_id is None:
        return []
    mine = {row.organisation_id for row in memberships_in_force(look, look.actor.person_id)}
    theirs = select(Membership.person_id).where(
        Membership.organisation_id.in_(sorted(mine)), in_force(look)
    )
    people = look.scalars(
        select(Person)
        .where(
            Person.id.in_(theirs),
            Person.id != look.actor.person_id,
            Person.state == PersonState.ACTIVE,
        )
        .order_by(Person.username)
        .limit(300)
    )
    return [(row, person_label(look, row.id)) for row in people]


def names_of(look: Look, lendings: list[Lending]) -> dict[UUID, str | None]:
    """Return the personal names of both sides of some lendings; pages mask them."""
    ids = {one.lender_id for one in lendings} | {one.borrower_id for one in lendings}
    return {row.id: row.name for row in look.scalars(select(Person).where(Person.id.in_(ids)))}
