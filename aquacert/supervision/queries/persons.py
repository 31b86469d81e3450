"""Who stands behind an entry about a sign-in, or one that nobody signed in wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import Person, SignInSession
from aquacert.accounts.queries.people import person_label
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.look import Look

SESSIONS, PEOPLE = SignInSession.__tablename__, Person.__tablename__


@dataclass(frozen=True)
class Behind:
    """The person of an entry, in public words; the name is masked by whoever shows it."""

    person_id: UUID
    label: str
    name: str


def behind(look: Look, entries: Sequence[AuditEntry]) -> dict[int, Behind]:
    """Return the person of each entry that is about a sign-in, by the entry's number.

    Reads past row scope: the entries themselves are the actor's to see.
    """
    about = [
        one
        for one in entries
        if one.subject_kind == SESSIONS or (one.subject_kind == PEOPLE and not one.actor_id)
    ]
    sessions = [UUID(one.subject_id) for one in about if one.subject_kind == SESSIONS]
    rows = look.session.execute(
        select(SignInSession.id, SignInSession.person_id).where(SignInSession.id.in_(sessions))
    )
    whose = {str(key): person_id for key, person_id in rows}
    whose |= {one.subject_id: UUID(one.subject_id) for one in about if one.subject_kind == PEOPLE}
    people = {
        person.id: Behind(person.id, person_label(look, person.id), person.name or "")
        for person in look.scalars(select(Person).where(Person.id.in_(sorted(whose.values()))))
    }
    found = {one.seq: people.get(whose.get(one.subject_id, UUID(int=0))) for one in about}
    return {seq: person for seq, person in found.items() if person is not None}
