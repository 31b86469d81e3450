"""Rounds come when they are due, and one that fails stops no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aquacert.kernel.clock import FixedClock
from aquacert.kernel.rounds import Round, Rounds


def test_each_round_comes_at_its_own_time_and_a_failing_one_comes_again():
    clock = FixedClock(datetime(2026, 5, 9, tzinfo=UTC))
    done = []

    def fails():
        done.append("fails")
        raise RuntimeError("not tonight")

    rounds = Rounds(
        clock,
        [
            Round("fails", timedelta(minutes=1), fails),
            Round("hourly", timedelta(hours=1), lambda: done.append("hourly")),
        ],
    )
    assert rounds.run_due() == []
    clock.forward(minutes=1)
    assert rounds.run_due() == ["fails"]
    assert rounds.run_due() == []
    clock.forward(minutes=59)
    assert rounds.run_due() == ["fails", "hourly"]
    assert done == ["fails", "fails", "hourly"]
