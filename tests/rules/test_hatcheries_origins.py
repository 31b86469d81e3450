"""What a purchase's certificate is worth by our own records, and who may overrule them."""

from __future__ import annotations

from uuid import UUID

import pytest

from aquacert.hatcheries.rules.origins import Buyer, OurRecord, Seed, Standing, because_of, compare
from aquacert.kernel.errors import Invalid

BOUGHT = Seed("carp", 100, "尾")


HERE = Buyer(UUID(int=1), "320114", ("示例苗种场", "张三", "13800008000"))


def ours(seed, **other):
    told = {"worthless": "", "sold_by": UUID(int=2), "goes_to": "320114", "received_by": ("张三",)}
    return OurRecord(UUID(int=3), seed, **(told | other))


@pytest.mark.parametrize(
    ("record", "before", "said"),
    [
        (ours(Seed("carp", 100, "尾")), 0, ""),
        (ours(Seed("carp", 100, "尾"), received_by=("王五", "示例苗种场东区")), 0, ""),
        (ours(Seed("carp", 100, "尾"), received_by=("王五", "别的场")), 0, "收货人不是本场"),
        (ours(Seed("carp", 100, "尾"), goes_to="370212"), 0, "到达地不是本场"),
        (None, 0, "没有签发过"),
        (ours(Seed("carp", 1000, "尾"), sold_by=HERE.organisation_id), 0, "本场自己卖出去"),
        (ours(Seed("carp", 1000, "尾"), worthless="作废"), 0, "作废"),
        (ours(Seed("carp", 1000, "kg")), 0, "另一个品种或单位"),
        (ours(Seed("carp", 150, "尾")), 60, "还剩 90"),
    ],
)
def test_a_purchase_is_held_against_our_record(record, before, said):
    standing, because = compare(BOUGHT, record, before, HERE)
    assert said in because
    assert (standing is Standing.MATCHED) == (not said)


def test_one_character_is_nobodys_name():
    buyer = Buyer(UUID(int=1), "320114", ("示例苗种场", "张"))
    assert compare(BOUGHT, ours(BOUGHT), 0, buyer)[0] is Standing.MISMATCHED


@pytest.mark.parametrize("before", [Standing.MISSING, Standing.MISMATCHED])
def test_accepting_against_the_record_says_on_what_grounds(before):
    with pytest.raises(Invalid):
        because_of(Standing.ACCEPTED, "好", before)
    assert because_of(Standing.ACCEPTED, " 看过 收据原件 ", before) == "看过 收据原件"


def test_a_foreign_certificate_is_accepted_without_words_and_never_refused_so():
    assert because_of(Standing.ACCEPTED, "", Standing.UNCHECKED) == ""
    with pytest.raises(Invalid):
        because_of(Standing.REFUSED, "", Standing.UNCHECKED)
