"""Ten codes printed once, for the day when the phone and the keys are gone."""

import secrets
from uuid import UUID

from sqlalchemy import delete, select, update

from aquacert.accounts.commands.facts import SecondFactorSet
from aquacert.accounts.commands.guesses import count_when_undone, refuse_locked, with_tries_left
from aquacert.accounts.commands.throttles import release
from aquacert.accounts.commands.warnings import warn
from aquacert.accounts.models import RecoveryCode
from aquacert.accounts.queries.actors import secret_hash
from aquacert.accounts.queries.recovery import codes_left
from aquacert.accounts.rules.recovery import CODE_LENGTH, CODE_LETTERS, CODES, in_groups
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work


def new_recovery_codes(w: Work, person_id: UUID) -> list[str]:
    """Make ten new codes and return them, this once; the old ones are good for nothing.

    Some 59 bits each, only their hashes are kept.
    """
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [
        "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)
    ]
    for code in codes:
        w.add(
            RecoveryCode(
                id=w.new_id(),
                person_id=person_id,
                code_hash=_hash(person_id, code),
                made_at=w.now,
                used_at=None,
            )
        )
    w.record(SecondFactorSet("已印恢复码"), on=("people", str(person_id)))
    return [in_groups(code) for code in codes]


def spend_recovery_code(w: Work, person_id: UUID, code: str) -> None:
    """Use up one code (as `as_code` returns it); raise `Invalid`, or `TooMany` when locked.

    It opens a sign-in and never a signature. A wrong one is counted like a wrong one-time code.
    """
    refuse_locked(w, person_id)
    spent = w.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=w.now)
        .returning(RecoveryCode.id)
    ).all()
    if not spent:
        count_when_undone(w, person_id)
        sentence = with_tries_left(w, person_id, "恢复码不对或已用过")
        raise Invalid(f"{sentence}。", code=sentence)
    release(w, Gate.CODE, str(person_id))
    left = codes_left(w, person_id)
    warn(w, person_id, f"用一个恢复码登录了，还剩 {left} 个")
    w.record(SecondFactorSet("用了恢复码"), on=("people", str(person_id)))


def forget_recovery_codes(w: Work, person_id: UUID) -> None:
    """Make a person's codes good for nothing."""
    known = select(RecoveryCode.id).where(RecoveryCode.person_id == person_id)
    if w.one(known.limit(1)) is not None:
        w.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
        w.record(SecondFactorSet("恢复码作废"), on=("people", str(person_id)))


def _hash(person_id: UUID, code: str) -> str:
    return secret_hash(f"{person_id.hex} {code}")
