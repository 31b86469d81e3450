"""Rounds: what has to be done every minute, hour or night, whoever asks or not.

A round is safe to run late, twice, or by two workers at once; it fails alone, and is tried again
at its next time. The times are the worker's own: what must survive a restart lies in the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from aquacert.kernel.clock import Clock

log = structlog.get_logger("rounds")
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Round:
    """Something to do, and how often."""

    name: str
    every: timedelta
    act: Callable[[], object]


class Rounds:
    """Runs each round when its time has come; the first time one period after the start."""

    def __init__(self, clock: Clock, rounds: Sequence[Round]) -> None:
        self.clock = clock
        self.rounds = tuple(rounds)
        self._due: dict[str, datetime] = {}

    def run_due(self) -> list[str]:
        """Run what is due now; return the names of what was run, failed ones too."""
        now = self.clock.now()
        ran = []
        for one in self.rounds:
            if now < self._due.setdefault(one.name, now + one.every):
                continue
            self._due[one.name] = now + one.every
            ran.append(one.name)
            try:
                one.act()
            except Exception:
                log.exception("a round failed", round=one.name)
        return ran

    def run_until(self, stop: threading.Event) -> None:
        """Keep running rounds until `stop` is set."""
        while not stop.wait(PAUSE_SECONDS):
            self.run_due()
