"""The ladder of a farm and disease: a pure replay, whatever order the evidence came in."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest

from aquacert.surveillance.rules.ladder import (
    Evidence,
    Finding,
    Kind,
    Lack,
    Rung,
    Terms,
    area_rung,
    lack_for,
    replay,
)

DAY = date(2026, 5, 1)


def seen(kind: Kind, day: int, ref: str = "", **more: object) -> Evidence:
    return Evidence(kind, DAY + timedelta(days=day), ref or f"{kind}-{day}", **more)  # type: ignore[arg-type]


POSITIVE = seen(Kind.POSITIVE, 0)
PLANNED = seen(Kind.PLAN_POSITIVE, 0)
NEGATIVES = [seen(Kind.NEGATIVE, 20), seen(Kind.NEGATIVE, 40)]
SAW = frozenset({POSITIVE.ref})
RESOLVED = seen(Kind.FOUND_RESOLVE, 45, saw=SAW)


@pytest.mark.parametrize(
    ("known", "rung"),
    [
        ([], Rung.NONE),
        (NEGATIVES, Rung.NONE),
        ([seen(Kind.SELF_POSITIVE, 0)], Rung.SUSPECTED),
        ([seen(Kind.MONTHLY, 0)], Rung.SUSPECTED),
        ([PLANNED], Rung.SUSPECTED),
        ([PLANNED, seen(Kind.FOUND_CONFIRM, 9, saw=frozenset({PLANNED.ref}))], Rung.CONFIRMED),
        ([seen(Kind.EXPRESS, 0), seen(Kind.EXPRESS_DENIED, 3)], Rung.DENIED),
        ([POSITIVE], Rung.CONFIRMED),
        ([replace(POSITIVE, is_withdrawn=True)], Rung.DENIED),
        ([POSITIVE, *NEGATIVES, RESOLVED], Rung.RESOLVED),
        ([POSITIVE, *NEGATIVES, RESOLVED, seen(Kind.POSITIVE, 60)], Rung.CONFIRMED),
        ([POSITIVE, RESOLVED, seen(Kind.SELF_POSITIVE, 60)], Rung.SUSPECTED),
    ],
)
def test_each_rung_follows_from_its_evidence(known, rung):
    assert replay(known).rung is rung


def test_any_order_of_the_same_evidence_ends_on_one_rung():
    story = [PLANNED, POSITIVE, NEGATIVES[0], RESOLVED, seen(Kind.EXPRESS, 2, "x")]
    pictures = {replay(order) for order in itertools.permutations(story)}
    assert len(pictures) == 1


def test_a_finding_falls_when_a_positive_it_did_not_see_comes_to_light_later():
    late = seen(Kind.POSITIVE, 30, "late")
    ladder = replay([POSITIVE, *NEGATIVES, RESOLVED, late])
    assert (ladder.rung, ladder.doubtful) == (Rung.CONFIRMED, True)
    assert replay([POSITIVE, *NEGATIVES, RESOLVED, replace(late, is_withdrawn=True)]).rung is (
        Rung.RESOLVED
    )


def test_a_confirmation_falls_with_the_report_it_rests_on():
    confirmed = seen(Kind.FOUND_CONFIRM, 9, saw=frozenset({PLANNED.ref}))
    gone = replace(PLANNED, is_withdrawn=True)
    assert replay([gone, confirmed]).rung is Rung.SUSPECTED
    with_negative = replace(confirmed, saw=frozenset({PLANNED.ref, NEGATIVES[0].ref}))
    assert replay([gone, NEGATIVES[0], with_negative]).rung is Rung.SUSPECTED
    today = DAY + timedelta(days=50)
    assert lack_for(Finding.CONFIRM, [gone, confirmed], today, Terms()) is Lack.NO_SIGN
    assert lack_for(Finding.DENY, [gone, confirmed], today, Terms()) is None
    denied = seen(Kind.FOUND_DENY, 50)
    assert replay([gone, confirmed, denied]).rung is Rung.DENIED


def test_no_officer_sets_a_standing_official_positive_aside():
    today = DAY + timedelta(days=50)
    assert lack_for(Finding.DENY, [POSITIVE], today, Terms()) is Lack.REPORT_STANDS
    assert lack_for(Finding.DENY, [PLANNED], today, Terms()) is None
    express = [seen(Kind.EXPRESS, 0), seen(Kind.EXPRESS_CONFIRMED, 2)]
    assert lack_for(Finding.DENY, express, today, Terms()) is None


def test_an_officer_resolves_only_on_negatives_after_the_last_positive_or_on_days_by_rule():
    today, terms = DAY + timedelta(days=50), Terms(negatives=2)
    assert lack_for(Finding.RESOLVE, [POSITIVE, *NEGATIVES], today, terms) is None
    assert lack_for(Finding.RESOLVE, [POSITIVE, NEGATIVES[0]], today, terms) is Lack.NO_NEGATIVES
    before = seen(Kind.NEGATIVE, -3)
    assert lack_for(Finding.RESOLVE, [POSITIVE, before], today, Terms(1)) is Lack.NO_NEGATIVES
    by_days = Terms(negatives=2, days=50)
    assert lack_for(Finding.RESOLVE, [POSITIVE], today, by_days) is None
    assert lack_for(Finding.RESOLVE, [POSITIVE], today - timedelta(1), by_days) is not None
    assert lack_for(Finding.RESOLVE, [PLANNED], today, by_days) is Lack.NOT_CONFIRMED
    assert lack_for(Finding.DENY, NEGATIVES, today, terms) is Lack.NOT_SUSPECTED
    assert lack_for(Finding.CONFIRM, [PLANNED], today, terms) is None
    assert lack_for(Finding.CONFIRM, [POSITIVE], today, terms) is Lack.NOT_SUSPECTED


def test_an_area_stands_as_its_gravest_farm():
    assert area_rung([Rung.DENIED, Rung.RESOLVED, Rung.SUSPECTED]) is Rung.SUSPECTED
    assert area_rung([Rung.SUSPECTED, Rung.CONFIRMED]) is Rung.CONFIRMED
    assert area_rung([]) is Rung.NONE
