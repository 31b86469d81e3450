"""What a sign-in door reads."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.models import ApiToken, ConsigneeLink, Person, TotpSecret
from aquacert.accounts.queries.actors import secret_hash
from aquacert.accounts.rules.names import as_username
from aquacert.accounts.rules.passwords import FIRST_PASSWORD_LASTS
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Look
from aquacert.reference.rules.phone import parse_phone


@dataclass(frozen=True)
class Credentials:
    """Whom a typed name stands for, and the hash to check the password against."""

    person_id: UUID
    password_hash: str | None
    """None = this password opens nothing now, whatever is typed."""


def credentials(look: Look, typed: str) -> Credentials | None:
    """Return whom a user name, or a phone number that is one's user name, stands for."""
    row = look.one(select(Person).where(Person.username == as_username(typed)))
    row = row or _by_phone(look, typed)
    if row is None or row.state != PersonState.ACTIVE:
        return None
    is_late = row.must_change_password and (
        look.now - row.password_changed_at >= FIRST_PASSWORD_LASTS
    )
    is_shut = is_late or row.password_stopped_at is not None
    return Credentials(row.id, None if is_shut else row.password_hash)


def _by_phone(look: Look, typed: str) -> Person | None:
    try:
        number = parse_phone(typed)
    except Invalid:
        return None
    return look.one(select(Person).where(Person.phone_login == blind("phone", number)))


def guessed_name(typed: str) -> str:
    """Return the one spelling under which guesses at a typed name are counted."""
    try:
        return parse_phone(typed)
    except Invalid:
        return as_username(typed)


def pending_secret(look: Look, person_id: UUID) -> str | None:
    """Return the seed that a person is about to confirm; a confirmed one is never shown again."""
    row = look.one(select(TotpSecret).where(TotpSecret.person_id == person_id))
    return row.secret if row is not None and row.confirmed_at is None else None


def tokens_of(look: Look, person_id: UUID) -> list[ApiToken]:
    """Return a person's API tokens, those that still work first."""
    return look.scalars(
        select(ApiToken)
        .where(ApiToken.person_id == person_id)
        .order_by(ApiToken.ended_at.is_not(None), ApiToken.made_at.desc(), ApiToken.id)
    )


def consignee_subject(look: Look, secret: str) -> UUID:
    """Return what a link is for, without using it up; raise `NotFound` if it is unknown or over."""
    row = look.one(select(ConsigneeLink).where(ConsigneeLink.token_hash == secret_hash(secret)))
    if row is None or row.expires_at <= look.now:
        raise NotFound("这个链接不对或者已经过期，请向货主要新的。")
    if row.used_at is not None:
        raise NotAllowedNow("这个链接已经用过了，到达已经登记，不用再填。")
    return row.subject_id
