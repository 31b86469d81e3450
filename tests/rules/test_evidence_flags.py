"""Codes, clocks, distances, the choice of one visit in ten: what is worth a look, and what is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from aquacert.inspections.parsers.standards import standard
from aquacert.inspections.rules.evidence import (
    ALPHABET,
    CODES_A_DAY,
    SENTENCES,
    FlagKind,
    Place,
    Taken,
    centre,
    clock_offset,
    code_doubt,
    codes_of,
    is_chosen,
    metres,
    place_doubts,
    ticket_of,
    time_doubts,
)

DAY = date(2026, 5, 12)
NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
BEGAN = NOON - timedelta(hours=2)
PAPERS = [UUID(int=number) for number in range(2_000)]


def kinds(doubts):
    return [doubt.kind for doubt in doubts]


def test_codes_are_short_readable_and_of_one_visit_one_day_and_one_house():
    assert len(ALPHABET) == 32
    assert not set("0O1I") & set(ALPHABET)
    codes = codes_of("a", PAPERS[0], DAY)
    assert len(set(codes)) == CODES_A_DAY
    assert all(len(code) == 4 and set(code) <= set(ALPHABET) for code in codes)
    assert codes == codes_of("a", PAPERS[0], DAY)
    others = (("b", PAPERS[0], DAY), ("a", PAPERS[1], DAY), ("a", PAPERS[0], DAY + timedelta(1)))
    assert not any(set(codes) & set(codes_of(*other)) for other in others)


def test_a_claimed_code_is_right_missing_late_or_unknown():
    [code, *_] = codes_of("a", PAPERS[0], DAY)
    spaced = f" {code[:2].lower()} {code[2:]} "
    assert code_doubt("a", PAPERS[0], spaced, DAY) is None
    assert code_doubt("a", PAPERS[0], "  ", DAY).kind is FlagKind.CODE_MISSING
    late = code_doubt("a", PAPERS[0], code, DAY + timedelta(days=2))
    assert (late.kind, late.score) == (FlagKind.CODE_LATE, 2)
    for strange, paper in ((code, PAPERS[1]), ("0O1I", PAPERS[0]), ("码" * 99, PAPERS[0])):
        assert code_doubt("a", paper, strange, DAY).kind is FlagKind.CODE_UNKNOWN


def test_a_place_is_near_far_nowhere_or_not_to_be_judged():
    pond = centre([(118.90, 32.00), (118.902, 32.00), (118.902, 32.002), (118.90, 32.002)])
    assert pond == pytest.approx((32.001, 118.901))
    assert metres((32.0, 118.9), (32.0, 119.9)) == pytest.approx(94_300, rel=0.01)
    assert kinds(place_doubts(Place(32.003, 118.9), [pond], 1_000)) == []
    away = Place(32.02, 118.9)
    assert kinds(place_doubts(away, [pond], 1_000)) == [FlagKind.FAR]
    assert kinds(place_doubts(Place(32.02, 118.9, 1_500), [pond], 1_000)) == [], "it knew no better"
    assert kinds(place_doubts(away, [], 1_000)) == [], "no pond has an outline"
    assert kinds(place_doubts(Place(0.0, 0.0), [], 1_000)) == [FlagKind.PLACE_ZERO]


def test_a_clock_that_is_off_is_said_once_and_reckoned_out():
    hour = timedelta(hours=1)
    honest = Taken(at=NOON - hour, sent_at=NOON, elapsed_ms=0, sent_elapsed_ms=3_600_000)
    assert clock_offset(honest, NOON) == timedelta()
    behind = Taken(
        at=NOON - 9 * hour, sent_at=NOON - 8 * hour, elapsed_ms=0, sent_elapsed_ms=3_600_000
    )
    assert kinds(time_doubts(behind, began=BEGAN, now=NOON)) == [FlagKind.DEVICE_CLOCK]
    set_between = Taken(at=BEGAN - 5 * hour, sent_at=NOON, elapsed_ms=0, sent_elapsed_ms=3_600_000)
    assert clock_offset(set_between, NOON) == 6 * hour
    assert kinds(time_doubts(Taken(at=NOON + hour), began=BEGAN, now=NOON)) == [
        FlagKind.DEVICE_CLOCK
    ]
    old = Taken(at=BEGAN - 24 * hour)
    assert kinds(time_doubts(old, began=BEGAN, now=NOON)) == [FlagKind.BEFORE_VISIT]
    after = time_doubts(Taken(at=NOON), began=BEGAN, now=NOON, decided=NOON - hour)
    assert kinds(after) == [FlagKind.AFTER_VERDICT]
    assert kinds(time_doubts(None, began=BEGAN, now=NOON)) == []


def test_one_visit_in_ten_is_chosen_and_another_secret_chooses_others():
    chosen = {paper for paper in PAPERS if is_chosen(ticket_of("a", paper), 10)}
    assert 150 <= len(chosen) <= 250
    assert chosen != {paper for paper in PAPERS if is_chosen(ticket_of("b", paper), 10)}
    ticket = ticket_of("a", PAPERS[0])
    assert is_chosen(ticket, 100)
    assert not is_chosen(ticket, 0)


def test_every_flag_has_its_sentence_and_every_number_its_first_day():
    assert set(SENTENCES) == set(FlagKind)
    assert standard("evidence.second_look", DAY) == 10
    assert standard("evidence.second_look", date(2020, 1, 1)) == 10
