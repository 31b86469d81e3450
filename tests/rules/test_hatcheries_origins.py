"""What a purchase's certificate is worth by our own records, and who may overrule them."""

from __future__ import annotations

import pytest

from aquacert.hatcheries.rules.origins import Seed, Standing, because_of, compare
from aquacert.kernel.errors import Invalid

BOUGHT = Seed("carp", 100, "尾")


@pytest.mark.parametrize(
    ("ours", "before", "worthless", "is_own", "said"),
    [
        (Seed("carp", 100, "尾"), 0, "", False, ""),
        (None, 0, "", False, "没有签发过"),
        (Seed("carp", 1000, "尾"), 0, "", True, "本场自己卖出去"),
        (Seed("carp", 1000, "尾"), 0, "作废", False, "作废"),
        (Seed("carp", 1000, "kg"), 0, "", False, "另一个品种或单位"),
        (Seed("carp", 150, "尾"), 60, "", False, "还剩 90"),
    ],
)
def test_a_purchase_is_held_against_our_record(ours, before, worthless, is_own, said):
    standing, because = compare(BOUGHT, ours, before, worthless, is_own=is_own)
    assert said in because
    assert (standing is Standing.MATCHED) == (not said)


@pytest.mark.parametrize("before", [Standing.MISSING, Standing.MISMATCHED])
def test_accepting_against_the_record_says_on_what_grounds(before):
    with pytest.raises(Invalid):
        because_of(Standing.ACCEPTED, "好", before)
    assert because_of(Standing.ACCEPTED, " 看过 收据原件 ", before) == "看过 收据原件"


def test_a_foreign_certificate_is_accepted_without_words_and_never_refused_so():
    assert because_of(Standing.ACCEPTED, "", Standing.UNCHECKED) == ""
    with pytest.raises(Invalid):
        because_of(Standing.REFUSED, "", Standing.UNCHECKED)
