"""Letting somebody back in who forgot his password: no officer ever holds what opens the account."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, select, update

from aquacert.accounts.commands.passwords import take_password
from aquacert.accounts.commands.recovery_codes import forget_recovery_codes
from aquacert.accounts.commands.second_factor import take_factor_away
from aquacert.accounts.commands.sign_in import end_sessions
from aquacert.accounts.commands.step_up import drop_grants
from aquacert.accounts.commands.throttles import give_back, release
from aquacert.accounts.commands.tokens import end_tokens
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import Person, Recovery
from aquacert.accounts.queries.actors import has_factor, roles_now, secret_hash
from aquacert.accounts.queries.recovery import (
    answers_for,
    is_living,
    person_of_number,
    recovery_of_person,
)
from aquacert.accounts.queries.sign_in import credentials, guessed_name
from aquacert.accounts.rules.recovery import (
    LASTS,
    MOVES,
    NUMBER_DIGITS,
    Document,
    RecoveryAct,
    RecoveryState,
    is_staff,
    may_start,
)
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.work import Work
from aquacert.reference.rules.identity import parse_identity

NO_SUCH = "没有这个编号，或者它已过期，或者不归您这里办"
NOT_THE_ONE = "证件上的姓名或号码与这个账号登记的不一致，不能办理"
TWICE = "您和这次找回里的另一位姓名或手机号相同，一个人不能用两个账号办，请由另一位同事办理。"
OVER = "这次找回已经过期或已停止，请重新开始。"
LONGEST_REASON = 200
KEPT = timedelta(days=1)
"""A request that no officer took up is forgotten after this."""


@dataclass(frozen=True)
class RecoveryMoved(Fact):
    """Officers let somebody choose a new password, or that was stopped."""

    tag: ClassVar[str] = "accounts:recovery:move"
    title: ClassVar[str] = "找回账号"
    what: str
    document: str


def ask_recovery(w: Work, typed: str) -> str:
    """Note that somebody who forgot his password asks, on his own device; return its secret.

    Whoever calls counts the try first (`Gate.RECOVER`). A name that is nobody's is noted as well.
    """
    known = credentials(w, typed)
    secret = secrets.token_urlsafe(32)
    w.add(
        Recovery(
            id=w.new_id(),
            person_id=None if known is None else known.person_id,
            secret_hash=secret_hash(secret),
            number=_free_number(w),
            state=RecoveryState.ASKED,
            asked_at=w.now,
            expires_at=w.now + LASTS[RecoveryState.ASKED],
            document=None,
            because="",
            loses_factor=False,
            started_by_id=None,
            started_at=None,
            confirmed_by_id=None,
            confirmed_at=None,
            ended_at=None,
        )
    )
    return secret


def start_recovery(
    w: Work,
    *,
    number: str,
    name: str,
    identity: str,
    document: str,
    because: str,
    loses_factor: bool = False,
) -> UUID:
    """Let somebody back in whose identity document the actor has just seen; return the request.

    `number` is on the person's own screen; `name` and `identity` are typed from the document and
    compared by their digests. Staff wait for a second officer. Raises `Invalid` at the wrong field.
    Whoever calls counts the try first (`Gate.OFFICER`).
    """
    officer_id = _officer(w)
    found = person_of_number(w, "".join(char for char in number if char.isdigit()))
    if found is None:
        raise Invalid(f"{NO_SUCH}。", number=NO_SUCH)
    row, person = found
    w.session.refresh(row, with_for_update=True)
    w.session.refresh(person, with_for_update=True)  # two devices, two officers, one moment
    held = roles_now(w, person.id)
    if person.id == officer_id or not may_start({Role(role) for role in _roles(w)}, held):
        raise NotAllowed("这个账号要由县级监管员或管理员办理，自己不能给自己办。")
    _check_two_people(w, officer_id, person.id)
    _check_document(person, name, identity, document)
    if document not in set(Document):
        raise Invalid("请选择看过哪种证件。", document="请选择看过哪种证件")
    if not because.strip() or len(because) > LONGEST_REASON:
        raise Invalid("请写明理由。", because=f"请写 1 到 {LONGEST_REASON} 个字")
    _end_others(w, person.id)
    act = RecoveryAct.START_STAFF if is_staff(held) else RecoveryAct.START
    row.document, row.because, row.loses_factor = document, because.strip(), loses_factor
    row.started_by_id, row.started_at = officer_id, w.now
    _move(w, row, act)
    what = "已核对证件，等第二位工作人员" if is_staff(held) else "已核对证件，可以换口令"
    warn(
        w,
        person.id,
        "有工作人员核对了证件，正在帮您找回账号",
        body="如果不是您本人在办，请马上打开“我在哪里登录着”，停止这次找回。",
    )
    give_back(w, Gate.OFFICER, str(officer_id))
    w.record(RecoveryMoved(what, document), on=("people", str(person.id)), reason=row.because)
    return row.id


def confirm_recovery(w: Work, recovery_id: UUID) -> None:
    """Let a second officer agree; only then may staff choose a new password.

    Raises `NotAllowed` for the first officer and the person himself.
    """
    officer_id = _officer(w)
    row, person_id = _in_jurisdiction(w, recovery_id)
    held = roles_now(w, person_id)
    if officer_id in {row.started_by_id, person_id}:
        raise NotAllowed("要由另一位工作人员确认，自己不能确认自己办的。")
    _check_two_people(w, officer_id, person_id)
    if row.started_by_id is not None:
        _check_two_people(w, officer_id, row.started_by_id)
    if not may_start({Role(role) for role in _roles(w)}, held):
        raise NotAllowed("这个账号要由县级监管员或管理员确认。")
    if not is_living(w, row):
        raise NotAllowedNow(OVER)
    row.confirmed_by_id, row.confirmed_at = officer_id, w.now
    _move(w, row, RecoveryAct.CONFIRM)
    warn(w, person_id, "第二位工作人员确认了，可以换新口令")
    fact = RecoveryMoved("第二位工作人员已确认", row.document or "")
    w.record(fact, on=("people", str(person_id)))


def stop_recovery(w: Work, recovery_id: UUID) -> None:
    """Stop a request: by the person himself, who is signed in elsewhere, or by an officer."""
    row = w.session.get(Recovery, recovery_id, with_for_update=True)
    if row is None or row.person_id is None:
        raise NotFound
    if row.person_id != w.actor.person_id:
        row, _person_id = _in_jurisdiction(w, recovery_id)
    if not is_living(w, row):
        raise NotAllowedNow(OVER)
    _move(w, row, RecoveryAct.END)
    row.ended_at = w.now
    fact = RecoveryMoved("已停止", row.document or "")
    w.record(fact, on=("people", str(row.person_id)))


def finish_recovery(w: Work, secret: str, *, new: str) -> None:
    """Take the new password from the device that asked; every sign-in and token of the person ends.

    Raises `Invalid` at `new` for a weak one, `NotAllowedNow` when the request is over, also for
    somebody who became staff since one officer let him in as a farmer.
    """
    row = w.one(
        select(Recovery)
        .where(Recovery.secret_hash == secret_hash(secret))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.person_id is None or not is_living(w, row):
        raise NotAllowedNow(OVER)
    person = w.session.get_one(Person, row.person_id, with_for_update=True)
    if row.confirmed_by_id is None and is_staff(roles_now(w, person.id)):
        raise NotAllowedNow(OVER)
    _move(w, row, RecoveryAct.USE)
    row.ended_at = w.now
    _end_others(w, person.id)
    take_password(w, person, new)
    if row.loses_factor and has_factor(w, person.id):
        take_factor_away(w, person.id, reason="本人当面证明身份，第二道核验已丢失")
        forget_recovery_codes(w, person.id)
    drop_grants(w, person.id)
    end_sessions(w, person.id, because="口令已找回")
    end_tokens(w, person.id)
    release(w, Gate.ACCOUNT, person.username)
    if person.phone:
        release(w, Gate.ACCOUNT, guessed_name(person.phone))
    release(w, Gate.CODE, str(person.id))
    warn(w, person.id, "口令已找回并换成了新的，所有登录和接口令牌都已结束")
    w.record(RecoveryMoved("本人已换新口令", row.document or ""), on=person)


def _officer(w: Work) -> UUID:
    if w.actor.person_id is None or w.actor.is_token:
        raise NotAllowed("要本人登录后办理，接口令牌不能办。")
    return w.actor.person_id


def _roles(w: Work) -> frozenset[str]:
    """Return the actor's own roles: lent ones let nobody back in."""
    return w.actor.roles - w.actor.lent_roles


