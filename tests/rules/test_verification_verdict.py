"""The table of verdicts: every combination, and the one law that matters."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from aquacert.verification.rules.throttle import Throttle
from aquacert.verification.rules.verdict import (
    TONES,
    Facts,
    Proof,
    Tone,
    Verdict,
    judge,
    remaining,
)

NOW = datetime(2026, 5, 20, 0, 16, tzinfo=UTC)
STATUSES = ("valid", "suspended", "void", "replaced", "recalled", "nonsense")
TIMES = {"future": (1, 3), "open": (-1, 2), "expired": (-3, -1)}


def facts(proof=Proof.GOOD, status="valid", arrived=False, when="open"):
    begins, ends = TIMES[when]
    return Facts(
        proof=proof,
        status=status,
        arrived=arrived,
        issued_at=NOW + timedelta(days=begins),
        valid_until=NOW + timedelta(days=ends),
        now=NOW,
    )


def test_of_all_combinations_exactly_one_is_green():
    green = [
        case
        for case in product(Proof, STATUSES, (False, True), TIMES)
        if TONES[judge(facts(*case))] is Tone.GREEN
    ]
    assert green == [(Proof.GOOD, "valid", False, "open")]


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ((Proof.GOOD, "valid", False, "open"), Verdict.VALID),
        ((Proof.GOOD, "valid", True, "open"), Verdict.ARRIVED),
        ((Proof.GOOD, "valid", True, "expired"), Verdict.ARRIVED),
        ((Proof.GOOD, "valid", False, "expired"), Verdict.EXPIRED),
        ((Proof.GOOD, "valid", False, "future"), Verdict.UNSURE),
        ((Proof.GOOD, "suspended", False, "open"), Verdict.SUSPENDED),
        ((Proof.GOOD, "suspended", True, "expired"), Verdict.SUSPENDED),
        ((Proof.GOOD, "void", False, "open"), Verdict.VOID),
        ((Proof.GOOD, "replaced", True, "expired"), Verdict.REPLACED),
        ((Proof.OPEN, "recalled", False, "open"), Verdict.RECALLED),
        ((Proof.OPEN, "valid", False, "open"), Verdict.UNSURE),
        ((Proof.OPEN, "valid", True, "open"), Verdict.UNSURE),
        ((Proof.BAD, "valid", False, "open"), Verdict.FORGED),
        ((Proof.BAD, "void", False, "open"), Verdict.FORGED),
        ((Proof.GOOD, "nonsense", False, "open"), Verdict.UNSURE),
    ],
)
def test_each_state_has_its_verdict(case, verdict):
    assert judge(facts(*case)) is verdict


def test_the_last_second_is_still_valid_and_the_next_is_not():
    last = Facts(
        proof=Proof.GOOD,
        status="valid",
        arrived=False,
        issued_at=NOW - timedelta(days=1),
        valid_until=NOW,
        now=NOW,
    )
    assert judge(last) is Verdict.VALID
    late = Facts(**{**last.__dict__, "now": NOW + timedelta(seconds=1)})
    assert judge(late) is Verdict.EXPIRED


def test_words_of_remaining_time_say_how_long_they_hold():
    left = remaining(NOW, NOW + timedelta(days=2, hours=15, minutes=30))
    assert (left.days, left.hours, left.good_for) == (2, 15, timedelta(minutes=30, seconds=1))
    short = remaining(NOW, NOW + timedelta(hours=5, minutes=40, seconds=9))
    assert (short.hours, short.minutes, short.good_for) == (5, 40, timedelta(seconds=10))
    assert remaining(NOW, NOW - timedelta(days=1)).days == 0


def test_a_caller_runs_dry_and_others_do_not():
    throttle = Throttle(burst=3, per_minute=60)
    assert [throttle.allows("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert throttle.allows("b", 0.0)
    assert throttle.allows("a", 1.0)
    assert not throttle.allows("a", 1.1)
