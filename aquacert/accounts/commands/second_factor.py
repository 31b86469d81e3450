"""One-time codes (TOTP, RFC 6238).

A code is good for one use: the time step it belongs to is stored, and only later ones pass. The
step before and after the present one are taken too, for clocks that differ by half a minute.
"""

import hmac
import unicodedata
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete, select

from aquacert.accounts.commands.facts import PasskeyRemoved, SecondFactorSet
from aquacert.accounts.commands.guesses import count_when_undone, refuse_locked, with_tries_left
from aquacert.accounts.commands.throttles import release
from aquacert.accounts.models import Passkey, PasskeyChallenge, Person, TotpSecret
from aquacert.accounts.queries.actors import has_passkey
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work

STEP_SECONDS = 30
NEVER_USED = -1


def new_secret() -> str:
    """Return a random TOTP seed of 160 bits in base32, as an authenticator app takes it."""
    return pyotp.random_base32(32)


def address_of(secret: str, username: str) -> str:
    """Return the otpauth: address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="水产苗种检疫")


def step_of(instant: datetime) -> int:
    """Return the number of the 30-second step that holds an instant."""
    return int(instant.timestamp()) // STEP_SECONDS


def enrol(w: Work, person_id: UUID, *, secret: str | None = None, confirmed: bool = False) -> str:
    """Give a person a new one-time code generator and return its seed; an old one ends.

    It counts from the moment the person proves it with a first code (`confirm_factor`).
    """
    row = w.one(select(TotpSecret).where(TotpSecret.person_id == person_id))
    row = row or TotpSecret(id=w.new_id(), person_id=person_id)
    row.secret = secret or new_secret()
    row.last_counter = NEVER_USED
    row.made_at, row.confirmed_at = w.now, w.now if confirmed else None
    w.add(row)
    w.record(SecondFactorSet("已绑定" if confirmed else "待确认"), on=("people", str(person_id)))
    return row.secret


def confirm_factor(w: Work, person_id: UUID, code: str, *, is_first: bool | None = None) -> None:
    """Use up a code; the first one confirms a fresh generator.

    A generator that nobody confirmed yet opens nothing once the person has a key: then only a
    caller that asked for the key just now says `is_first`.
    """
    if is_first is None:
        is_first = not has_passkey(w, person_id)
    row = spend_code(w, person_id, code, unproved=is_first)
    if row.confirmed_at is None:
        row.confirmed_at = w.now
        w.session.get_one(Person, person_id).wants_second_factor = True
        w.record(SecondFactorSet("已绑定"), on=("people", str(person_id)))


def take_factor_away(w: Work, person_id: UUID, *, reason: str) -> None:
    """Remove a lost generator and every key; whoever needs one makes a new one at the next
    sign-in.
    """
    row = w.one(select(TotpSecret).where(TotpSecret.person_id == person_id))
    if row is not None:
        w.session.delete(row)
    for key in w.scalars(select(Passkey).where(Passkey.person_id == person_id)):
        w.record(PasskeyRemoved("管理员解绑"), on=key, reason=reason)
        w.session.delete(key)
    w.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.person_id == person_id))
    w.record(SecondFactorSet("已解绑"), on=("people", str(person_id)), reason=reason)


def spend_code(w: Work, person_id: UUID, code: str, *, unproved: bool = False) -> TotpSecret:
    """Use up a one-time code; raise `Invalid` if it is wrong or was used, `TooMany` when locked.

    `unproved`: a generator that was not confirmed yet will do. A wrong guess is counted even
    though this unit of work is undone by the error.
    """
    row = w.one(
        select(TotpSecret)
        .where(TotpSecret.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    refuse_locked(w, person_id)
    if row is None or (row.confirmed_at is None and not unproved):
        raise Invalid("还没有绑定动态口令。", code="还没有绑定动态口令，请先在“我的账号”里绑定")
    step = _step_of_code(row.secret, _digits(code), w.now)
    if step is None or step <= row.last_counter:
        count_when_undone(w, person_id)
        raise _refusal(w, person_id, used=step is not None)
    row.last_counter = step
    release(w, Gate.CODE, str(person_id))
    return row


def _digits(code: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", code) if char.isdigit())


def _step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """Return the newest step near now whose code this is, or None."""
    generator = pyotp.TOTP(secret)
    present = step_of(now)
    for step in (present + 1, present, present - 1):
        if hmac.compare_digest(generator.generate_otp(step), code):
            return step
    return None


def _refusal(w: Work, person_id: UUID, *, used: bool) -> Invalid:
    sentence = "这个口令已用过，等下一个（约 30 秒）" if used else "口令不对"
    sentence = with_tries_left(w, person_id, sentence)
    return Invalid(f"{sentence}。", code=sentence)