def _check_document(person: Person, name: str, identity: str, document: str) -> None:
    """Raise `Invalid` unless the document names this person, as far as he is on record."""
    try:
        number = parse_identity(identity) if identity.strip() else ""
    except Invalid as error:
        if document == Document.IDENTITY_CARD:
            raise Invalid(error.sentence, identity=error.sentence) from error
        number = ""  # another document has numbers of another form
    is_named = hmac.compare_digest(blind("name", name.strip()), person.name_index or "")
    is_numbered = person.identity_index is None or (
        bool(number) and hmac.compare_digest(blind("identity", number), person.identity_index)
    )
    if not (is_named and is_numbered):
        raise Invalid(f"{NOT_THE_ONE}。", name=NOT_THE_ONE)


def _in_jurisdiction(w: Work, recovery_id: UUID) -> tuple[Recovery, UUID]:
    row = w.session.get(Recovery, recovery_id, with_for_update=True)
    if row is None or row.person_id is None:
        raise NotFound
    if not answers_for(w, row.person_id):
        raise NotFound
    return row, row.person_id


def _check_two_people(w: Work, officer_id: UUID, other_id: UUID) -> None:
    """Raise `NotAllowed` if the officer and the other look like one person with two accounts."""
    officer, other = (w.session.get_one(Person, one) for one in (officer_id, other_id))
    pairs = (
        (officer.name_index, other.name_index),
        (officer.phone_index, other.phone_index),
    )
    if any(one is not None and one == two for one, two in pairs):
        raise NotAllowed(TWICE)


def _move(w: Work, row: Recovery, act: RecoveryAct) -> None:
    w.move(row, MOVES, act)
    state = RecoveryState(row.state)
    row.expires_at = w.now + LASTS[state] if state in LASTS else row.expires_at


def _end_others(w: Work, person_id: UUID) -> None:
    """A person is let back in on one device at a time."""
    while (other := recovery_of_person(w, person_id)) is not None:
        _move(w, other, RecoveryAct.END)
        other.ended_at = w.now
        w.session.flush()


def _free_number(w: Work) -> str:
    """Return eight random digits that no other request waits with; the index decides a race."""
    over = Recovery.expires_at <= w.now
    never_started = Recovery.started_by_id.is_(None)
    w.session.execute(delete(Recovery).where(never_started, Recovery.expires_at <= w.now - KEPT))
    w.session.execute(
        update(Recovery)
        .where(Recovery.state == RecoveryState.ASKED, over)
        .values(state=RecoveryState.ENDED)
    )
    while True:
        number = f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"
        known = select(Recovery.id).where(
            Recovery.number == number, Recovery.state == RecoveryState.ASKED
        )
        if w.one(known) is None:
            return number
