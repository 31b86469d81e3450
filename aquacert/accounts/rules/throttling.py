"""How often one may guess.

Five tries in sixty seconds per account (as SecureDrop). Per network address the number is larger:
a county office and a whole mobile network stand behind one address, and a few wrong passwords
of strangers must not lock them out [P]. One-time codes are short, so five wrong ones lock for a
quarter of an hour (design/phone.md §7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Gate(StrEnum):
    """What is being guessed at."""

    ACCOUNT = "account"
    ADDRESS = "address"
    CODE = "code"
    LINK = "link"
    REGISTER = "register"
    RECOVER = "recover"
    OFFICER = "officer"
    PHONE = "phone"


@dataclass(frozen=True)
class Limit:
    """So many tries in so much time, counted from the first."""

    tries: int
    period: timedelta


LIMITS: Mapping[Gate, Limit] = MappingProxyType(
    {
        Gate.ACCOUNT: Limit(5, timedelta(seconds=60)),
        Gate.ADDRESS: Limit(20, timedelta(seconds=60)),
        Gate.CODE: Limit(5, timedelta(minutes=15)),
        Gate.LINK: Limit(20, timedelta(seconds=60)),
        # A training in a county town registers a room full of farms from one address [P].
        Gate.REGISTER: Limit(30, timedelta(hours=1)),
        Gate.RECOVER: Limit(20, timedelta(hours=1)),
        Gate.OFFICER: Limit(5, timedelta(minutes=15)),
        Gate.PHONE: Limit(5, timedelta(days=1)),
    }
)


def is_over(since: datetime, now: datetime, limit: Limit) -> bool:
    """Whether the window that began at `since` is past. A clock set back ends it too."""
    return now - since >= limit.period or now < since


def wait_seconds(since: datetime, tries: int, now: datetime, limit: Limit) -> int:
    """Seconds to wait before the next try; 0 = may try now. `tries` counts those already made."""
    if tries < limit.tries or is_over(since, now, limit):
        return 0
    return max(1, int((since + limit.period - now).total_seconds()))


def in_words(seconds: int) -> str:
    """A waiting time a person can use: seconds below two minutes, else minutes rounded up."""
    return f"{seconds} 秒" if seconds < 120 else f"{-(-seconds // 60)} 分钟"
