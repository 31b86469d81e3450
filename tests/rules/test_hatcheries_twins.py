"""Which farms are worth a look as one farm with two accounts."""

from __future__ import annotations

import random
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.hatcheries.rules.twins import (
    WORTH_A_LOOK,
    FarmMarks,
    Like,
    core,
    distance,
    likely_twins,
    likeness,
)


def farm(number, **other):
    marks = {
        "code": f"91320114{number:09d}X",
        "name": f"示例第{number}苗种场",
        "sound": f"shilidi{number}",
        "division": "320114",
        "place": f"东滩村{number}组塘口",
        "phone": "",
    } | other
    return FarmMarks(key=UUID(int=number), **marks)


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        ({"code": "91320114000000002X", "phone": "p"}, {Like.CODE_NEAR, Like.PHONE}),
        ({"code": "92320114000000001X"}, {Like.SAME_BODY}),
        ({"phone": "p", "place": "东滩村1组塘口"}, {Like.PHONE, Like.PLACE_SAME}),
        ({"name": "碧波水产养殖场", "phone": "p"}, {Like.NAME_SAME, Like.PHONE}),
        ({"name": "必波苗种场", "sound": "bibo", "phone": "p"}, {Like.NAME_SOUND, Like.PHONE}),
        ({"name": "碧波苗种场", "division": "320213"}, {Like.NAME_SAME}),
    ],
)
def test_a_pair_is_alike_in_what_it_shares(other, reasons):
    one = farm(1, name="碧波苗种有限公司", sound="bibo", phone="p", place="东滩村1组塘口")
    rest = {"code": "91320213777777777A", "place": "西河口九号码头"} | other
    twin = farm(999_999, **rest)
    score, found = likeness(one, twin)
    assert set(found) == reasons
    assert likely_twins([one, twin]) == ([] if score < 50 else likely_twins([twin, one]))
    assert bool(likely_twins([one, twin])) == (len(reasons) > 1 or Like.SAME_BODY in reasons)


@pytest.mark.parametrize(
    ("one", "other", "place", "is_found"),
    [
        ("东滩水产苗种场（新）", "示例县东滩水产苗种场", "示例镇东滩 1 号", True),
        ("东滩育苗场", "东滩南区水产苗种场", "示例镇东滩1号", True),
        ("东滩水产苗种场", "示例县西河水产苗种场", "示例镇东滩 1 号", False),
        ("东滩水产苗种场（新）", "示例县东滩水产苗种场", "另一处很远的塘口 7 组", False),
    ],
)
def test_one_address_and_a_name_within_the_other_reach_the_queue(one, other, place, is_found):
    left = farm(1, name=one, sound="a", place="示例镇东滩 1 号")
    right = farm(777_777_777, name=other, sound="b", place=place)
    assert bool(likely_twins([left, right])) is is_found


def test_strangers_are_not_compared_and_a_judged_pair_does_not_come_back():
    twins = [farm(1, phone="p", place="A塘口"), farm(700_000_000, phone="p", place="A塘口")]
    assert [pair.score for pair in likely_twins(twins)] == [75]
    assert likely_twins(twins, [(twins[1].key, twins[0].key)]) == []
    assert likely_twins([farm(1), farm(777_777_777)]) == []
    office = [
        farm(number * 7_654_321, phone="p", place="A塘口", name=2 * chr(0x4E00 + 97 * number))
        for number in range(1, 90)
    ]
    assert likely_twins(office) == [], "a telephone and place of ninety farms say nothing"


def test_what_every_name_has_is_left_out():
    assert core("南京市碧波水产苗种有限公司") == "南京碧波"
    assert core("苗种场") == "苗种场"


@given(st.text("ab碧波", max_size=6), st.text("ab碧波", max_size=6))
def test_the_distance_is_symmetric_and_nothing_only_for_the_same(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, one + other, 6) == len(other)


@given(st.integers(0, 16), st.sampled_from("0123456789ABCD"))
def test_one_wrong_digit_in_a_code_is_found(place, digit):
    one = farm(123_456_789, phone="p")
    typed = one.code[:place] + digit + one.code[place + 1 :]
    twin = farm(1, code=typed, phone="p")
    if typed != one.code:
        assert likely_twins([one, twin]), typed


def test_the_blocks_miss_no_pair_that_comparing_every_two_would_find():
    source = random.Random(20261122)
    words = ("东滩", "西河", "青沙", "青砂", "海口")
    codes = [f"91320114{source.randrange(10**9):09d}X" for _number in range(90)]
    codes += [f"{one[:12]}0{one[13:]}" for one in codes[:20]]
    codes += [f"91320682{one[8:]}" for one in codes[20:25]]
    farms = [
        FarmMarks(
            key=UUID(int=number + 1),
            code=source.choice(codes),
            name=f"示例{source.choice(words)}{source.choice(words)}{source.choice(('育苗场', '公司'))}",
            sound="",
            division=source.choice(("320681", "320682")),
            place=f"{source.choice(words)}镇 {source.randrange(12)} 号",
            phone=source.choice(("", "a", "b", "c", "d", "e", "f")),
        )
        for number in range(160)
    ]
    every = {
        (one.key, other.key)
        for one, other in combinations(farms, 2)
        if likeness(one, other)[0] >= WORTH_A_LOOK
    }
    found = {(pair.one, pair.other) for pair in likely_twins(farms)}
    assert found == every
    assert len(every) > 20
