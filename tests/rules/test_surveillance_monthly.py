"""Months, bounds and ratios of the monthly report; points and plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aquacert.surveillance.rules.monthly import (
    Fault,
    Row,
    Stock,
    faults,
    is_late,
    is_over,
    months_due,
    next_month,
    ratios,
)
from aquacert.surveillance.rules.plan import Stage, State, progress, spans, stage_of
from aquacert.surveillance.rules.points import AreaUnit, Mode, point_code, unit_of

STOCK = Stock("PNV", 1200, 500_000)
ROW = Row("PNV", "WSD", 300, 100_000, 2_500, diseased=8_000, basis=("lab",))
HERE = frozenset({"PNV"})


def test_the_ratios_are_those_of_the_form_and_nothing_is_divided_by_nothing():
    made = ratios(ROW, STOCK)
    assert (made.area.percent, made.watched_deaths.percent, made.diseased_deaths.percent) == (
        Decimal("25.00"),
        Decimal("0.50"),
        Decimal("2.50"),
    )
    assert ratios(replace(ROW, area_stock=0, deaths=0), STOCK).diseased_deaths.percent is None


def test_each_bound_is_named_at_its_field():
    assert faults([STOCK], [ROW], HERE, 285) == {}
    wrong = replace(ROW, area_tenths=1201, area_stock=500_001, deaths=500_002, diseased=None)
    assert faults([STOCK], [wrong, replace(ROW, basis=())], HERE, 460) == {
        "water": Fault.WATER,
        "row-0-area": Fault.AREA_BEYOND,
        "row-0-area_stock": Fault.STOCK_BEYOND,
        "row-0-deaths": Fault.DEATHS_BEYOND,
        "row-1-disease": Fault.TWICE,
        "row-1-basis": Fault.NO_BASIS,
    }
    assert faults([replace(STOCK, area_tenths=0)], [], frozenset(), None) == {
        "species-0": Fault.NOT_HERE,
        "area-0": Fault.NO_AREA,
    }
    assert faults([STOCK], [replace(ROW, diseased=-1)], HERE, None)["row-0-diseased"] is (
        Fault.NEGATIVE
    )


def test_months_are_due_when_they_are_over_and_late_after_the_rule():
    today = date(2026, 5, 9)
    assert months_due(date(2026, 2, 20), None, today) == (
        date(2026, 4, 1),
        date(2026, 3, 1),
        date(2026, 2, 1),
    )
    assert months_due(date(2026, 2, 20), date(2026, 3, 2), today)[0] == date(2026, 3, 1)
    assert not is_over(date(2026, 5, 1), date(2026, 5, 31))
    assert is_late(date(2026, 4, 1), date(2026, 5, 6), 5)
    assert not is_late(date(2026, 4, 1), date(2026, 5, 5), 5)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)


@given(st.integers(1, 12), st.integers(12, 366))
def test_the_occasions_of_a_plan_fill_its_span_without_gap_or_overlap(occasions, days):
    first = date(2026, 1, 1)
    found = spans(first, first + timedelta(days=days - 1), occasions)
    assert len(found) == occasions
    assert found[0][0] == first
    assert found[-1][1] == first + timedelta(days=days - 1)
    for (_a, end), (start, _b) in pairwise(found):
        assert (start - end).days == 1


def test_a_task_and_its_plan_show_how_far_they_came():
    today = date(2026, 5, 9)
    assert stage_of(State.PLANNED, today, today, None) is Stage.PLANNED
    assert stage_of(State.PLANNED, date(2026, 5, 8), today, None) is Stage.OVERDUE
    assert stage_of(State.TAKEN, today, today, "positive") is Stage.POSITIVE
    said = progress([Stage.OVERDUE, Stage.TAKEN, Stage.NEGATIVE, Stage.POSITIVE, Stage.DROPPED])
    assert (said.planned, said.taken, said.answered, said.positive, said.overdue) == (4, 3, 2, 1, 1)
    assert said.percent == 50


def test_a_point_has_a_code_of_its_division_and_an_area_in_the_unit_of_its_kind():
    assert point_code("320114", 3) == "320114-03"
    assert unit_of(Mode.FRESH_POND) is AreaUnit.MU
    assert unit_of(Mode.SEA_CAGE) is AreaUnit.SQUARE_METRE
