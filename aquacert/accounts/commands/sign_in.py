"""Signing in and out. A door runs these in three short units: count the guess, check the password
without holding a transaction, then open the session.
"""

import secrets
from uuid import UUID

from sqlalchemy import select, update

from aquacert.accounts.commands.assertions import spend_assertion
from aquacert.accounts.commands.facts import GuessingLocked, SignedIn, SignedOut
from aquacert.accounts.commands.inbox import tell
from aquacert.accounts.commands.own_factors import add_key
from aquacert.accounts.commands.passwords import hash_password, needs_new_hash
from aquacert.accounts.commands.second_factor import confirm_factor
from aquacert.accounts.commands.throttles import count_try, give_back, release, wait
from aquacert.accounts.models import Person, SignInSession
from aquacert.accounts.queries.actors import (
    has_factor,
    memberships_in_force,
    needs_code,
    roles_of,
    secret_hash,
)
from aquacert.accounts.rules.names import as_username
from aquacert.accounts.rules.passkeys import Purpose
from aquacert.accounts.rules.sessions import SessionState, device_of, network_of
from aquacert.accounts.rules.throttling import Gate, in_words
from aquacert.kernel.errors import NotFound, NotSignedIn, TooMany
from aquacert.kernel.work import Work

MOST_SESSIONS = 5


def count_guess(w: Work, *, username: str, address: str) -> None:
    """Count a password guess before it is checked; raise `TooMany` when the account or address
    has had its share. Counting first leaves no gap for guesses made in the same moment.
    """
    keys = ((Gate.ACCOUNT, as_username(username)), (Gate.ADDRESS, address))
    seconds = max(wait(w, gate, what) for gate, what in keys)
    if seconds:
        raise TooMany(f"试得太频繁了，请 {in_words(seconds)}后再试。")
    for gate, what in keys:
        if count_try(w, gate, what):
            w.record(GuessingLocked(gate), on=("throttles", gate))


def open_session(
    w: Work, person_id: UUID, *, username: str, password: str, address: str, agent: str
) -> str:
    """Open a session for somebody whose password was right, and return its secret.

    Half open when a one-time code is still owed. An unusual place or device is told to the person
    (ASVS V6.3.5).
    """
    release(w, Gate.ACCOUNT, as_username(username))
    give_back(w, Gate.ADDRESS, address)
    person = w.session.get_one(Person, person_id, with_for_update=True)
    if needs_new_hash(w.settings.password_cost, person.password_hash):
        person.password_hash = hash_password(w.settings.password_cost, password)
    owes_code = needs_code(person, roles_of(memberships_in_force(w, person_id)))
    device, network = device_of(agent), network_of(address)
    unusual = _is_unusual(w, person_id, device, network)
    secret = secrets.token_urlsafe(32)
    row = w.add(
        SignInSession(
            id=w.new_id(),
            person_id=person_id,
            secret_hash=secret_hash(secret),
            state=SessionState.HALF if owes_code else SessionState.OPEN,
            opened_at=w.now,
            seen_at=w.now,
            ended_at=None,
            because="",
            device=device,
            network=network,
        )
    )
    if unusual:
        _tell_unusual(w, person_id, device)
    _end_oldest(w, person_id, but=row.id)
    fact = SignedIn(device, second_factor=False, unusual=unusual)
    w.record(fact, on=row)
    return secret


def _is_unusual(w: Work, person_id: UUID, device: str, network: str) -> bool:
    """Say whether the person signed in before, but never on this kind of device or from here."""
    known = w.session.execute(
        select(SignInSession.device, SignInSession.network).where(
            SignInSession.person_id == person_id, SignInSession.state != SessionState.HALF
        )
    ).all()
    return bool(known) and not any(row.device == device and row.network == network for row in known)


def _tell_unusual(w: Work, person_id: UUID, device: str) -> None:
    tell(
        w,
        to_person=person_id,
        kind="security",
        subject=f"您的账号在新的设备或地点登录：{device}",
        body="如果不是您本人，请马上结束那次登录并更换口令。",
        link="/accounts/sessions",
    )


def _end_oldest(w: Work, person_id: UUID, but: UUID) -> None:
    """Keep this sign-in and the newest few of a person's others (ASVS V7.1.2)."""
    rows = w.scalars(
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.state != SessionState.ENDED,
            SignInSession.id != but,
        )
        .order_by(SignInSession.opened_at.desc(), SignInSession.id.desc())
    )
    for row in rows[MOST_SESSIONS - 1 :]:
        _end(w, row, "登录的地方太多，最早的已结束")


def pass_second_factor(w: Work, session_id: UUID, code: str, *, assertion: str = "") -> str:
    """Open a half-open session with a one-time code, or a key's answer (JSON); return its new
    secret (no fixation). A generator made in this sign-in is confirmed by its first code.
    """
    row = _half(w, session_id)
    if assertion:
        spend_assertion(
            w,
            assertion,
            person_id=row.person_id,
            session_id=session_id,
            purpose=Purpose.SIGN_IN,
        )
    else:
        confirm_factor(w, row.person_id, code)
    return _opened(w, row)


def pass_with_first_passkey(w: Work, session_id: UUID, *, answer: str, name: str) -> str:
    """Open a half-open session by registering the person's first second factor, a key.

    Its registration proves that its holder is there; return the session's new secret.
    """
    row = _half(w, session_id)
    if has_factor(w, row.person_id):
        raise NotSignedIn
    add_key(w, row.person_id, session_id, answer=answer, name=name)
    return _opened(w, row)


def _half(w: Work, session_id: UUID) -> SignInSession:
    row = w.session.get_one(SignInSession, session_id, with_for_update=True)
    if row.state != SessionState.HALF:
        raise NotSignedIn
    return row


def _opened(w: Work, row: SignInSession) -> str:
    secret = secrets.token_urlsafe(32)
    row.state, row.seen_at, row.secret_hash = SessionState.OPEN, w.now, secret_hash(secret)
    w.record(SignedIn(row.device, second_factor=True, unusual=False), on=row)
    return secret


def touch_session(w: Work, session_id: UUID) -> None:
    """Note that a session was seen."""
    w.session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(seen_at=w.now)
    )


def end_session(w: Work, session_id: UUID, *, because: str = "本人退出") -> None:
    """End one of the actor's own sign-ins; it is over at the next request."""
    row = w.session.get(SignInSession, session_id)
    if row is None or row.person_id != w.actor.person_id:
        raise NotFound
    if row.state != SessionState.ENDED:
        _end(w, row, because)
        w.record(SignedOut(because, 1), on=row)


def end_sessions(w: Work, person_id: UUID, *, because: str, but: UUID | None = None) -> int:
    """End every sign-in of a person but one; return how many there were."""
    rows = w.scalars(
        select(SignInSession).where(
            SignInSession.person_id == person_id, SignInSession.state != SessionState.ENDED
        )
    )
    ended = [row for row in rows if row.id != but]
    for row in ended:
        _end(w, row, because)
    w.record(SignedOut(because, len(ended)), on=("people", str(person_id)))
    return len(ended)


def _end(w: Work, row: SignInSession, because: str) -> None:
    row.state, row.ended_at, row.because = SessionState.ENDED, w.now, because
    w.session.flush()
