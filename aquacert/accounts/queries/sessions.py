"""Where somebody is signed in."""

from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import SignInSession
from aquacert.accounts.queries.actors import is_live, roles_now
from aquacert.accounts.rules.sessions import SessionState, is_field
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look


def sessions_of(look: Look, person_id: UUID) -> list[SignInSession]:
    """Return a person's sign-ins whose time is not up, the newest sighting first."""
    rows = look.scalars(
        select(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.state != SessionState.ENDED)
        .order_by(SignInSession.seen_at.desc(), SignInSession.id)
    )
    names = roles_now(look, person_id)
    return [row for row in rows if is_live(look, row, names)]


def ended_sessions(look: Look, person_id: UUID, most: int = 10) -> list[SignInSession]:
    """Return the sign-ins of a person that were ended last."""
    return look.scalars(
        select(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.state == SessionState.ENDED)
        .order_by(SignInSession.ended_at.desc(), SignInSession.id)
        .limit(most)
    )


def field_session(look: Look, person_id: UUID, but: UUID) -> SignInSession | None:
    """Return the field sign-in of a vet that is open, other than `but`, timed out or not."""
    return look.one(
        select(SignInSession).where(
            SignInSession.person_id == person_id,
            SignInSession.state == SessionState.OPEN,
            SignInSession.is_field,
            SignInSession.id != but,
        )
    )


def own_session(look: Look, session_id: UUID) -> SignInSession:
    """Return one of the actor's own sign-ins, open or over; raise `NotFound` for another's."""
    row = look.session.get(SignInSession, session_id)
    if row is None or row.person_id != look.actor.person_id:
        raise NotFound
    return row


def living_field_session(look: Look, person_id: UUID, but: UUID) -> SignInSession | None:
    """Return the vet's other field session while its time is not up."""
    other = field_session(look, person_id, but)
    return other if other and is_live(look, other, roles_now(look, person_id)) else None


def other_phone(look: Look, session_id: UUID) -> SignInSession | None:
    """Return the field session that would end if this one opened; None if nothing stands in its
    way.
    """
    row = look.session.get(SignInSession, session_id)
    if row is None or not is_field(roles_now(look, row.person_id), row.device):
        return None
    return living_field_session(look, row.person_id, row.id)
