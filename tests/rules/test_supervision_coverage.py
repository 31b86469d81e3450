"""Coverage: which categories a batch falls into, counted once in each; agreement of second looks."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from aquacert.hatcheries.rules import FarmKind, Level
from aquacert.inspections.rules.mustcheck import Category, trip_categories
from aquacert.supervision.parsers import key_farms, must_check
from aquacert.supervision.rules.coverage import (
    Agreement,
    BatchSeen,
    categories_of,
    coverage,
)

FARM = UUID(int=1)


def seen(number=1, *, farm=FARM, **said):
    facts = dict.fromkeys(
        ("in_procedures", "farm_positive", "is_checked", "is_sampled", "is_certified"), False
    )
    return BatchSeen(UUID(int=number), farm, **(facts | {"trips": frozenset()} | said))


@pytest.mark.parametrize(
    ("fact", "category"),
    [
        ("in_procedures", Category.LICENSED),
        ("farm_positive", Category.POSITIVE),
    ],
)
def test_each_fact_is_one_category(fact, category):
    assert categories_of(seen(**{fact: True})) == {category}


HOME, AWAY = ("320000", "320100"), ("320000", "320200")


@pytest.mark.parametrize(
    ("trips", "found"),
    [
        ([], set()),
        ([("farming", HOME)], set()),
        ([("release", HOME)], {Category.RELEASE}),
        ([("farming", HOME), ("farming", AWAY)], {Category.OUTSIDE}),
        ([("release", AWAY)], {Category.RELEASE, Category.OUTSIDE}),
    ],
)
def test_where_loads_go_and_what_for_makes_categories(trips, found):
    assert trip_categories(trips, HOME) == found
    assert categories_of(seen(trips=trip_categories(trips, HOME))) == found


def test_a_batch_counts_once_in_every_category_it_falls_into():
    found = coverage(
        [
            seen(
                1,
                in_procedures=True,
                trips=frozenset({Category.RELEASE}),
                is_checked=True,
                is_sampled=True,
            ),
            seen(2, in_procedures=True, is_checked=True, is_certified=True),
            seen(3, in_procedures=True, farm=UUID(int=2)),
            seen(4),
        ]
    )
    licensed, release = found[Category.LICENSED], found[Category.RELEASE]
    assert (licensed.batches, licensed.checked, licensed.sampled, licensed.certified) == (
        3,
        2,
        1,
        1,
    )
    assert (len(licensed.farms), licensed.checked_percent) == (2, 66)
    assert (release.batches, release.checked_percent) == (1, 100)
    assert found[Category.OUTSIDE].checked_percent is None


def test_the_data_names_every_category_and_only_known_grades():
    on = date(2026, 5, 9)
    assert set(must_check(on)) == set(Category)
    assert all(row.sureness != "verified" and row.source for row in must_check(on).values())
    assert key_farms(on) == {(level.value, kind.value) for level in Level for kind in FarmKind}
    assert must_check(date(2010, 1, 1)) == {}


def test_agreement_counts_clear_second_looks_only():
    one = Agreement(FARM, agree=3, disagree=1, unclear=2, waiting=4)
    assert (one.looked, one.percent) == (6, 75)
    assert Agreement(FARM, 0, 0, 1, 0).percent is None
