"""Numbers, forms, days and states: the small laws of a certificate."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aquacert.certificates.rules import bars, kinds, numbering, numberstock, pieces, states
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.marks import SegmentMark, VoidMark, read_mark
from aquacert.certificates.rules.numbering import Range
from aquacert.certificates.rules.pieces import Piece
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


ROOT = Range(3_200_000_001, 3_200_000_060)


class Numbers(RuleBasedStateMachine):
    """Hand down, return, void and take in any order: every number is in exactly one place.

    A model of the command's bookkeeping with the real law of cuts (rules.pieces). A segment is
    [range, piece, holder, giver]; `taken` holds what was taken or voided, once each.
    """

    @initialize()
    def receive(self):
        self.segments = [[ROOT, Piece(ROOT.first, ROOT.last), 0, None]]
        self.taken = []

    def cut(self, at, wanted, holder, giver):
        segment = self.segments[at]
        done = pieces.cut(segment[1], wanted)
        segment[1] = done.piece
        if done.rest is not None:
            rest = Piece(done.rest.first, done.rest.last)
            self.segments.append([done.rest, rest, segment[2], segment[3]])
        if holder is not None:
            self.segments.append([wanted, Piece(wanted.first, wanted.last), holder, giver])

    def pick(self, data):
        return data.draw(st.integers(0, len(self.segments) - 1))

    def part(self, data, piece):
        first = data.draw(st.integers(piece.next_free, piece.free_last))
        return Range(first, data.draw(st.integers(first, piece.free_last)))

    @rule(data=st.data())
    def hand_down(self, data):
        at = self.pick(data)
        _range, piece, holder, _giver = self.segments[at]
        if piece.left and holder < 4:
            self.cut(at, self.part(data, piece), holder + 1, at)

    @rule(data=st.data())
    def give_back(self, data):
        at = self.pick(data)
        _range, piece, _holder, giver = self.segments[at]
        if piece.left and giver is not None:
            upper = self.segments[giver]
            wanted = pieces.tail(piece, data.draw(st.integers(1, piece.left)))
            self.cut(at, wanted, upper[2], upper[3])

    @rule(data=st.data())
    def void(self, data):
        at = self.pick(data)
        piece = self.segments[at][1]
        if piece.left:
            wanted = self.part(data, piece)
            self.cut(at, wanted, None, None)
            self.taken += range(wanted.first, wanted.last + 1)

    @rule(data=st.data())
    def take(self, data):
        at = self.pick(data)
        piece = self.segments[at][1]
        if piece.left:
            self.taken.append(piece.next_free)
            self.segments[at][1] = Piece(piece.next_free + 1, piece.free_last)

    @rule(data=st.data())
    def nobody_cuts_what_is_not_free(self, data):
        segment = self.segments[self.pick(data)]
        outside = [n for n in self.taken if segment[0].first <= n <= segment[0].last]
        for number in outside[:1]:
            with pytest.raises(Invalid):
                pieces.cut(segment[1], Range(number, number))

    @invariant()
    def every_number_is_in_exactly_one_place(self):
        if not hasattr(self, "segments"):
            return
        free = [
            n
            for _range, piece, _holder, _giver in self.segments
            for n in range(piece.next_free, piece.free_last + 1)
        ]
        assert sorted(free + self.taken) == list(range(ROOT.first, ROOT.last + 1))

    @invariant()
    def free_numbers_lie_inside_their_segment(self):
        for whole, piece, _holder, _giver in getattr(self, "segments", ()):
            assert not piece.left or whole.holds(piece.free)


TestNumbers = Numbers.TestCase
TestNumbers.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("count", [0, -1, 61])
def test_nobody_gets_more_than_there_is(count):
    for way in (pieces.front, pieces.tail):
        with pytest.raises(Invalid):
            way(Piece(ROOT.first, ROOT.last), count)


@given(st.uuids(), st.uuids(), st.none() | st.uuids(), whole, st.sampled_from("AB"))
def test_a_mark_reads_back_and_a_torn_one_says_nothing(key, body, person, first, kind):
    mark = SegmentMark(key, kind, first, first + 9, body, person, None)
    assert read_mark(str(mark)) == mark
    assert read_mark(str(mark)[:-1]) is None
    assert read_mark(str(VoidMark(first, first))) == VoidMark(first, first)


def test_a_stock_is_low_by_its_rate_or_by_its_share():
    assert not numberstock.is_low(0, 0, 0)
    assert numberstock.is_low(0, 100, 0)
    assert numberstock.is_low(9, 100, 0)
    assert not numberstock.is_low(10, 100, 0)
    assert numberstock.is_low(34, 1000, 510)
    assert numberstock.days_left(34, 510) == 2
    assert not numberstock.is_low(154, 1000, 60)


def test_a_body_under_another_of_its_county_is_an_office():
    level = numberstock.level_of
    assert level("province", under_same_division=False, person=False) == "province"
    assert level("prefecture", under_same_division=False, person=False) == "city"
    assert level("county", under_same_division=False, person=False) == "county"
    assert level("county", under_same_division=True, person=False) == "office"
    assert level("county", under_same_division=True, person=True) == "vet"


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=7))
def test_bars_fill_their_row_and_none_is_too_small_to_press(sizes):
    found = bars.widths(sizes)
    assert sum(found) + bars.GAP * (len(sizes) - 1) == pytest.approx(bars.WIDTH)
    assert min(found) >= bars.SMALLEST - 0.01


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4), st.floats(70, 650))
def test_the_parts_of_a_bar_stay_inside_it(amounts, width):
    found = bars.parts(width, amounts, sum(amounts))
    assert sum(found) <= width + 0.01
    assert all(part > 0 for part, amount in zip(found, amounts, strict=True) if amount)
