"""What is asked about getting back in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts.models import Membership, Person, Recovery, RecoveryCode
from aquacert.accounts.queries.actors import memberships_in_force, secret_hash
from aquacert.accounts.queries.people import person_label
from aquacert.accounts.rules.recovery import DOCUMENT_NAMES, LIVE, Document, RecoveryState
from aquacert.accounts.rules.roles import TRADE, Role
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class RecoveryLine:
    """One request as an officer's list shows it; pages mask the name."""

    recovery_id: UUID
    person_id: UUID
    username: str
    name: str | None
    label: str
    document: str
    because: str
    started_at: datetime | None
    is_mine: bool
    """Started by the very officer who reads: another one confirms."""


def codes_left(look: Look, person_id: UUID) -> int:
    """Return how many recovery codes of a person were not used."""
    statement = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return look.session.scalar(statement) or 0


def recovery_of_secret(look: Look, secret: str) -> Recovery | None:
    """Return the living request of the device that holds this secret."""
    row = look.one(select(Recovery).where(Recovery.secret_hash == secret_hash(secret)))
    return row if row is not None and is_living(look, row) else None


def recovery_of_person(look: Look, person_id: UUID) -> Recovery | None:
    """Return the request that officers have started for a person, if one lives."""
    rows = look.scalars(
        select(Recovery)
        .where(
            Recovery.person_id == person_id,
            Recovery.state.in_([RecoveryState.WAITING, RecoveryState.OPEN]),
        )
        .order_by(Recovery.started_at.desc())
    )
    return next((row for row in rows if is_living(look, row)), None)


def is_living(look: Look, row: Recovery) -> bool:
    """Say whether a request can still be used."""
    return row.state in LIVE and look.now < row.expires_at


def recoveries_waiting(look: Look) -> list[RecoveryLine]:
    """Return the requests in the actor's jurisdiction that wait for a second officer."""
    rows = look.scalars(
        select(Recovery)
        .where(
            Recovery.state == RecoveryState.WAITING,
            Recovery.expires_at > look.now,
            Recovery.person_id != look.actor.person_id,
        )
        .order_by(Recovery.started_at)
    )
    return [
        _line(look, row, look.session.get_one(Person, row.person_id))
        for row in rows
        if row.person_id is not None and answers_for(look, row.person_id)
    ]


def _line(look: Look, row: Recovery, person: Person) -> RecoveryLine:
    return RecoveryLine(
        recovery_id=row.id,
        person_id=person.id,
        username=person.username,
        name=person.name,
        label=person_label(look, person.id),
        document=DOCUMENT_NAMES[Document(row.document)] if row.document else "",
        because=row.because,
        started_at=row.started_at,
        is_mine=row.started_by_id == look.actor.person_id,
    )


def person_of_number(look: Look, number: str) -> tuple[Recovery, Person] | None:
    """Return the request with this number and its person, if he is of the actor's jurisdiction.

    None for an unknown number, a name that is nobody's and a person of elsewhere alike.
    """
    row = look.one(
        select(Recovery).where(
            Recovery.number == number,
            Recovery.state == RecoveryState.ASKED,
            Recovery.expires_at > look.now,
        )
    )
    if row is None or row.person_id is None or not answers_for(look, row.person_id):
        return None
    return row, look.session.get_one(Person, row.person_id)


def answers_for(look: Look, person_id: UUID) -> bool:
    """Say whether an account is of the actor's jurisdiction: by all that its person is among staff.

    A clerk of this county who went to the province is not this county's to let in. A farmer is
    helped wherever one of his farms lies; whoever is nobody now, where he was somebody.
    """
    ever = select(Membership).where(Membership.person_id == person_id)
    seen = {row.id for row in look.scalars(ever.where(look.visible(Membership)))}
    rows = memberships_in_force(look, person_id) or look.scalars(ever)
    staff = [row for row in rows if Role(row.role) not in TRADE]
    return any(row.id in seen for row in rows) and all(row.id in seen for row in staff)
