"""Review: no way to a verified result by one person, identical negatives, what a signature covers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.bench.rules import RESULT_MOVES, Outcome, ResultAct, ResultState
from labs.review.rules import (
    FLOOR,
    LEFT_WORDS,
    SENTENCES,
    Face,
    Hands,
    Left,
    Level,
    Locked,
    Plain,
    changes,
    digest_of,
    is_enough,
    left,
    level_on,
    may_verify,
    meaning_of,
)

PEOPLE = st.sampled_from(["a", "b", "c", "d"])


@given(
    person=PEOPLE,
    start=st.sampled_from(list(ResultState)),
    acts=st.lists(st.sampled_from([*ResultAct, "enter", "sign"]), max_size=12),
    outcome=st.sampled_from(list(Outcome)),
    level=st.integers(0, 3),
)
def test_from_no_state_does_one_person_alone_verify_anything(person, start, acts, outcome, level):
    """Whatever one person does in whatever order, the rules never move a result to verified."""
    state, testers, signed = start, {person}, set()
    for act in acts:
        if act == "enter":
            state = ResultState.ENTERED
            continue
        hands = Hands(frozenset(testers), frozenset(signed))
        if act in {"sign", ResultAct.VERIFY}:
            if may_verify(person, hands, outcome) is None:
                signed.add(person)
            if is_enough(signed, testers, level) and RESULT_MOVES.allows(state, ResultAct.VERIFY):
                state = ResultState.VERIFIED
                pytest.fail("one person verified a result")
        elif RESULT_MOVES.allows(state, act):
            state = RESULT_MOVES.after(state, act)


@given(
    testers=st.sets(PEOPLE, min_size=1),
    signing=st.lists(PEOPLE, max_size=6),
    level=st.integers(0, 3),
)
def test_a_result_is_verified_only_by_enough_persons_who_did_not_test_it(testers, signing, level):
    signed = set()
    for person in signing:
        if (
            may_verify(person, Hands(frozenset(testers), frozenset(signed)), Outcome.NEGATIVE)
            is None
        ):
            signed.add(person)
    assert signed.isdisjoint(testers)
    if is_enough(signed, testers, level):
        assert len(signed | testers) >= 2
        assert len(signed) >= max(level, FLOOR)


def test_only_verify_leads_to_verified_and_only_from_entered():
    into = {row for row, after in RESULT_MOVES.table.items() if after is ResultState.VERIFIED}
    assert into == {(ResultState.ENTERED, ResultAct.VERIFY)}


@pytest.mark.parametrize(
    ("person", "hands", "outcome", "why"),
    [
        (None, Hands(), "negative", Locked.NOBODY),
        ("a", Hands(frozenset("a")), "negative", Locked.OWN_ENTRY),
        ("a", Hands(frozenset("b"), frozenset("a")), "negative", Locked.SIGNED_ALREADY),
        ("a", Hands(frozenset("b")), "grey", Locked.NOT_FINAL),
        ("a", Hands(frozenset("b")), "invalid", Locked.NOT_FINAL),
        ("a", Hands(frozenset("b")), "inconclusive", None),
        ("a", Hands(frozenset("b")), "positive", None),
    ],
)
def test_who_may_verify(person, hands, outcome, why):
    assert may_verify(person, hands, Outcome(outcome)) is why
    assert why is None or SENTENCES[why]


def test_nobody_counts_as_a_verifier_who_is_no_person():
    assert not is_enough([None], [], 1)
    assert not is_enough(["a", "a"], ["b"], 2)
    assert is_enough(["a"], ["b"], 0)


def test_the_level_of_a_day_never_goes_below_the_floor():
    rules = [Level(2, date(2026, 7, 1)), Level(0, date(2027, 1, 1))]
    assert level_on(rules, date(2026, 6, 30)) == FLOOR
    assert level_on(rules, date(2026, 7, 1)) == 2
    assert level_on(rules, date(2027, 1, 1)) == FLOOR


NEGATIVE = {
    "outcome": Outcome.NEGATIVE,
    "is_touched": False,
    "is_run_valid": True,
    "is_changed": False,
    "version": 1,
    "targets": (None, None),
    "controls": (27.3, 27.1),
    "window": (24.0, 32.0),
}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"window": None, "controls": ()}, None),
        ({"outcome": Outcome.POSITIVE}, Left.NOT_NEGATIVE),
        ({"outcome": Outcome.INCONCLUSIVE}, Left.NOT_NEGATIVE),
        ({"is_touched": True}, Left.TOUCHED),
        ({"is_run_valid": False}, Left.RUN_INVALID),
        ({"is_changed": True}, Left.MANUAL),
        ({"version": 2}, Left.CORRECTED),
        ({"targets": ()}, Left.NO_WELLS),
        ({"excluded": 1}, Left.WELL_EXCLUDED),
        ({"targets": (None, 41.0)}, Left.CQ_SEEN),
        ({"controls": (27.3, 32.4)}, Left.IC_OUT),
        ({"controls": (23.9, 27.1)}, Left.IC_OUT),
        ({"controls": (27.3, None)}, Left.IC_MISSING),
        ({"controls": ()}, Left.IC_MISSING),
    ],
)
def test_only_identical_negatives_pass_together(changed, why):
    assert left(Plain(**{**NEGATIVE, **changed})) is why
    assert why is None or all(LEFT_WORDS[why])


def test_the_meaning_says_how_many_and_what():
    assert "M7K2-1 DIV1 为“阳性”" in meaning_of([("M7K2-1", "DIV1", "positive")])
    many = meaning_of([("A", "DIV1", "negative"), ("B", "DIV1", "negative")])
    assert "同意 2 份为“阴性”" in many


def test_a_record_has_one_hash_however_its_keys_are_ordered():
    assert digest_of({"a": 1, "b": "阴性"}) == digest_of({"b": "阴性", "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_a_correction_is_shown_field_by_field_beside_the_instruments_original():
    first = Face("v1", {"目标 Cq A1": "39.6", "试剂批号": "K2604-17", "结果": "灰区"})
    second = Face(
        "v2",
        {"目标 Cq A1": "无", "试剂批号": "K2604-17", "结果": "阴性", "内参": "27.3"},
        "灰区，请复检",
    )
    rows = {row.name: row for row in changes({"目标 Cq A1": "39.6"}, [first, second])}
    assert rows["目标 Cq A1"].values == ("39.6", "无")
    assert (rows["目标 Cq A1"].original, rows["目标 Cq A1"].because) == ("39.6", "灰区，请复检")
    assert not rows["试剂批号"].is_changed
    assert rows["内参"].values == ("—", "27.3")
    assert sum(row.is_changed for row in rows.values()) == 3
