"""How often a picture taken off a screen is noticed, and how often a plain one wrongly: printed."""

from __future__ import annotations

import pytest

from aquacert.inspections.parsers.moire import THRESHOLD, screen_strength
from tests.make.photographs import KINDS, off_a_screen, photograph

FIRST_SEED = 5_000
"""Beyond every seed that the thresholds were chosen with."""
MOST_FALSE = 0.05


def rates(screens: int, plain: int) -> tuple[float, float]:
    """Return (recall, share of false flags) over so many made pictures, and print them."""
    seeds = range(FIRST_SEED, FIRST_SEED + max(screens, plain))
    seen = [screen_strength(off_a_screen(seed)) > THRESHOLD for seed in seeds[:screens]]
    wrong = [seed for seed in seeds[:plain] if screen_strength(photograph(seed)) > THRESHOLD]
    recall, false = sum(seen) / screens, len(wrong) / plain
    kinds = ", ".join(sorted({KINDS[seed % len(KINDS)] for seed in wrong})) or "-"
    print(f"\nscreens: {sum(seen)} of {screens} noticed ({recall:.0%})")
    print(f"plain: {len(wrong)} of {plain} flagged ({false:.1%}; {kinds})")
    return recall, false


def test_most_pictures_of_screens_are_noticed_and_hardly_a_plain_one():
    recall, false = rates(10, 40)
    assert false <= MOST_FALSE
    assert recall >= 0.6


@pytest.mark.long
def test_the_same_over_fifty_screens_and_two_hundred_plain_pictures():
    recall, false = rates(50, 200)
    assert false <= MOST_FALSE
    assert recall >= 0.7
