"""An owner's consent to a declaration that somebody fills in for him (代办), bound to its content.

The Measures (2022) Art. 11 hold the declarant to the truth of what is declared; nothing says how an
owner without a telephone of his own consents. The ways below are this product's (domain.md §1.2).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=30)
MOST_GUESSES = 5
MOST_CODES = 10
"""Codes for one declaration within 24 hours: 50 guesses of a million, and no flooded inbox."""
NO_CONSENT = "还没有记下货主的同意。请先取得同意，再替他提交。"
DECLINED = "货主不同意代办，不能替他提交。"
NO_SUPPLEMENT_CONSENT = "补的材料还没有货主的同意。材料传齐以后，请他看过、同意，再替他交。"
OLD_CONSENT = "货主同意以后申报内容改过，请再取得一次同意。"


class Way(StrEnum):
    """How the owner said yes."""

    CODE = "code"
    OWN_HAND = "own_hand"
    PAPER = "paper"
    CALL = "call"


WAY_WORDS: Mapping[Way, str] = {
    Way.CODE: "货主报出确认码",
    Way.OWN_HAND: "货主自己在系统里同意",
    Way.PAPER: "签字的纸面委托",
    Way.CALL: "电话录音",
}


class ConsentState(StrEnum):
    """Where an asking stands."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    SPENT = "spent"
    """The code ran out of time or tries, or another one was sent."""


CONSENT_WORDS: Mapping[ConsentState, str] = {
    ConsentState.ASKED: "等货主答复",
    ConsentState.GIVEN: "货主已同意",
    ConsentState.DECLINED: "货主不同意",
    ConsentState.SPENT: "确认码已失效",
}


def same_code(said: str, code: str) -> bool:
    """Compare what the owner read out with the code sent; spaces and full width do not matter."""
    digits = "".join(str(int(c)) for c in said if c.isdigit())
    return hmac.compare_digest(digits, code)


def why_no_guess(expires_at: datetime | None, guesses: int, now: datetime) -> str:
    """Return why the code can no longer be given, or an empty text."""
    if expires_at is None or now > expires_at:
        return "确认码过了时间（30 分钟），请重新发一个。"
    if guesses >= MOST_GUESSES:
        return f"确认码输错 {MOST_GUESSES} 次，已失效，请重新发一个。"
    return ""
