"""Ten thousand ledgers drawn at random: never below zero, and replayed they give the balance."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from aquacert.hatcheries.rules import (
    ADDS,
    LARGEST,
    TAKES,
    Kind,
    balance_after,
    happened,
    replay,
    said_of,
    signed,
    spark,
)
from aquacert.kernel.errors import Invalid

LEDGERS = 10_000
KINDS = sorted(ADDS | TAKES | {Kind.TRANSFER, Kind.CORRECTION})
SIZES = (1, 3, 1_000, 500_000, 10**12, LARGEST // 2, LARGEST, LARGEST + 1, 0, -1, -700)


def draw(dice: random.Random) -> tuple[Kind, int]:
    """Return an entry somebody might ask for; some cannot be."""
    kind = dice.choice(KINDS)
    size = dice.choice(SIZES) if dice.random() < 0.2 else dice.randrange(1, 5_000)
    return kind, -size if kind in {Kind.TRANSFER, Kind.CORRECTION} and dice.random() < 0.5 else size


def test_ten_thousand_ledgers_never_fall_below_zero_and_replay_to_their_balance():
    dice, refused, booked = random.Random(20260512), 0, 0
    for _ledger in range(LEDGERS):
        balance, changes = 0, []
        for _entry in range(dice.randrange(1, 25)):
            kind, quantity = draw(dice)
            try:
                change = signed(kind, quantity)
                after = balance_after(balance, change, "尾")
            except Invalid:
                refused += 1
                continue
            assert after == balance + change
            assert 0 <= after <= LARGEST
            assert change != 0
            assert (change > 0) == (kind in ADDS) or kind in {Kind.TRANSFER, Kind.CORRECTION}
            balance = after
            changes.append(change)
        booked += len(changes)
        assert replay(changes) == balance
        running = 0
        for change in changes:
            running += change
            assert running >= 0
    assert booked > LEDGERS
    assert refused > LEDGERS


def test_two_lots_that_exchange_keep_their_sum():
    dice = random.Random(7)
    for _pair in range(500):
        held = [dice.randrange(1, 10_000), dice.randrange(1, 10_000)]
        whole = sum(held)
        for _step in range(20):
            giver, size = dice.randrange(2), dice.randrange(1, 4_000)
            try:
                left = balance_after(held[giver], signed(Kind.TRANSFER, -size), "尾")
            except Invalid:
                assert size > held[giver]
                continue
            held[1 - giver] = balance_after(held[1 - giver], signed(Kind.TRANSFER, size), "尾")
            held[giver] = left
            assert sum(held) == whole
            assert min(held) >= 0


def test_a_day_that_cannot_be_is_refused():
    today = date(2026, 5, 9)
    assert happened(None, today) is None
    assert happened(today, today) is None
    assert happened(today - timedelta(days=366), today) == today - timedelta(days=366)
    for wrong in (today + timedelta(days=1), today - timedelta(days=367)):
        with pytest.raises(Invalid):
            happened(wrong, today)


def test_a_split_is_called_by_its_own_word():
    assert said_of(Kind.TRANSFER, "split") == "分塘"
    assert said_of(Kind.TRANSFER, None) == "转塘"
    assert said_of(Kind.DEATH, None) == "死亡"


@pytest.mark.parametrize("balances", [[], [0], [5], [0, 10, 5], [LARGEST, 0, 1], [1] * 300])
def test_the_small_picture_stays_within_its_frame(balances):
    points = [tuple(map(int, one.split(","))) for one in spark(balances, 120, 32).split()]
    assert len(points) == 2 * len(balances)
    assert all(0 <= x <= 120 and 0 <= y <= 32 for x, y in points)
    if balances == [0, 10, 5]:
        assert [y for _x, y in points] == [32, 32, 0, 0, 16, 16]
