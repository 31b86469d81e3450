"""Passkeys and security keys (W3C WebAuthn Level 2): what is asked, of which site, and why not.

A challenge is 256 random bits, good for one answer within five minutes (as the grant it leads to).
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit
from uuid import UUID

CHALLENGE_BYTES = 32
CHALLENGE_LASTS = timedelta(minutes=5)
MOST_OPEN = 10
"""Challenges a person may have open; the oldest are forgotten."""
MOST_KEYS = 10
"""Keys a person may have."""
LONGEST_NAME = 30
LONGEST_ANSWER = 16_000
"""Characters of an answer's JSON: an assertion has some 800, a registration some 2,000."""

OWN_FACTORS = "accounts:factors:add"
"""What the fresh second factor is for when somebody adds another one."""
OWN_PHONE = "accounts:phone:change"
"""… changes the own phone number."""
OWN_TOKENS = "accounts:tokens:make"
"""… makes a token: a stolen cookie must not become a key that lasts a year."""
OWN_CODES = "accounts:codes:print"
"""… prints recovery codes."""
OWN = "accounts:"
"""So begins all that a person does to his own account; a recovery code confirms nothing else."""


class Purpose(StrEnum):
    """What a challenge is for; an answer to one is no answer to another."""

    REGISTER = "register"
    SIGN_IN = "sign-in"
    STEP_UP = "step-up"


class PasskeyReason(StrEnum):
    """Why a key's answer is not taken."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown-key"
    NOT_ASKED = "not-asked"
    USED = "used"
    EXPIRED = "expired"
    WRONG_SITE = "wrong-site"
    NOT_VERIFIED = "not-verified"
    BAD_SIGNATURE = "bad-signature"
    COUNT_BACK = "count-back"
    TAKEN = "taken"


SENTENCES: Mapping[PasskeyReason, str] = MappingProxyType(
    {
        PasskeyReason.MALFORMED: "钥匙的回答读不懂，请再按一次，或改用动态口令",
        PasskeyReason.UNKNOWN_KEY: "这把钥匙没有登记在您的账号上",
        PasskeyReason.NOT_ASKED: "钥匙确认的不是这一页的内容，请刷新页面再确认",
        PasskeyReason.USED: "这次确认已用过，请再按一次",
        PasskeyReason.EXPIRED: "确认过了 5 分钟，请再按一次",
        PasskeyReason.WRONG_SITE: "这次确认是在别的网站上做的，没有采用；请检查浏览器里的网址",
        PasskeyReason.NOT_VERIFIED: "钥匙没有核对指纹、面容或 PIN，不能用来确认",
        PasskeyReason.BAD_SIGNATURE: "钥匙的签名不对",
        PasskeyReason.COUNT_BACK: "这把钥匙的计数倒退了，可能被复制过；请移除它，并告诉管理员",
        PasskeyReason.TAKEN: "这把钥匙已经登记过",
    }
)


class Unfit(Exception):
    """A key's answer that is not taken, and why."""

    def __init__(self, reason: PasskeyReason) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def sentence(self) -> str:
        """The reason in a person's words, without a full stop."""
        return SENTENCES[self.reason]


@dataclass(frozen=True)
class Site:
    """Whom keys are made for: the relying party's id (a host name) and its origin."""

    rp_id: str
    origin: str


def site_of(public_url: str) -> Site | None:
    """Return the site that keys are bound to, from the installation's public address.

    None where browsers refuse: a bare network address, or http anywhere but on localhost
    (WebAuthn 5.1.3: a secure context and a valid domain).
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if not host or _is_address(host):
        return None
    is_local = host == "localhost" or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        return None
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = "" if parts.port in {None, usual} else f":{parts.port}"
    return Site(host, f"{parts.scheme}://{host}{port}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def removal(passkey_id: UUID) -> str:
    """Return what the second factor is for when somebody removes this key."""
    return f"accounts:passkey:remove:{passkey_id}"


def counts_back(before: int, now: int) -> bool:
    """Say whether a signature counter went back or stood still (WebAuthn 6.1.1).

    Keys that do not count always say 0: passkeys kept in step by their maker cannot count.
    """
    return (before > 0 or now > 0) and now <= before
