"""The risk score is a sum of stated parts; weeks are ISO weeks, also at the turn of a year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.parsers.riskbook import weights
from aquacert.surveillance.rules.digest import QUIET, Item, body, content, week_before
from aquacert.surveillance.rules.events import Status
from aquacert.surveillance.rules.overview import Mark, curve, overview
from aquacert.surveillance.rules.register import (
    Seen,
    Span,
    changes,
    digest_of,
    number_of,
    published,
)
from aquacert.surveillance.rules.risk import (
    Level,
    Part,
    by_week,
    monday_of,
    score,
    week_of,
    weights_on,
)

BOOK = weights_on(weights(), date(2026, 5, 9))


def test_every_part_has_one_dated_weight_and_says_that_nobody_has_adopted_it():
    assert sorted(row.part for row in BOOK) == sorted(Part)
    assert {row.sureness for row in BOOK} == {"unverified"}
    assert weights_on(weights(), date(2020, 1, 1)) == ()


def test_the_score_is_the_sum_of_its_parts_and_says_each():
    found = score({Part.ZONE: 1, Part.EVENT_HERE: 1, Part.LATE_MONTHS: 50}, BOOK)
    assert found.points == 30 + 15 + 6
    assert found.level is Level.HIGH
    assert [one.part for one in found.reasons] == [Part.ZONE, Part.EVENT_HERE, Part.LATE_MONTHS]
    assert score({}, BOOK).level is Level.LOW
    assert [one.part for one in score({Part.ZONE: 0}, BOOK).parts] == [Part.ZONE]


@given(st.dictionaries(st.sampled_from(Part), st.integers(0, 10**6)))
def test_no_count_leads_out_of_the_scale_and_more_is_never_less(counts):
    found = score(counts, BOOK)
    assert 0 <= found.points <= 100
    for part in Part:
        assert score({**counts, part: counts.get(part, 0) + 1}, BOOK).points >= found.points


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 1, 1), "2026-W01"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_week_belongs_to_its_own_year(day, week):
    assert week_of(day) == week
    assert monday_of(week) <= day


def test_the_curve_counts_every_week_of_the_span_empty_ones_too():
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 11), date(2020, 1, 1)]
    assert by_week(days, date(2026, 12, 30), date(2027, 1, 12)) == (
        (date(2026, 12, 28), 2),
        (date(2027, 1, 4), 0),
        (date(2027, 1, 11), 1),
    )


def test_dots_keep_within_the_frame_also_across_the_dateline():
    marks = [Mark(32.0, 179.5, "sure", "a"), Mark(33.0, -179.5, "near", "b")]
    drawn = overview(marks)
    assert drawn is not None
    assert all(0 < dot.x < drawn.width and 0 < dot.y < drawn.height for dot in drawn.dots)
    assert drawn.dots[0].x < drawn.dots[1].x
    assert drawn.dots[0].y > drawn.dots[1].y
    assert overview([]) is None
    [alone] = overview([Mark(32.0, 118.0, "sure", "c")]).dots
    assert (alone.x, alone.y) == (320.0, 200.0)


def test_a_bar_is_as_high_as_its_week_and_an_empty_span_draws_nothing_wrong():
    weeks = [(date(2026, 5, 4), 4), (date(2026, 5, 11), 0)]
    drawn = curve(weeks, [(date(2026, 5, 4), 1)])
    assert (drawn.highest, drawn.bars[0].others, drawn.bars[0].y_others) == (4, 3, 0.0)
    assert drawn.bars[1].y_others == drawn.foot
    assert curve([], []).bars == ()


DAY = date(2026, 5, 9)


def seen(status=Status.CONFIRMED, **more):
    return Seen(
        "k", "320116", "六合区", "Luhe", "WSD", "白斑", "White spot", status, DAY, None, **more
    )


def states(*entries):
    return [(one.state, one.confirmed_on, one.ended_on) for one in entries]


def test_the_register_releases_what_is_confirmed_and_never_loses_what_it_published():
    assert published([seen(Status.SUSPECTED)], (), DAY, with_suspected=False) == ()
    [open_] = published([seen(Status.SUSPECTED)], (), DAY, with_suspected=True)
    assert (open_.state, open_.is_current) == ("suspected", True)
    zone = Span(DAY, date(2026, 6, 1), None)
    first = published([seen(zones=(zone,))], (), DAY, with_suspected=False)
    assert states(*first) == [("controlled", "2026-05-09", None)]
    over = published([seen(zones=(zone,))], first, date(2026, 6, 2), with_suspected=False)
    assert states(*over) == [("lifted", "2026-05-09", "2026-06-01")]
    denied = published([seen(Status.DENIED)], first, date(2026, 5, 20), with_suspected=False)
    assert states(*denied) == [("revoked", "2026-05-09", "2026-05-20")]
    later = published([seen(Status.DENIED)], denied, date(2026, 5, 21), with_suspected=False)
    assert later == denied
    assert published([], denied, date(2026, 9, 1), with_suspected=False) == denied
    assert published([], first, date(2026, 5, 20), with_suspected=False)[0].state == "revoked"
    [new], [moved] = changes((), first), changes(first, denied)
    assert (new.was, moved.was["state"], moved.now["state"]) == ({}, "controlled", "revoked")
    assert changes(denied, later) == ()
    assert number_of("k") == first[0].number
    assert len(digest_of(first)) == 64


def test_a_digest_counts_its_own_places_and_a_quiet_week_is_one_line():
    items = [
        Item("created", "320116", "六合区：白斑综合征（确认）"),
        Item("late", "320114", "雨花台区：3 份月报", count=3),
    ]
    here = content(items, {"320116"}, ["empresi"], 0)
    assert (here["parts"]["created"]["count"], here["parts"]["late"]["count"]) == (1, 0)
    assert body(here).splitlines()[0] == "新的疫情 1：六合区：白斑综合征（确认）"
    assert body(content(items, {"320505"}, [], 0)) == QUIET
    assert week_before(date(2026, 5, 11)) == date(2026, 5, 4)
    assert week_before(date(2026, 5, 17)) == date(2026, 5, 4)
