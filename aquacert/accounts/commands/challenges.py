"""Challenges for passkeys and security keys: asked by a door, answered once (WebAuthn Level 2).

What is returned is the JSON that a browser's `navigator.credentials` takes, base64url for bytes.
"""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from webauthn.helpers import bytes_to_base64url

from aquacert.accounts.commands.guesses import refuse_locked
from aquacert.accounts.models import Passkey, PasskeyChallenge, Person
from aquacert.accounts.parsers import ALGORITHMS
from aquacert.accounts.queries.passkeys import passkeys_of, site
from aquacert.accounts.rules.passkeys import (
    CHALLENGE_BYTES,
    CHALLENGE_LASTS,
    MOST_OPEN,
    PasskeyReason,
    Purpose,
    Site,
    Unfit,
)
from aquacert.kernel.errors import NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work

MILLISECONDS = int(CHALLENGE_LASTS.total_seconds() * 1000)
NO_SITE = "这个网址不能用通行密钥：要用域名和 https 打开本系统，或改用动态口令。"


def who(w: Work) -> tuple[UUID, UUID]:
    """Return the person and session that act; raise `NotAllowed` for a token."""
    if w.actor.person_id is None or w.actor.session_id is None or w.actor.is_token:
        raise NotAllowed("签名要本人登录后办理，接口令牌不能签名。")
    return w.actor.person_id, w.actor.session_id


def own_site(w: Work) -> Site:
    """Return the site keys are bound to; raise `NotAllowedNow` where browsers refuse them."""
    found = site(w)
    if found is None:
        raise NotAllowedNow(NO_SITE)
    return found


def ask_assertion(w: Work, purpose: Purpose, *, digest: str = "") -> dict[str, Any]:
    """Ask one of the actor's keys for an answer; return PublicKeyCredentialRequestOptions.

    `digest` is what was previewed: the answer is good for nothing else. Raises `TooMany` when
    locked, `NotAllowedNow` without a key.
    """
    person_id, _session_id = who(w)
    refuse_locked(w, person_id)
    place, keys = own_site(w), passkeys_of(w, person_id)
    if not keys:
        raise NotAllowedNow("您的账号上还没有登记钥匙，请用动态口令。")
    return {
        "challenge": _new_challenge(w, purpose, digest),
        "rpId": place.rp_id,
        "timeout": MILLISECONDS,
        "userVerification": "required",
        "allowCredentials": _named(keys),
    }


def ask_registration(w: Work) -> dict[str, Any]:
    """Ask for a new key; return PublicKeyCredentialCreationOptions.

    A second factor needs no place on the key itself (residentKey), and nobody is asked who made it.
    """
    person_id, _session_id = who(w)
    place, keys = own_site(w), passkeys_of(w, person_id)
    username = w.session.get_one(Person, person_id).username
    return {
        "challenge": _new_challenge(w, Purpose.REGISTER, ""),
        "rp": {"id": place.rp_id, "name": "水产苗种检疫"},
        "user": {
            "id": bytes_to_base64url(person_id.bytes),
            "name": username,
            "displayName": username,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": one.value} for one in ALGORITHMS],
        "timeout": MILLISECONDS,
        "excludeCredentials": _named(keys),
        "authenticatorSelection": {"residentKey": "discouraged", "userVerification": "required"},
        "attestation": "none",
    }


def spend_challenge(
    w: Work, challenge: bytes, *, person_id: UUID, session_id: UUID, purpose: Purpose, digest: str
) -> None:
    """Use up the challenge an answer names; raise `Unfit` if it was never asked here.

    The row is locked: of two answers in the same moment one is taken.
    """
    row = w.one(
        select(PasskeyChallenge)
        .where(PasskeyChallenge.challenge == bytes_to_base64url(challenge))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    asked = (person_id, session_id, purpose.value, digest)
    if row is None or (row.person_id, row.session_id, row.purpose, row.digest) != asked:
        raise Unfit(PasskeyReason.NOT_ASKED)
    if row.spent_at is not None:
        raise Unfit(PasskeyReason.USED)
    if not row.made_at <= w.now < row.expires_at:
        raise Unfit(PasskeyReason.EXPIRED)
    row.spent_at = w.now


def _new_challenge(w: Work, purpose: Purpose, digest: str) -> str:
    person_id, session_id = who(w)
    _forget_old(w, person_id)
    challenge = bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES))
    w.add(
        PasskeyChallenge(
            id=w.new_id(),
            person_id=person_id,
            session_id=session_id,
            purpose=purpose,
            digest=digest,
            challenge=challenge,
            made_at=w.now,
            expires_at=w.now + CHALLENGE_LASTS,
            spent_at=None,
        )
    )
    return challenge


def _forget_old(w: Work, person_id: UUID) -> None:
    """Keep the newest few of a person's challenges, and none that is long over."""
    own = PasskeyChallenge.person_id == person_id
    newest = (
        select(PasskeyChallenge.id)
        .where(own)
        .order_by(PasskeyChallenge.made_at.desc(), PasskeyChallenge.id.desc())
        .limit(MOST_OPEN - 1)
    )
    over = PasskeyChallenge.expires_at <= w.now - CHALLENGE_LASTS
    many = PasskeyChallenge.id.not_in(newest)
    w.session.execute(delete(PasskeyChallenge).where(own, or_(over, many)))


def _named(keys: Sequence[Passkey]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": key.credential_id, "transports": key.transports}
        for key in keys
    ]
