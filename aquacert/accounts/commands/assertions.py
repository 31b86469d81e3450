"""Answers of a person's key, used up once."""

from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands.challenges import own_site, spend_challenge
from aquacert.accounts.commands.facts import PasskeyUsed
from aquacert.accounts.commands.guesses import count_when_undone, refuse_locked, with_tries_left
from aquacert.accounts.commands.throttles import release
from aquacert.accounts.models import Passkey
from aquacert.accounts.parsers import prove_assertion, read_assertion
from aquacert.accounts.rules.passkeys import PasskeyReason, Purpose, Unfit, counts_back
from aquacert.accounts.rules.throttling import Gate
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work


def spend_assertion(
    w: Work, answer: str, *, person_id: UUID, session_id: UUID, purpose: Purpose, digest: str = ""
) -> Passkey:
    """Use up an answer (the JSON of an assertion) and return the key that gave it.

    It must answer a living challenge of this person, session, purpose and digest, on our site,
    with the holder verified. Raises `Invalid` with the reason, `TooMany` when locked; a refused
    answer is counted like a wrong code, even though this unit of work is undone by the error.
    """
    refuse_locked(w, person_id)
    try:
        key = _proved(w, answer, person_id, session_id, purpose, digest)
    except Unfit as unfit:
        alarm = unfit.sentence if unfit.reason is PasskeyReason.COUNT_BACK else ""
        count_when_undone(w, person_id, alarm=alarm)
        raise Invalid(with_tries_left(w, person_id, unfit.sentence) + "。") from unfit
    release(w, Gate.CODE, str(person_id))
    w.record(PasskeyUsed(purpose), on=key)
    return key


def _proved(
    w: Work, answer: str, person_id: UUID, session_id: UUID, purpose: Purpose, digest: str
) -> Passkey:
    """Return the key behind an answer, its counter moved on; raise `Unfit`."""
    read = read_assertion(answer)
    spend_challenge(
        w,
        read.told.challenge,
        person_id=person_id,
        session_id=session_id,
        purpose=purpose,
        digest=digest,
    )
    key = w.one(
        select(Passkey)
        .where(Passkey.credential_id == read.credential_id, Passkey.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if key is None:
        raise Unfit(PasskeyReason.UNKNOWN_KEY)
    prove_assertion(
        read,
        challenge=read.told.challenge,
        site=own_site(w),
        public_key=key.public_key,
        user_handle=person_id.bytes,
    )
    if counts_back(key.sign_count, read.sign_count):
        raise Unfit(PasskeyReason.COUNT_BACK)
    key.sign_count, key.last_used_at = read.sign_count, w.now
    return key
