"""The checklists and signs as data: what they may say, what answers they take, what unfolds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from aquacert.demo.findings import healthy
from aquacert.inspections.parsers import checklist
from aquacert.inspections.rules import (
    NEEDED_SLOTS,
    Act,
    Answer,
    Item,
    Kind,
    Lack,
    Option,
    Section,
    lacks,
    number_words,
    progress,
    read_number,
    read_value,
    unanswered,
    unfolded,
    value_words,
)
from aquacert.kernel.errors import Invalid

GROUPS = ("fish", "crustacean", "mollusc", "other")
SEED = Path(__file__).parents[2] / "seed_data"
WATER = Item("t", Section.FACILITY, "水温", "", kind=Kind.NUMBER, unit="℃", decimals=1, least=-20, most=450)  # fmt: skip
DEAD = Item("d", Section.GROUP, "死亡", "", kind=Kind.NUMBER, unit="尾", least=0, most=10**10)
GUT = Item("g", Section.GROUP, "肠胃", "饱满")
MENU = Item("m", Section.GROUP, "样子", "", kind=Kind.PICK, options=(Option("a", "空胃"), Option("b", "空肠")), only_if="g")  # fmt: skip
ONE = Item("o", Section.GROUP, "多少", "", kind=Kind.PICK, options=MENU.options, only_if="g", is_single=True)  # fmt: skip


@pytest.mark.parametrize(
    ("item", "raw", "kept"),
    [
        (WATER, 245, 245),
        (WATER, "24.5", 245),
        (WATER, "２４．５", 245),
        (WATER, " 24 ", 240),
        (WATER, "-0.5", -5),
        (DEAD, "1,200", 12000),
        (DEAD, 0, 0),
        (GUT, "abnormal", Answer.ABNORMAL),
        (GUT, Answer.NORMAL, Answer.NORMAL),
        (MENU, ["b", "a", "a"], ("a", "b")),
        (ONE, ("b",), ("b",)),
    ],
)
def test_an_answer_is_read_as_its_item_takes_it(item, raw, kept):
    assert read_value(item, raw) == kept


@pytest.mark.parametrize(
    ("item", "raw"),
    [
        (WATER, 451),
        (WATER, -21),
        (WATER, "24.55"),
        (WATER, "热"),
        (WATER, True),
        (WATER, 24.5),
        (WATER, None),
        (DEAD, 5),
        (DEAD, "0.5"),
        (DEAD, "-1"),
        (DEAD, "9" * 40),
        (GUT, "fine"),
        (GUT, 1),
        (GUT, ["normal"]),
        (MENU, []),
        (MENU, ["c"]),
        (MENU, "a"),
        (MENU, [["a"]]),
        (ONE, ["a", "b"]),
    ],
)
def test_what_an_item_does_not_take_is_refused_at_it(item, raw):
    with pytest.raises(Invalid) as refused:
        read_value(item, raw)
    assert set(refused.value.fields) == {item.key}


def test_numbers_are_written_as_people_write_them():
    for tenths, words in ((245, "24.5"), (240, "24"), (-5, "-0.5"), (0, "0")):
        assert number_words(tenths) == words
        assert read_number(WATER, words) == tenths
    assert value_words(WATER, 245) == "24.5 ℃"
    assert value_words(MENU, ("a", "b")) == "空胃、空肠"
    assert value_words(GUT, Answer.NORMAL) == "正常"


def test_menus_unfold_only_under_an_abnormal_finding():
    items = (GUT, MENU, ONE)
    assert unfolded(items, {}) == (GUT,)
    assert unfolded(items, {"g": Answer.NORMAL, "m": ("a",)}) == (GUT,)
    assert unfolded(items, {"g": Answer.ABNORMAL}) == items
    assert [one.key for one in unanswered(items, {"g": Answer.ABNORMAL, "m": ("a",)})] == ["o"]
    assert progress(items, {"g": Answer.ABNORMAL}, {Section.GROUP}) == (1, 3)


@pytest.mark.parametrize("group", GROUPS)
def test_a_healthy_batch_is_all_taps_and_numbers(group):
    items = checklist(group)
    answers = healthy(items)
    assert {item.kind for item in unfolded(items, answers)} == {Kind.CHOICE, Kind.NUMBER}
    asked = {"act": Act.PASS, "quantity": 10, "declared": 10, "note": ""}
    assert lacks(items, answers, NEEDED_SLOTS, **asked) == ()
    assert lacks(items, answers, NEEDED_SLOTS, **asked, is_isolated=True) == (Lack.ISOLATED,)
    for item in items:
        less = {key: value for key, value in answers.items() if key != item.key}
        missing = item.is_needed and not item.only_if
        assert lacks(items, less, NEEDED_SLOTS, **asked) == ((Lack.ITEMS,) if missing else ())


@pytest.mark.parametrize("group", GROUPS)
def test_every_checklist_is_whole(group):
    items = checklist(group)
    known = {item.key: item for item in items}
    assert len(known) == len(items)
    assert {item.section for item in items} == set(Section)
    for item in items:
        assert bool(item.options) == (item.kind is Kind.PICK)
        assert item.kind is not Kind.NUMBER or (item.unit and item.least < item.most)
        assert not item.only_if or known[item.only_if].kind is Kind.CHOICE
        menus = [one for one in items if one.only_if == item.key and not one.is_single]
        offered = {option.key for menu in menus for option in menu.options}
        assert {sign.option for sign in item.points} <= offered | {""}


def test_every_sign_stands_at_an_item_of_its_checklist_and_says_how_sure_it_is():
    with (SEED / "diseases.csv").open(encoding="utf-8", newline="") as file:
        diseases = {row["code"] for row in csv.DictReader(file)}
    with (SEED / "disease_signs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    windows: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        assert row["disease"] in diseases
        assert row["item"] in {item.key for item in checklist(row["group"])}
        assert row["sureness"] in {"R_hi", "R_med", "R_lo"}
        windows.setdefault(row["disease"], set()).add((row["low"], row["high"]))
    assert all(len(each) == 1 for each in windows.values())
    assert all(bool(low) == bool(high) for each in windows.values() for low, high in each)
