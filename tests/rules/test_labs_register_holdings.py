"""Instruments, lots and people: what each sentence says on which day."""

from datetime import date, timedelta

import pytest

from labs.register.rules.holdings import (
    Authorised,
    Calibrated,
    Ending,
    LotDays,
    StaffAct,
    ending,
    instrument_sentence,
    lot_sentence,
    staff_sentence,
)

ON = date(2026, 5, 12)
DAY = timedelta(days=1)
GOOD = Calibrated(ON - 100 * DAY, ON, is_passed=True)
TEST = ("DIV1", "sct7237-2020")


@pytest.mark.parametrize(
    ("calibrations", "retired_on", "says"),
    [
        ([GOOD], None, ""),
        ([GOOD], ON + DAY, ""),
        ([GOOD], ON, "停用"),
        ([], None, "没有校准记录"),
        ([Calibrated(ON + DAY, ON + 2 * DAY, is_passed=True)], None, "没有校准记录"),
        ([Calibrated(ON - 100 * DAY, ON - DAY, is_passed=True)], None, "已经过期"),
        ([GOOD, Calibrated(ON - DAY, ON + DAY, is_passed=False)], None, "不合格"),
        ([Calibrated(ON - DAY, ON + DAY, is_passed=False), GOOD], None, "不合格"),
        ([Calibrated(ON - 9 * DAY, ON, is_passed=False), GOOD], None, "不合格"),
        (
            [
                Calibrated(ON - 9 * DAY, ON, is_passed=False),
                Calibrated(ON - DAY, ON, is_passed=True),
            ],
            None,
            "",
        ),
    ],
)
def test_an_instrument_is_used_between_its_calibration_and_its_end(calibrations, retired_on, says):
    found = instrument_sentence("QPCR-02", calibrations, ON, retired_on)
    assert says in found if says else found == ""


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({}, ""),
        ({"expires_on": ON}, ""),
        ({"expires_on": ON - DAY}, "已经过期"),
        ({"days_after_opening": 7}, "还没有登记开封日"),
        ({"opened_on": ON + DAY}, "还没有开封"),
        ({"opened_on": ON, "days_after_opening": 0}, ""),
        ({"opened_on": ON - 7 * DAY, "days_after_opening": 7}, ""),
        ({"opened_on": ON - 8 * DAY, "days_after_opening": 7}, "开封后 7 天内有效"),
        ({"opened_on": ON - 800 * DAY}, ""),
        ({"finished_on": ON}, ""),
        ({"finished_on": ON - DAY}, "用完"),
        ({"withdrawn_on": ON + 9 * DAY, "because": "厂家召回"}, "厂家召回"),
    ],
)
def test_a_lot_is_used_until_its_expiry_or_its_days_after_opening(days, says):
    lot = LotDays(**{"name": "DIV1 K1", "expires_on": ON + 100 * DAY, **days})
    found = lot_sentence(lot, ON)
    assert says in found if says else found == ""


def test_opening_shortens_a_lots_days_and_never_lengthens_them():
    lot = LotDays("K1", ON, opened_on=ON - DAY, days_after_opening=30)
    assert lot.usable_until_on == ON
    assert LotDays("K1", ON, ON - 9 * DAY, 3).usable_until_on == ON - 6 * DAY


def row(act=StaffAct.TEST, disease="", method="", first=-10, last=10, ended=None):
    return Authorised(
        act,
        disease,
        method,
        ON + first * DAY,
        ON + last * DAY,
        None if ended is None else ON + ended * DAY,
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "没有检测 DIV1"),
        ([row()], ""),
        ([row(disease="DIV1")], ""),
        ([row(disease="DIV1", method="sct7237-2020")], ""),
        ([row(disease="DIV1", method="other")], "没有"),
        ([row(disease="WSD")], "没有"),
        ([row(act=StaffAct.REVIEW)], "没有"),
        ([row(last=0)], ""),
        ([row(last=-1)], "已经过期"),
        ([row(first=1)], "才有效"),
        ([row(ended=0)], "收回"),
        ([row(ended=1)], ""),
        ([row(ended=0), row()], ""),
        ([row(last=-1), row(first=-5)], ""),
    ],
)
def test_a_person_acts_within_an_authorisation(rows, says):
    found = staff_sentence(rows, StaffAct.TEST, TEST, ON)
    assert says in found if says else found == ""


@pytest.mark.parametrize(
    ("until_on", "near"),
    [
        (None, Ending.FINE),
        (ON + 31 * DAY, Ending.FINE),
        (ON + 30 * DAY, Ending.SOON),
        (ON, Ending.SOON),
        (ON - DAY, Ending.OVER),
    ],
)
def test_an_end_within_thirty_days_is_shown(until_on, near):
    assert ending(until_on, ON) is near
