"""Acts on signing keys, each with its fact. The key changes before the commit: safety comes first.

Who acts is the account on the server; a key's state is in the ring's folder, where every running
process sees it at once, and the fact is in the trail of the county the key belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.trust.keys import KEY_DAYS, KeyRing, KeyState, ListedKey, Owner, Use

SUBJECT = "keys"


@dataclass(frozen=True)
class KeyMade(Fact):
    """A signing key was made."""

    tag: ClassVar[str] = "certificates:key:make"
    title: ClassVar[str] = "新建签名密钥"
    kid: str
    use: str
    algorithm: str
    owner: str
    until: str
    operator: str


@dataclass(frozen=True)
class KeyRotated(Fact):
    """A signing key was replaced; the old one verifies to its end."""

    tag: ClassVar[str] = "certificates:key:rotate"
    title: ClassVar[str] = "更换签名密钥"
    kid: str
    retired: str
    algorithm: str
    owner: str
    until: str
    operator: str


@dataclass(frozen=True)
class KeyWithdrawn(Fact):
    """A signing key was taken back."""

    tag: ClassVar[str] = "certificates:key:withdraw"
    title: ClassVar[str] = "收回签名密钥"
    kid: str
    owner: str
    compromised_since: str
    """RFC 3339, empty when it was not compromised"""
    operator: str


def make_key(
    w: Work, keys: KeyRing, use: Use, owner: Owner, *, days: int = KEY_DAYS, operator: str
) -> ListedKey:
    """Make a key of `use` for `owner`; raise `NotAllowedNow` when it has one: that is rotation."""
    known = keys.find(use, owner.label, w.now)
    if known is not None:
        raise NotAllowedNow(
            f"它已有可用的密钥 {known.kid.hex()}；要换新的，请用 rotate。", detail=owner.label
        )
    made = keys.create(use, owner, now=w.now, days=days)
    fact = KeyMade(
        made.kid.hex(), use.value, made.algorithm, owner.label, rfc3339(made.not_after), operator
    )
    w.record(fact, on=(SUBJECT, made.kid.hex()), county=owner.division or None)
    return made


def rotate_key(
    w: Work, keys: KeyRing, kid: bytes, *, days: int = KEY_DAYS, operator: str
) -> ListedKey:
    """Replace the key `kid` by a fresh one of the same owner and use, from now on."""
    old = keys.named(kid)
    if old.use is Use.ROOT:
        raise Invalid("根密钥不能这样更换：信任清单上的根要由多名保管人一起更换。")
    made = keys.rotate(old.use, old.owner, now=w.now, days=days)
    fact = KeyRotated(
        made.kid.hex(),
        kid.hex(),
        made.algorithm,
        old.owner.label,
        rfc3339(made.not_after),
        operator,
    )
    w.record(fact, on=(SUBJECT, made.kid.hex()), county=old.owner.division or None)
    return made


def withdraw_key(
    w: Work, keys: KeyRing, kid: bytes, *, compromised_since: datetime | None, operator: str
) -> ListedKey:
    """Take the key `kid` back; raise `Invalid` when it is said to be compromised in the future."""
    if compromised_since is not None and compromised_since > w.now:
        raise Invalid("泄露的时间不能在将来。")
    found = keys.named(kid)
    if found.state is KeyState.WITHDRAWN and compromised_since is None:
        raise NotAllowedNow("这把密钥已经收回了。", detail=kid.hex())
    taken = keys.withdraw(kid, compromised_since=compromised_since)
    since = "" if compromised_since is None else rfc3339(compromised_since)
    fact = KeyWithdrawn(kid.hex(), found.owner.label, since, operator)
    w.record(fact, on=(SUBJECT, kid.hex()), county=found.owner.division or None)
    return taken
