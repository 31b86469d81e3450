"""Rules of movements: what a report must say, what a checkpoint may decide, how time runs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.movements.rules import (
    MOVES,
    ON_THE_ROAD,
    Act,
    Outcome,
    Point,
    Report,
    State,
    check_decision,
    check_reason,
    check_report,
    expected_at,
    time_left,
)

NOW = datetime(2026, 5, 14, 8, tzinfo=UTC)


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_as_much_as_was_certified_needs_no_explanation(quantity):
    check_report(Report(quantity), quantity, "尾")


@given(st.integers(min_value=1, max_value=10**9))
def test_more_than_was_certified_must_be_explained(quantity):
    with pytest.raises(Invalid) as caught:
        check_report(Report(quantity + 1), quantity, "尾")
    assert set(caught.value.fields) == {"problem"}
    check_report(Report(quantity + 1, problem="多装了一箱"), quantity, "尾")


@pytest.mark.parametrize("received", [0, -5])
def test_nothing_cannot_have_arrived(received):
    with pytest.raises(Invalid) as caught:
        check_report(Report(received), 10, "尾")
    assert set(caught.value.fields) == {"received"}


def test_another_place_must_be_explained():
    with pytest.raises(Invalid) as caught:
        check_report(Report(10, place_confirmed=False), 10, "尾")
    assert set(caught.value.fields) == {"problem"}


@pytest.mark.parametrize("because", ["", " ", "无"])
def test_a_reason_has_two_characters(because):
    with pytest.raises(Invalid):
        check_reason(because)


def test_a_lorry_passes_when_everything_matches():
    check_decision(Outcome.PASS, [], "", is_good=True)


def test_a_lorry_that_differs_does_not_pass_and_the_difference_is_named():
    with pytest.raises(Invalid, match="车牌、数量不符"):
        check_decision(Outcome.PASS, [Point.QUANTITY, Point.PLATE], "", is_good=True)


def test_a_lorry_with_a_worthless_certificate_does_not_pass():
    with pytest.raises(Invalid, match="现在不能放行"):
        check_decision(Outcome.PASS, [], "", is_good=False)


@pytest.mark.parametrize("outcome", [Outcome.DOUBT, Outcome.HOLD])
def test_holding_a_lorry_needs_words(outcome):
    with pytest.raises(Invalid) as caught:
        check_decision(outcome, [Point.PLATE], " ", is_good=True)
    assert set(caught.value.fields) == {"note"}
    check_decision(outcome, [], "车上还有别的苗", is_good=True)


def test_the_journey_ends_within_the_validity():
    until = NOW + timedelta(days=1)
    assert expected_at(NOW, 5, until) == until
    assert expected_at(NOW, 1, NOW + timedelta(days=3)) == until


def test_time_left_is_in_days_and_hours_and_ends():
    assert time_left(NOW, NOW + timedelta(days=3, hours=16, minutes=9)) == (3, 16)
    assert time_left(NOW, NOW) == (0, 0)
    assert time_left(NOW + timedelta(seconds=1), NOW) is None


@pytest.mark.parametrize("state", State)
def test_what_ended_does_not_move_again(state):
    lawful = [act for act in Act if MOVES.allows(state, act)]
    assert bool(lawful) is (state in ON_THE_ROAD)
    if not lawful:
        with pytest.raises(NotAllowedNow):
            MOVES.after(state, Act.ARRIVE)
