"""A person's own second factors: keys added and removed, a one-time code beside a key.

Whoever has a second factor adds and removes others only with a fresh confirmation by a living
one: a stolen cookie must not become a stolen signature.
"""

from uuid import UUID

from sqlalchemy import delete, select, update

from aquacert.accounts.commands.challenges import own_site, spend_challenge, who
from aquacert.accounts.commands.facts import PasskeyAdded, PasskeyRemoved
from aquacert.accounts.commands.inbox import tell
from aquacert.accounts.commands.recovery_codes import new_recovery_codes
from aquacert.accounts.commands.second_factor import confirm_factor, enrol
from aquacert.accounts.commands.step_up import spend_step_up
from aquacert.accounts.models import Passkey, Person, SignInSession, TotpSecret
from aquacert.accounts.parsers import NewKey, prove_registration, read_registration
from aquacert.accounts.queries.actors import has_code, has_factor, has_passkey
from aquacert.accounts.queries.passkeys import passkeys_of
from aquacert.accounts.rules.passkeys import (
    LONGEST_NAME,
    MOST_KEYS,
    OWN_CODES,
    OWN_FACTORS,
    PasskeyReason,
    Purpose,
    Unfit,
    removal,
)
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.work import Work

PLACE = "/accounts/passkeys"


def register_passkey(w: Work, *, answer: str, name: str) -> UUID:
    """Add a key to the actor's own account from the JSON of a registration; return its id.

    Needs a living grant for `OWN_FACTORS` unless this is the person's first factor. Raises
    `Invalid` for a name that is none or an answer that is not taken, `NotAllowed` without a grant.
    """
    person_id, session_id = who(w)
    if has_factor(w, person_id):
        spend_step_up(w, OWN_FACTORS)
    return add_key(w, person_id, session_id, answer=answer, name=name)


def add_key(w: Work, person_id: UUID, session_id: UUID, *, answer: str, name: str) -> UUID:
    """Add a key whose registration answers a challenge of this person and session."""
    title = name.strip()
    if not title or len(title) > LONGEST_NAME:
        raise Invalid("请给钥匙起个名字。", name=f"请写 1 到 {LONGEST_NAME} 个字")
    if len(passkeys_of(w, person_id)) >= MOST_KEYS:
        raise NotAllowedNow(f"一个账号最多登记 {MOST_KEYS} 把钥匙，请先移除不用的。")
    try:
        made = _proved(w, answer, person_id, session_id)
    except Unfit as unfit:
        raise Invalid(unfit.sentence + "。") from unfit
    row = w.add(
        Passkey(
            id=w.new_id(),
            person_id=person_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            name=title,
            made_at=w.now,
            last_used_at=None,
        )
    )
    _forget_unproved_code(w, person_id)
    w.session.get_one(Person, person_id).wants_second_factor = True
    passed_in(w, session_id)
    _say(w, person_id, "您的账号登记了一把通行密钥/安全钥匙")
    w.record(PasskeyAdded(), on=row)
    return row.id


def _proved(w: Work, answer: str, person_id: UUID, session_id: UUID) -> NewKey:
    read = read_registration(answer)
    challenge = read.told.challenge
    spend_challenge(
        w,
        challenge,
        person_id=person_id,
        session_id=session_id,
        purpose=Purpose.REGISTER,
        digest="",
    )
    made = prove_registration(read, challenge=challenge, site=own_site(w))
    known = select(Passkey.id).where(Passkey.credential_id == made.credential_id)
    if w.one(known) is not None:
        raise Unfit(PasskeyReason.TAKEN)
    return made


def _forget_unproved_code(w: Work, person_id: UUID) -> None:
    """A seed shown but never confirmed must not open a door that a key guards from now on."""
    unproved = TotpSecret.confirmed_at.is_(None)
    w.session.execute(delete(TotpSecret).where(TotpSecret.person_id == person_id, unproved))


def remove_passkey(w: Work, passkey_id: UUID) -> None:
    """Remove one of the actor's own keys, at once; needs a living grant for its removal.

    Raises `NotFound` for another's key, `NotAllowedNow` for the last second factor.
    """
    person_id, _session_id = who(w)
    row = w.get_for_change(Passkey, passkey_id)
    if row.person_id != person_id:
        raise NotFound
    if len(passkeys_of(w, person_id)) == 1 and not has_code(w, person_id):
        raise NotAllowedNow("这是您唯一的第二道门，请先绑定动态口令或登记另一把钥匙。")
    spend_step_up(w, removal(passkey_id))
    w.record(PasskeyRemoved("本人移除"), on=row)
    _say(w, person_id, "您的账号移除了一把通行密钥/安全钥匙")
    w.session.delete(row)


def bind_code(w: Work, code: str) -> None:
    """Confirm the actor's own fresh one-time code generator with its first code.

    Beside a key this needs a living grant for `OWN_FACTORS`.
    """
    person_id, session_id = who(w)
    if has_passkey(w, person_id):
        spend_step_up(w, OWN_FACTORS)
    confirm_factor(w, person_id, code, is_first=True)
    passed_in(w, session_id)
    _say(w, person_id, "您的账号绑定了动态口令")


def replace_code(w: Work) -> None:
    """Take the actor's generator away so that he binds another; needs a grant for `OWN_FACTORS`.

    For somebody with a new phone. Until the new one is confirmed the next sign-in asks for it.
    """
    person_id, _session_id = who(w)
    spend_step_up(w, OWN_FACTORS)
    enrol(w, person_id)
    _say(w, person_id, "您账号的动态口令正在换到新的验证器")


def print_recovery_codes(w: Work) -> list[str]:
    """Make ten codes for the day the phone is lost and return them, this once.

    Needs a living grant for `OWN_CODES`; raises `NotAllowedNow` without any second factor.
    """
    person_id, _session_id = who(w)
    if not has_factor(w, person_id):
        raise NotAllowedNow("先绑定动态口令或登记一把钥匙，再印恢复码。")
    spend_step_up(w, OWN_CODES)
    codes = new_recovery_codes(w, person_id)
    _say(w, person_id, "您的账号印了一套新的恢复码，旧的作废")
    return codes


def passed_in(w: Work, session_id: UUID) -> None:
    """Note that the second factor was passed in a sign-in."""
    w.session.execute(
        update(SignInSession).where(SignInSession.id == session_id).values(factor_at=w.now)
    )


def _say(w: Work, person_id: UUID, subject: str) -> None:
    body = "如果不是您本人，请马上更换口令，并告诉管理员。"
    tell(w, to_person=person_id, kind="security", subject=subject, body=body, link=PLACE)
