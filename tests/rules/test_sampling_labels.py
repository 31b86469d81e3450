"""What a scanner gave is read as a label or refused with its own sentence."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.sampling.rules.labels import (
    SENTENCES,
    LabelFault,
    LabelState,
    blind_code,
    label_fault,
    read_code,
    scanned_alike,
)

MINE = uuid4()


@pytest.mark.parametrize(
    ("scanned", "code"),
    [
        ("7K2QM-9XAB4", "7K2QM-9XAB4"),
        (" 7k2qm 9xab4\r\n", "7K2QM-9XAB4"),
        ("7K2QM9XAB4", "7K2QM-9XAB4"),
        ("OIL2M-9XAB4", "0112M-9XAB4"),
        ("7K2QM-9XAB", None),
        ("https://example.test/c/7K2QM9XAB4", None),
        ("", None),
    ],
)
def test_a_scan_is_read_in_one_spelling(scanned, code):
    assert read_code(scanned) == code


@given(st.binary(min_size=10, max_size=16))
def test_every_drawn_code_is_read_back_as_itself(letters):
    code = blind_code(letters)
    assert read_code(code) == read_code(code.lower()) == code


@pytest.mark.parametrize(
    ("tube", "sheet", "fault"),
    [
        ("7K2QM-9XAB4", "7k2qm9xab4", None),
        ("7K2QM-9XAB4", "7K2QM-9XAB5", LabelFault.NOT_ALIKE),
        ("7K2QM-9XAB4", "", LabelFault.NOT_TWICE),
        ("", "7K2QM-9XAB4", LabelFault.NOT_TWICE),
        ("7K2QM-9XAB4", "封样号 12", LabelFault.UNREADABLE),
    ],
)
def test_a_label_is_read_on_the_tube_and_on_the_sheet_alike(tube, sheet, fault):
    assert scanned_alike(tube, sheet) is fault


@pytest.mark.parametrize(
    ("state", "unit", "fault"),
    [
        (LabelState.FREE, MINE, None),
        (None, None, LabelFault.UNKNOWN),
        (LabelState.FREE, uuid4(), LabelFault.OTHER_UNIT),
        (LabelState.USED, MINE, LabelFault.USED),
        (LabelState.VOID, MINE, LabelFault.VOID),
        (LabelState.USED, uuid4(), LabelFault.OTHER_UNIT),
    ],
)
def test_each_label_that_does_not_fit_has_its_own_reason(state, unit, fault):
    assert label_fault(state, unit, {MINE}) is fault


def test_every_reason_says_something_else():
    assert len(set(SENTENCES.values())) == len(LabelFault)
