"""One-time codes (TOTP, RFC 6238) and the step-up grant that a signature needs.

A code is good for one use: the time step it belongs to is stored, and only later ones pass. The
step before and after the present one are taken too, for clocks that differ by half a minute.
"""

import hmac
import unicodedata
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import bindparam, event, select, update

from aquacert.accounts.commands.facts import GuessingLocked, SecondFactorSet
from aquacert.accounts.commands.inbox import tell, tell_administrators
from aquacert.accounts.commands.throttles import count_try, release, tries_left, wait
from aquacert.accounts.models import Person, StepUpGrant, TotpSecret
from aquacert.accounts.rules.sessions import STEP_UP
from aquacert.accounts.rules.throttling import Gate, in_words
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Invalid, NotAllowed, TooMany
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

GRANTS = table_of(StepUpGrant)
OPEN_GRANT = (
    select(GRANTS.c.id)
    .where(
        GRANTS.c.person_id == bindparam("person"),
        GRANTS.c.session_id == bindparam("session"),
        GRANTS.c.digest == bindparam("of"),
        GRANTS.c.spent_at.is_(None),
        GRANTS.c.expires_at > bindparam("now"),
    )
    .order_by(GRANTS.c.granted_at)
    .limit(1)
)
# The condition is asked again under the row's lock: one grant is never spent twice.
SPEND = Quick(
    update(GRANTS)
    .where(GRANTS.c.id == OPEN_GRANT.scalar_subquery(), GRANTS.c.spent_at.is_(None))
    .values(spent_at=bindparam("now"))
    .returning(GRANTS.c.id)
)
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


def confirm_factor(w: Work, person_id: UUID, code: str) -> None:
    """Use up a code; the first one confirms a fresh generator."""
    row = spend_code(w, person_id, code)
    if row.confirmed_at is None:
        row.confirmed_at = w.now
        w.session.get_one(Person, person_id).wants_second_factor = True
        w.record(SecondFactorSet("已绑定"), on=("people", str(person_id)))


def take_factor_away(w: Work, person_id: UUID, *, reason: str) -> None:
    """Remove a lost generator; whoever needs one makes a new one at the next sign-in."""
    row = w.one(select(TotpSecret).where(TotpSecret.person_id == person_id))
    if row is not None:
        w.session.delete(row)
    w.record(SecondFactorSet("已解绑"), on=("people", str(person_id)), reason=reason)


def spend_code(w: Work, person_id: UUID, code: str) -> TotpSecret:
    """Use up a one-time code; raise `Invalid` if it is wrong or was used, `TooMany` when locked.

    A wrong guess is counted even though this unit of work is undone by the error.
    """
    row = w.one(
        select(TotpSecret)
        .where(TotpSecret.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if seconds := wait(w, Gate.CODE, str(person_id)):
        raise TooMany(f"口令输错太多次，已锁定，请 {in_words(seconds)}后再试。")
    if row is None:
        raise Invalid("还没有绑定动态口令。", code="还没有绑定动态口令，请先在“我的账号”里绑定")
    step = _step_of_code(row.secret, _digits(code), w.now)
    if step is None or step <= row.last_counter:
        _count_when_undone(w, person_id)
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
    left = tries_left(w, Gate.CODE, str(person_id)) - 1
    sentence = "这个口令已用过，等下一个（约 30 秒）" if used else "口令不对"
    if left > 0:
        sentence += f"，还能试 {left} 次"
    return Invalid(f"{sentence}。", code=sentence)


def _count_when_undone(w: Work, person_id: UUID) -> None:
    """Count a wrong code in a unit of work of its own, once this one is over.

    The error that a wrong code raises undoes this transaction, and the count with it; guessing
    would be free. Another connection cannot write before this one lets go (SQLite has one writer).
    """
    home, actor = w.home, w.actor
    done = False

    def count(*_arguments: object) -> None:
        nonlocal done
        if done:
            return
        done = True
        with home.work(actor) as unit:
            if count_try(unit, Gate.CODE, str(person_id)):
                _say_locked(unit, person_id)

    event.listen(w.session, "after_rollback", count)
    event.listen(w.session, "after_commit", count)


def _say_locked(w: Work, person_id: UUID) -> None:
    subject = "动态口令多次输错，账号已暂时锁定 15 分钟"
    body = "如果不是本人操作，请马上更换口令，并告诉管理员。"
    tell(w, to_person=person_id, kind="security", subject=subject, body=body)
    tell_administrators(w, kind="security", subject=subject)
    w.record(GuessingLocked(Gate.CODE), on=("people", str(person_id)))


def grant_step_up(w: Work, *, code: str, digest: str) -> None:
    """Grant one use of what was previewed (its digest), for this person and session, for 5 minutes.

    Raises `NotAllowed` for a token (a token alone never signs), `Invalid` on a wrong code.
    """
    person_id, session_id = _who(w)
    spend_code(w, person_id, code)
    w.add(
        StepUpGrant(
            id=w.new_id(),
            person_id=person_id,
            session_id=session_id,
            digest=digest,
            granted_at=w.now,
            expires_at=w.now + STEP_UP,
            spent_at=None,
        )
    )
    w.record(SecondFactorSet("已核验一次"), on=("people", str(person_id)))


def spend_step_up(w: Work, digest: str) -> None:
    """Use up the grant for `digest`; raise `NotAllowed` if this session holds none that lives."""
    person_id, session_id = _who(w)
    spent = w.row(SPEND, person=person_id, session=session_id, of=digest, now=w.now)
    if spent is None:
        raise NotAllowed("签发前要再核验一次动态口令：核验只管您刚看过的这份内容，5 分钟内有效。")


def _who(w: Work) -> tuple[UUID, UUID]:
    if w.actor.person_id is None or w.actor.session_id is None or w.actor.is_token:
        raise NotAllowed("签名要本人登录后办理，接口令牌不能签名。")
    return w.actor.person_id, w.actor.session_id
