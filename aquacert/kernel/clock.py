"""Time: instants are UTC, legal days are Asia/Shanghai, and one clock is injected everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The legal time zone of every rule that counts days."""


class Clock(Protocol):
    """Anything that can say what time it is, in UTC."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until somebody moves it: tests and the demo story."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant the clock was last set to."""
        return self.at

    def forward(self, **step: float) -> None:
        """Move on by `timedelta(**step)`."""
        self.at += timedelta(**step)


def legal_day(instant: datetime) -> date:
    """Return the calendar day in Asia/Shanghai that holds `instant`."""
    return instant.astimezone(SHANGHAI).date()


def rfc3339(instant: datetime) -> str:
    """Return `instant` as RFC 3339 text in UTC with millisecond precision."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
