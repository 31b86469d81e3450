"""Blind codes, conditions and dated scopes: pure rules of the laboratory beside its reports."""

from datetime import date

from labs.intake.rules import Condition, ItemAct, act_of, blind_code
from labs.register.rules import overlaps


def test_blind_codes_have_one_spelling():
    assert blind_code(" m7k2-0388\n") == "M7K2-0388"
    assert [blind_code(t) for t in ("", "鱼-1", "AB", "A" * 40, "=1+1")] == [None] * 5


def test_what_is_missing_or_rejected_is_not_tested():
    assert {c: act_of(c) for c in Condition} == {
        Condition.GOOD: ItemAct.RECEIVE,
        Condition.DAMAGED: ItemAct.RECEIVE,
        Condition.LEAKED: ItemAct.RECEIVE,
        Condition.MISSING: ItemAct.TURN_AWAY,
        Condition.REJECTED: ItemAct.TURN_AWAY,
    }


def test_spans_overlap_by_a_single_day():
    span = [(date(2026, 1, 1), date(2026, 6, 30))]
    assert overlaps(date(2026, 6, 30), date(2026, 7, 1), span)
    assert not overlaps(date(2026, 7, 1), date(2026, 8, 1), span)
