"""Numbers, forms, days and states: the small laws of a certificate."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.certificates.rules import kinds, numbering, states
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import Range
from aquacert.certificates.rules.states import Act, Status
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.trust.record import valid_until

whole = st.integers(3_200_000_000, 3_299_999_999)


@given(whole)
def test_a_number_reads_back_from_every_way_it_is_written(number):
    text = numbering.as_text(number)
    assert len(text) == 10
    assert numbering.parse_number(text) == number
    assert numbering.parse_number(numbering.spaced(text)) == number


@pytest.mark.parametrize(
    "text", ["", "320001234", "32000123456", "32000l2345", "３２０００１２３４５"]
)
def test_what_is_not_ten_digits_is_refused(text):
    with pytest.raises(Invalid):
        numbering.parse_number(text)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("3200000002", "3200000001"),
        ("3100000001", "3100000100"),
        ("3200000001", "3201000001"),
        ("3299999999", "3300000001"),
    ],
)
def test_a_segment_that_cannot_be_is_refused(first, last):
    with pytest.raises(Invalid):
        numbering.parse_range(first, last, province="32")


def test_a_child_lies_in_the_unused_part_of_its_parent():
    parent = Range(3_200_000_001, 3_200_001_000)
    numbering.check_child(Range(3_200_000_101, 3_200_000_200), parent, [], 3_200_000_051)
    for child, siblings in (
        (Range(3_200_000_901, 3_200_001_001), []),
        (Range(3_200_000_041, 3_200_000_100), []),
        (Range(3_200_000_101, 3_200_000_200), [Range(3_200_000_200, 3_200_000_300)]),
    ):
        with pytest.raises(Invalid):
            numbering.check_child(child, parent, siblings, 3_200_000_051)


@given(whole, whole, whole, whole)
def test_ranges_overlap_exactly_when_they_share_a_number(a, b, c, d):
    one, two = Range(min(a, b), max(a, b)), Range(min(c, d), max(c, d))
    assert (
        one.overlaps(two)
        == two.overlaps(one)
        == (max(one.first, two.first) <= min(one.last, two.last))
    )


def test_the_form_follows_the_destination():
    assert kinds.kind_for(issuing_province="320000", destination_province="370000") is Kind.A
    assert kinds.kind_for(issuing_province="320000", destination_province="320000") is Kind.B


def test_form_a_counts_from_the_day_after_issue_and_form_b_ends_that_day():
    assert kinds.last_day(date(2026, 5, 18), 1, Kind.B) == date(2026, 5, 18)
    assert kinds.last_day(date(2026, 2, 26), 5) == date(2026, 3, 3)
    assert kinds.valid_days(Kind.A, 0) == 1
    assert kinds.valid_days(Kind.B, 4) == 1
    assert kinds.valid_days(Kind.A, 2, 1) == 3


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("days", [1, 3, 5])
def test_the_rule_and_the_record_end_on_the_same_day(kind, days):
    issued = datetime(2026, 5, 18, 15, 59, 59, tzinfo=UTC)
    ends = legal_day(valid_until(kind.value, issued, days))
    assert ends == kinds.last_day(legal_day(issued), days, kind)


@pytest.mark.parametrize("final", [Status.VOID, Status.REPLACED, Status.RECALLED])
@pytest.mark.parametrize("act", list(Act))
def test_a_final_state_stays_final(final, act):
    with pytest.raises(NotAllowedNow):
        states.MOVES.after(final, act)


def test_only_suspension_goes_back():
    back = {(old, new) for (old, _), new in states.MOVES.table.items() if new in states.LIVE}
    assert back == {(Status.VALID, Status.SUSPENDED), (Status.SUSPENDED, Status.VALID)}
