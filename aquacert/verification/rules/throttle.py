"""A token bucket for each caller: so many tries at once, so many more a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_CALLERS = 20_000


@dataclass
class Throttle:
    """Buckets in this process's memory. Times are seconds of any steady clock."""

    burst: float = 10.0
    per_minute: float = 10.0
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def allows(self, caller: str, now: float) -> bool:
        """Take one token of `caller`; tell whether there was one."""
        tokens = self._tokens(caller, now)
        if tokens < 1.0:
            self._left[caller] = (tokens, now)
            return False
        if caller not in self._left and len(self._left) >= MOST_CALLERS:
            self._forget_full(now)
        self._left[caller] = (tokens - 1.0, now)
        return True

    def is_dry(self, caller: str, now: float) -> bool:
        """Tell whether `caller` has no token left, without taking one."""
        return caller in self._left and self._tokens(caller, now) < 1.0

    def _tokens(self, caller: str, now: float) -> float:
        tokens, then = self._left.get(caller, (self.burst, now))
        return min(self.burst, tokens + max(0.0, now - then) * self.per_minute / 60.0)

    def _forget_full(self, now: float) -> None:
        """Drop callers whose bucket is full again; if all are busy, drop everybody's memory."""
        full = [caller for caller in self._left if self._tokens(caller, now) >= self.burst]
        for caller in full:
            del self._left[caller]
        if len(self._left) >= MOST_CALLERS:
            self._left.clear()
