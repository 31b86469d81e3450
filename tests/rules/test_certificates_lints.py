"""Every lint is named, sourced and asked; every batch lint is asked of every batch."""

import re
from dataclasses import replace
from datetime import date

import pytest

from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.ledger import RowFacts, disagreements
from aquacert.certificates.rules.lint import DRAFT_LINTS
from aquacert.certificates.rules.lints import ALL, LINTS, Moment, of_moment
from aquacert.certificates.rules.readiness import BATCH_LINTS, LOAD_LINTS, findings
from aquacert.certificates.rules.statutory import in_capitals, missing, road_told
from tests.rules.test_certificates_readiness import TODAY, a_batch, a_test, facts

BREAK = {
    "quantity.positive": {"load_quantity": 0},
    "quantity.within_inspected": {"inspected_quantity": 499_999},
    "quantity.within_stock": {"stock": 499_999},
    "quantity.lot_free": {"lot_held": True},
    "clinical.passed": {"verdict": "pending"},
    "clinical.by_official_vet": {"checked_by_official": False},
    "vet.on_record": {"checked_by_id": None},
    "licence.live": {"licence_ok": False},
    "tests.negative": {"tests": (a_test(outcome="positive"),)},
    "tests.final": {"tests": (a_test(state="received", outcome=None),)},
    "tests.lab_in_scope": {"tests": (a_test(in_scope=False),)},
    "tests.in_date": {"tests": (a_test(valid_days=1),)},
    "tests.of_the_batch": {"tests": (a_test(of_batch=False),)},
    "tests.fresh_in_zone": {"fresh": (("WSD", "白斑综合征", date(2026, 5, 11)),)},
}
"""Lint → the one change that fails it for a batch that is otherwise in order."""
POSITIONS = [(n, k) for n in range(1, 5) for k in range(1, n + 1)]


def test_every_lint_is_registered_once_with_title_source_and_moment():
    assert len(LINTS) == len(ALL)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", key) for key in LINTS)
    assert all(lint.title and lint.source and lint.moments for lint in ALL)


def test_every_function_is_registered_for_its_moment():
    ready = set(LOAD_LINTS) | set(BATCH_LINTS)
    assert ready == set(of_moment(Moment.READY))
    assert set(DRAFT_LINTS) | {"qr.claims_of_the_record"} == set(of_moment(Moment.DRAFT))


def test_every_batch_lint_has_its_break_in_this_table():
    assert set(BREAK) == set(BATCH_LINTS)


@pytest.mark.parametrize("lint", sorted(BREAK))
@pytest.mark.parametrize(("of", "k"), POSITIONS)
def test_the_batch_that_fails_refuses_the_load_wherever_it_stands(lint, of, k):
    """F23: of N batches only batch k fails, and it is refused and named for every k."""
    batches = tuple(
        replace(a_batch(number), **(BREAK[lint] if number == k else {}))
        for number in range(1, of + 1)
    )
    found = findings(facts(batches=batches), TODAY)
    assert [(name, reason.batch) for name, reason in found] == [(lint, k)]


def test_a_load_in_order_passes_every_lint():
    assert findings(facts(), TODAY) == ()


@pytest.mark.parametrize(
    ("quantity", "unit", "words", "holds"),
    [
        (500_000, "尾", "伍拾万尾", True),
        (500_000, "尾", "伍拾万 尾", False),
        (500_000, "尾", "五十万尾", False),
        (500_001, "尾", "伍拾万尾", False),
        (0, "尾", "零尾", False),
        (3, "千克", "叁千克", True),
    ],
)
def test_the_capitals_are_the_figures_own(quantity, unit, words, holds):
    assert in_capitals(quantity, unit, words) is holds


def test_form_a_tells_the_road_and_form_b_need_not():
    road = dict.fromkeys(
        ("carrier", "carrier_phone", "transport_mode", "plate", "disinfectant"), "某"
    )
    assert road_told(road, Kind.A)
    assert not road_told(road | {"plate": " "}, Kind.A)
    assert road_told({}, Kind.B)
    assert "owner" in missing({}, Kind.B)


ROW = {"number": "3200000001", "quantity": 5, "species_code": "X"}
GOOD = RowFacts(
    row=ROW,
    said=ROW,
    planned={"number": "3200000001"},
    status="valid",
    last_move=None,
    last_leaf="issue",
    is_audited=True,
    is_act_audited=True,
    number_state="used",
    covered=5,
)


@pytest.mark.parametrize(
    ("change", "lint"),
    [
        ({"row": ROW | {"quantity": 6}, "covered": 6}, "row.as_signed"),
        ({"row": ROW | {"species_code": "Y"}}, "row.as_signed"),
        ({"planned": None}, "row.planned"),
        ({"planned": {"number": "3200000002"}}, "row.planned"),
        ({"covered": 4}, "row.covers_batches"),
        ({"is_audited": False}, "row.audited"),
        ({"is_act_audited": False}, "row.audited"),
        ({"last_leaf": None}, "row.in_log"),
        ({"status": None}, "standing.journaled"),
        ({"status": "void", "number_state": "void"}, "standing.journaled"),
        ({"last_move": "void"}, "standing.journaled"),
        ({"last_leaf": "void"}, "standing.journaled"),
        ({"number_state": None}, "number.once_and_explained"),
        ({"number_state": "void"}, "number.once_and_explained"),
    ],
)
def test_a_row_that_disagrees_is_named(change, lint):
    assert disagreements(GOOD) == ()
    assert [name for name, _sentence in disagreements(replace(GOOD, **change))] == [lint]
