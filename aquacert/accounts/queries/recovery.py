"""What is asked about getting back in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from aquacert.accounts.models import Membership, Person, Recovery, RecoveryCode
from aquacert.accounts.queries.actors import memberships_in_force, roles_of, secret_hash
from aquacert.accounts.queries.people import person_label
from aquacert.accounts.rules.recovery import DOCUMENT_NAMES, LIVE, Document, RecoveryState
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class RecoveryLine:
    """One request as an officer's list shows it; no name."""

    recovery_id: UUID
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
            Recovery.person_id.in_(select(Membership.person_id).where(look.visible(Membership))),
            Recovery.person_id != look.actor.person_id,
        )
        .order_by(Recovery.started_at)
    )
    return [_line(look, row, row.person_id) for row in rows if row.person_id is not None]


def _line(look: Look, row: Recovery, person_id: UUID) -> RecoveryLine:
    return RecoveryLine(
        recovery_id=row.id,
        label=person_label(look, person_id),
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
    if row is None or row.person_id is None:
        return None
    mine = select(Membership.id).where(
        Membership.person_id == row.person_id, look.visible(Membership)
    )
    if look.one(mine.limit(1)) is None:
        return None
    return row, look.session.get_one(Person, row.person_id)


def own_roles(look: Look, person_id: UUID) -> frozenset[str]:
    """Return the roles a person was appointed to himself."""
    return roles_of(memberships_in_force(look, person_id))
