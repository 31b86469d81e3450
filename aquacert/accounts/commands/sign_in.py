"""Signing in and out. A door runs these in three short units: count the guess, check the password
without holding a transaction, then open the session.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from aquacert.accounts.commands.assertions import spend_assertion
from aquacert.accounts.commands.facts import GuessingLocked, PasswordTaken, SignedIn, SignedOut
from aquacert.accounts.commands.field import end_row, make_room
from aquacert.accounts.commands.own_factors import add_key
from aquacert.accounts.commands.passwords import hash_password, needs_new_hash
from aquacert.accounts.commands.recovery_codes import spend_recovery_code
from aquacert.accounts.commands.second_factor import confirm_factor
from aquacert.accounts.commands.throttles import count_try, give_back, release, wait
from aquacert.accounts.commands.warnings import warn, warn_once
from aquacert.accounts.models import Person, SignInSession
from aquacert.accounts.queries.actors import has_factor, needs_code, roles_now, secret_hash
from aquacert.accounts.queries.sign_in import credentials, guessed_name
from aquacert.accounts.rules.passkeys import Purpose
from aquacert.accounts.rules.recovery import as_code
from aquacert.accounts.rules.sessions import (
    DISOWNED,
    SessionState,
    device_of,
    is_field,
    is_strange,
    network_of,
)
from aquacert.accounts.rules.throttling import Gate, in_words
from aquacert.kernel.errors import NotFound, NotSignedIn, TooMany
from aquacert.kernel.work import Work

MOST_SESSIONS = 5
FAMILIAR = timedelta(days=90)
"""A neighbourhood where somebody was signed in within this time is one of his."""
NOBODY = UUID(int=0)
LOCKED = "有人连续输错您的口令，账号暂停登录 1 分钟"
LOCKED_BODY = (
    "如果是您本人，等一分钟再试；忘了口令，可以在登录页点“忘了口令”。"
    "如果不是您本人，口令没有被猜中，不用做什么；常常这样请换一个更长的口令。"
)


def count_guess(w: Work, *, username: str, address: str) -> None:
    """Count a password guess before it is checked; raise `TooMany` when the account or address
    has had its share. Counting first leaves no gap for guesses made in the same moment.

    From a neighbourhood where the person was signed in lately guesses are counted apart: a
    stranger who guesses on and on elsewhere does not lock him out at home.
    """
    keys = ((Gate.ACCOUNT, account_key(w, username, address)), (Gate.ADDRESS, address))
    seconds = max(wait(w, gate, what) for gate, what in keys)
    if seconds:
        raise TooMany(f"试得太频繁了，请 {in_words(seconds)}后再试。")
    for gate, what in keys:
        if count_try(w, gate, what):
            w.record(GuessingLocked(gate), on=("throttles", gate))
            if gate is Gate.ACCOUNT and (known := credentials(w, username)):
                warn_once(w, known.person_id, LOCKED, body=LOCKED_BODY)


def open_session(
    w: Work, person_id: UUID, *, username: str, password: str, address: str, agent: str
) -> str:
    """Open a session for somebody whose password was right, and return its secret.

    Half open when a one-time code is still owed. An unusual place or device is told to the person
    (ASVS V6.3.5).
    """
    release(w, Gate.ACCOUNT, account_key(w, username, address))
    give_back(w, Gate.ADDRESS, address)
    person = w.session.get_one(Person, person_id, with_for_update=True)
    if needs_new_hash(w.settings.password_cost, person.password_hash):
        person.password_hash = hash_password(w.settings.password_cost, password)
    names = roles_now(w, person_id)
    owes_code = needs_code(person, names)
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
            is_field=is_field(names, device),
            factor_at=None,
        )
    )
    if unusual:
        _tell_unusual(w, row)
    _end_oldest(w, person_id, but=row.id)
    signed_in = SignedIn(device, second_factor=False, unusual=unusual)
    w.record(PasswordTaken(device) if owes_code else signed_in, on=row)
    return secret


def account_key(w: Work, typed: str, address: str) -> str:
    """Return what guesses at a name from an address are counted under."""
    known, name = credentials(w, typed), guessed_name(typed)
    seen = select(SignInSession.id).where(
        SignInSession.person_id == (known.person_id if known else NOBODY),
        SignInSession.network == network_of(address),
        SignInSession.state != SessionState.HALF,
        SignInSession.because != DISOWNED,
        SignInSession.seen_at > w.now - FAMILIAR,
    )
    is_home = bool(network_of(address)) and w.one(seen.limit(1)) is not None
    return f"{name} {network_of(address)}" if is_home else name


def _is_unusual(
    w: Work, person_id: UUID, device: str, network: str, but: UUID | None = None
) -> bool:
    """Say whether the person signed in before, but never on this kind of device or from here.

    What he disowned himself is no place of his; `but` is the very sign-in that is asked about.
    """
    known = w.session.execute(
        select(SignInSession.device, SignInSession.network)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.state != SessionState.HALF,
            SignInSession.because != DISOWNED,
            SignInSession.id != (but or NOBODY),
        )
        .distinct()
    ).all()
    return is_strange([(row.device, row.network) for row in known], device, network)


def _tell_unusual(w: Work, row: SignInSession) -> None:
    warn(
        w,
        row.person_id,
        f"您的账号在新的设备或地点登录：{row.device}",
        body="如果是您本人，不用管这条消息。如果不是您，请打开它，点“这不是我”。",
        link=f"/accounts/sessions/{row.id}/not-me",
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
        end_row(w, row, "登录的地方太多，最早的已结束")


def pass_second_factor(
    w: Work, session_id: UUID, code: str, *, assertion: str = "", end_other: bool = False
) -> str:
    """Open a half-open session with a one-time code, or a key's answer (JSON); return its new
    secret (no fixation). A generator made in this sign-in is confirmed by its first code.

    A recovery code goes too. A vet has one field session: while another lives, `Invalid` asks at
    `end_other`, and a yes ends that one at once (features M24, S1).
    """
    row = _half(w, session_id)
    make_room(w, row, end_other=end_other)
    if not assertion and (printed := as_code(code)):
        spend_recovery_code(w, row.person_id, printed)
    elif assertion:
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
    make_room(w, row, end_other=True)
    add_key(w, row.person_id, session_id, answer=answer, name=name)
    return _opened(w, row)


def _half(w: Work, session_id: UUID) -> SignInSession:
    row = w.session.get_one(SignInSession, session_id, with_for_update=True)
    is_short = row.state == SessionState.OPEN and row.factor_at is None
    if row.state != SessionState.HALF and not is_short:
        raise NotSignedIn
    return row


def _opened(w: Work, row: SignInSession) -> str:
    secret = secrets.token_urlsafe(32)
    unusual = _is_unusual(w, row.person_id, row.device, row.network, but=row.id)
    row.state, row.seen_at, row.secret_hash = SessionState.OPEN, w.now, secret_hash(secret)
    row.factor_at = w.now
    w.record(SignedIn(row.device, second_factor=True, unusual=unusual), on=row)
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
        end_row(w, row, because)
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
        end_row(w, row, because)
    w.record(SignedOut(because, len(ended)), on=("people", str(person_id)))
    return len(ended)
