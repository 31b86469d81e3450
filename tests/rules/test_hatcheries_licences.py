"""Licences, the base record, and the moves of a registration."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aquacert.hatcheries.rules import (
    MOVES,
    Act,
    LicenceFacts,
    LicenceReason,
    State,
    Warn,
    check_period,
    grade,
    is_confirmed,
    licence_warning,
    standing,
)
from aquacert.kernel.errors import Invalid, NotAllowedNow

TODAY = date(2026, 5, 9)
LIVE = LicenceFacts("苏-1", date(2024, 1, 1), date(2027, 3, 17), frozenset({"PNV"}))
PAST = LicenceFacts("苏-0", date(2020, 1, 1), date(2023, 12, 31), frozenset({"PNV", "FCG"}))
LATER = LicenceFacts("苏-2", date(2027, 1, 1), date(2029, 1, 1), frozenset({"FCG"}))


def test_a_live_licence_covers_its_species():
    found = standing([PAST, LIVE], "PNV", TODAY)
    assert found.ok
    assert (found.number, found.reason) == ("苏-1", None)


def test_both_named_days_are_valid():
    assert standing([LIVE], "PNV", LIVE.from_on).ok
    assert standing([LIVE], "PNV", LIVE.until_on).ok
    assert (
        standing([LIVE], "PNV", LIVE.until_on + timedelta(days=1)).reason is LicenceReason.EXPIRED
    )


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ([], LicenceReason.NONE),
        ([PAST], LicenceReason.EXPIRED),
        ([LATER], LicenceReason.NOT_YET),
        ([LIVE, PAST], LicenceReason.SPECIES),
    ],
)
def test_the_nearest_miss_is_named(held, reason):
    found = standing(held, "FCG", TODAY)
    assert not found.ok
    assert found.reason is reason
    assert found.sentence


@pytest.mark.parametrize(
    ("days", "warn"),
    [(31, Warn.QUIET), (30, Warn.SOON), (7, Warn.URGENT), (0, Warn.URGENT), (-1, Warn.OVER)],
)
def test_the_warning_grows_louder(days, warn):
    assert licence_warning(TODAY + timedelta(days=days), TODAY) == (warn, days)


def test_a_record_is_fresh_for_the_set_days_and_no_longer():
    assert is_confirmed(TODAY - timedelta(days=30), TODAY, 30)
    assert not is_confirmed(TODAY - timedelta(days=31), TODAY, 30)
    assert not is_confirmed(None, TODAY, 30)


def test_a_licence_cannot_end_before_it_begins():
    with pytest.raises(Invalid):
        check_period(TODAY, TODAY - timedelta(days=1))


def test_a_refused_registration_may_ask_again_and_an_approved_one_not():
    assert MOVES.replay(State.REGISTERED, [Act.REFUSE, Act.REAPPLY, Act.APPROVE]) is State.APPROVED
    with pytest.raises(NotAllowedNow):
        MOVES.after(State.APPROVED, Act.REAPPLY)


def test_a_farm_is_called_by_level_and_kind():
    assert grade("provincial", "improved") == "省级良种场"
