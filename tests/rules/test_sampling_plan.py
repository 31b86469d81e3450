"""The table against the formula, what a sample achieves, pools, tissues and temperatures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.sampling import parsers
from aquacert.sampling.rules.design import design
from aquacert.sampling.rules.pools import in_pools, in_words, pool_rule
from aquacert.sampling.rules.size import (
    Basis,
    by_formula,
    chance,
    diseased,
    false_alarm,
    in_force,
    number_of,
)
from aquacert.sampling.rules.tissue import LifeStage, Tissue, blind_stage, stage_of, tissue_rule
from aquacert.sampling.rules.window import Outside, outside, warnings

ON = date(2026, 5, 9)
ROWS = parsers.size_rows()
PRINTED = {
    2: {50: 50, 100: 75, 250: 110, 500: 130, 1000: 140, 1500: 140, 2000: 145, 4000: 145},
    5: {50: 35, 100: 45, 250: 50, 500: 55, 1000: 55, 10000: 60, 100000: 60},
    10: {50: 20, 100: 23, 250: 25, 500: 26, 1000: 27, 10000: 27, 100000: 30},
}
FORMULA_AT_2 = [48, 78, 112, 129, 138, 142, 143, 146, 148, 149]
LOTS = [50, 100, 250, 500, 1000, 1500, 2000, 4000, 10_000, 100_000]


@pytest.mark.parametrize(
    ("share", "lot", "wanted"),
    [(p, lot, n) for p, row in PRINTED.items() for lot, n in row.items()],
)
def test_a_printed_lot_gets_its_printed_number(share, lot, wanted):
    assert number_of(ROWS, lot, Decimal(share), Decimal(95), ON).individuals == wanted


@pytest.mark.parametrize(("lot", "wanted"), [*zip(LOTS, FORMULA_AT_2, strict=True)])
def test_the_formula_gives_what_it_is_known_to_give(lot, wanted):
    assert by_formula(lot, Decimal(2), Decimal(95)) == wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.population} at {r.prevalence} %")
def test_table_and_formula_differ_by_rounding_only(row):
    """The printed numbers are rounded to fives, some of them down: never by more than 4."""
    formula = by_formula(row.population, Decimal(row.prevalence), Decimal(row.confidence))
    assert abs(formula - row.individuals) <= 4


def test_what_is_recalled_says_so():
    assert {row.sureness for row in ROWS} == {"unverified"}
    assert {row.version for row in ROWS} == {"2008"}


@given(st.integers(1, 3_000_000), st.sampled_from([2, 5, 10]))
def test_a_larger_lot_never_needs_fewer_and_never_more_than_it_holds(lot, share):
    here = number_of(ROWS, lot, Decimal(share), Decimal(95), ON)
    there = number_of(ROWS, lot + 1, Decimal(share), Decimal(95), ON)
    assert here.individuals <= there.individuals
    assert 1 <= here.individuals <= lot


def test_another_confidence_is_reckoned_by_the_formula():
    found = number_of(ROWS, 100_000, Decimal(2), Decimal(99), ON)
    assert (found.basis, found.version) == (Basis.FORMULA, "")
    assert found.individuals == by_formula(100_000, Decimal(2), Decimal(99)) == 228


def test_a_small_lot_is_taken_whole():
    found = number_of(ROWS, 30, Decimal(2), Decimal(95), ON)
    assert (found.individuals, found.basis) == (30, Basis.CENSUS)


def test_a_row_binds_between_its_days_only():
    assert in_force(ROWS, date(2007, 12, 31)) == []


@given(st.integers(2, 60), st.integers(1, 8), st.data())
def test_with_a_perfect_test_the_chance_is_the_hypergeometric_one(lot, infected, data):
    infected = min(infected, lot)
    taken = data.draw(st.integers(1, lot))
    size = data.draw(st.integers(1, taken))
    exact = 1 - Fraction(comb(lot - infected, taken), comb(lot, taken))
    assert chance(lot, infected, in_pools(taken, size)) == pytest.approx(float(exact), abs=1e-9)


@settings(max_examples=60)
@given(
    st.integers(5, 400),
    st.integers(1, 40),
    st.integers(1, 10),
    st.decimals("0.5", "1", places=2),
    st.data(),
)
def test_one_more_animal_never_lowers_the_chance_and_it_stays_below_one(
    lot, infected, size, sensitivity, data
):
    taken = data.draw(st.integers(1, lot - 1))
    infected = min(infected, lot)
    here = chance(lot, infected, in_pools(taken, size), sensitivity)
    there = chance(lot, infected, in_pools(taken + 1, size), sensitivity)
    assert 0 <= here <= there + 1e-12
    assert there <= 1


def test_the_exact_chance_of_pools_agrees_with_counting_every_way():
    """Lot of 6, 2 infected, pools of 2 and 1, sensitivity 0.6: all 60 ways written out."""
    from itertools import permutations

    total = Fraction(0)
    ways = list(permutations(range(6), 3))
    for a, b, c in ways:
        hit = [any(x < 2 for x in pool) for pool in ((a, b), (c,))]
        total += 1 - Fraction(2, 5) ** sum(hit)
    assert chance(6, 2, (2, 1), Decimal("0.6")) == pytest.approx(float(total / len(ways)))


def test_thousands_of_tubes_are_reckoned_too():
    tubes = (1,) * 6_000
    assert chance(100_000, 100, tubes) == pytest.approx(
        1 - comb(99_900, 6_000) / comb(100_000, 6_000)
    )
    assert chance(100_000, 100, tubes) > chance(100_000, 100, tubes, Decimal("0.5")) > 0.94


def test_a_less_sure_test_finds_less_and_a_healthy_lot_may_still_react():
    plan = design(
        ROWS,
        parsers.pool_rules(),
        population=500_000,
        on=ON,
        group="crustacean",
        sensitivity=Decimal("0.8"),
        specificity=Decimal("0.99"),
    )
    assert (plan.individuals, in_words(plan.pools), plan.achieved) == (150, "30 × 5", "90.9")
    assert plan.false_alarm == pytest.approx(1 - 0.99**30)
    assert false_alarm(30, Decimal(1)) == 0


def test_one_hundred_and_fifty_find_two_percent_in_a_large_lot_with_ninety_five():
    plan = design(ROWS, parsers.pool_rules(), population=500_000, on=ON, group="fish")
    assert (plan.individuals, plan.achieved, plan.basis) == (150, "95.1", Basis.TABLE)
    assert diseased(500_000, Decimal(2)) == 10_000


def test_molluscs_are_thirty_each_by_itself():
    plan = design(ROWS, parsers.pool_rules(), population=200_000, on=ON, group="mollusc")
    assert (plan.individuals, in_words(plan.pools)) == (30, "30 × 1")


def test_fewer_than_planned_is_somebodys_own_plan():
    plan = design(
        ROWS, parsers.pool_rules(), population=500_000, on=ON, group="fish", individuals=60
    )
    assert (plan.basis, plan.is_enough) == (Basis.CUSTOM, False)


@given(st.integers(1, 2000), st.integers(1, 50))
def test_pools_hold_everybody_once(individuals, size):
    pools = in_pools(individuals, size)
    assert sum(pools) == individuals
    assert max(pools) <= size
    assert set(pools[:-1]) <= {size}


def test_pools_are_said_as_people_say_them():
    assert in_words(in_pools(150, 5)) == "30 × 5"
    assert in_words(in_pools(148, 5)) == "29 × 5 + 3"


@pytest.mark.parametrize(
    ("group", "stage", "technique", "usual", "most"),
    [
        ("crustacean", "larva", "qpcr", 5, 10),
        ("fish", "broodstock", "qpcr", 1, 5),
        ("fish", "larva", "microscopy", 1, 1),
    ],
)
def test_pools_follow_method_then_stage(group, stage, technique, usual, most):
    rule = pool_rule(parsers.pool_rules(), group, stage, technique, ON)
    assert (rule.usual, rule.most) == (usual, most)


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("P5", LifeStage.LARVA),
        ("PL10", LifeStage.LARVA),
        ("仔虾", LifeStage.LARVA),
        ("水花", LifeStage.LARVA),
        ("夏花", LifeStage.JUVENILE),
        ("亲虾", LifeStage.BROODSTOCK),
        ("发眼卵", LifeStage.EGGS),
        ("", LifeStage.UNKNOWN),
    ],
)
def test_the_farms_word_for_the_stage_is_understood(words, stage):
    assert stage_of(words) is stage


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("仔虾 PL10", "仔虾 PL10"),
        ("P5", "P5"),
        ("六合红旗场 夏花", "夏花"),
        ("红旗苗种场", "早期苗"),
        ("亲虾", "亲虾"),
        ("0-13800000000 P5", "P5"),
        ("红旗", ""),
        ("", ""),
    ],
)
def test_the_laboratory_is_told_the_stage_and_nothing_written_beside_it(words, told):
    assert blind_stage(words) == told


@pytest.mark.parametrize(
    ("group", "stage", "disease", "length", "tissue"),
    [
        ("fish", LifeStage.JUVENILE, "SVCD", 39, Tissue.WHOLE_NO_YOLK),
        ("fish", LifeStage.JUVENILE, "SVCD", 40, Tissue.VISCERA_BRAIN),
        ("fish", LifeStage.JUVENILE, "SVCD", 60, Tissue.VISCERA_BRAIN),
        ("fish", LifeStage.JUVENILE, "SVCD", 61, Tissue.KIDNEY_SPLEEN_BRAIN_GILL),
        ("fish", LifeStage.LARVA, "SVCD", None, Tissue.WHOLE_NO_YOLK),
        ("fish", LifeStage.BROODSTOCK, "SVCD", 300, Tissue.GONAD_FLUID),
        ("crustacean", LifeStage.LARVA, "DIV1", None, Tissue.WHOLE_NO_EYESTALK),
        ("crustacean", LifeStage.JUVENILE, "WSD", None, Tissue.PLEOPOD),
        ("crustacean", LifeStage.JUVENILE, "EHPD", None, Tissue.HEPATOPANCREAS),
        ("mollusc", LifeStage.UNKNOWN, "OSHV1", None, Tissue.MANTLE),
        ("echinoderm", LifeStage.UNKNOWN, "X", None, None),
    ],
)
def test_the_tissue_follows_group_stage_and_length(group, stage, disease, length, tissue):
    rule = tissue_rule(
        parsers.tissue_rules(),
        group=group,
        stage=stage,
        disease_code=disease,
        length_mm=length,
        on=ON,
    )
    assert (rule.tissue if rule else None) == tissue


@pytest.mark.parametrize(
    ("water", "way"),
    [("7.9", Outside.COLD), ("8", None), ("20", None), ("20.1", Outside.WARM)],
)
def test_the_ends_of_a_window_are_inside(water, way):
    svc = next(window for window in parsers.windows() if window.disease_code == "SVCD")
    assert outside(svc, Decimal(water)) is way


def test_only_diseases_that_are_looked_for_are_warned_of_and_none_without_a_thermometer():
    everything = ["SVCD", "ISKND", "WSD"]
    found = warnings(parsers.windows(), everything, Decimal("28.5"), ON)
    assert [one.disease_code for one in found] == ["SVCD"]
    assert warnings(parsers.windows(), everything, None, ON) == ()
