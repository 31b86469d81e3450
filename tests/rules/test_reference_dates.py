"""Days as people type them: one table of what is read, one of what is refused and how."""

from __future__ import annotations

from datetime import date

import pytest

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.dates import (
    Side,
    day_words,
    read_day,
    read_moment,
    settled_day,
    settled_moment,
    understood,
)

TODAY = date(2026, 11, 22)
"""A Sunday."""


@pytest.mark.parametrize(
    ("typed", "side", "meant"),
    [
        ("2026-11-20", Side.ANY, "2026-11-20"),
        ("2026/11/20", Side.PAST, "2026-11-20"),
        ("2026年11月20日", Side.ANY, "2026-11-20"),
        ("２０２６１１２０", Side.ANY, "2026-11-20"),
        ("2026.1.2", Side.ANY, "2026-01-02"),
        ("11月20日", Side.PAST, "2026-11-20"),
        ("11月20号", Side.ANY, "2026-11-20"),
        ("11.20", Side.ANY, "2026-11-20"),
        ("11/20", Side.PAST, "2026-11-20"),
        ("11-20", Side.PAST, "2026-11-20"),
        (" １１．２０ ", Side.PAST, "2026-11-20"),
        ("１１月２０日", Side.PAST, "2026-11-20"),
        ("2026-11-20（周五）", Side.ANY, "2026-11-20"),
        ("11月22日 星期天", Side.ANY, "2026-11-22"),
        ("今天", Side.PAST, "2026-11-22"),
        ("昨天", Side.PAST, "2026-11-21"),
        ("前天", Side.PAST, "2026-11-20"),
        ("大前天", Side.PAST, "2026-11-19"),
        ("明天", Side.AHEAD, "2026-11-23"),
        ("大后天", Side.AHEAD, "2026-11-25"),
        ("1.3", Side.ANY, "2027-01-03"),
        ("1.3", Side.AHEAD, "2027-01-03"),
        ("3.1", Side.PAST, "2026-03-01"),
        ("8.1", Side.AHEAD, "2027-08-01"),
        ("2.29", Side.ANY, None),
        ("昨天", Side.ANY, "2026-11-21"),
    ],
)
def test_a_day_is_read_on_its_side_of_today(typed, side, meant):
    if meant is None:
        with pytest.raises(Invalid):
            read_day(typed, TODAY, side=side)
    else:
        assert read_day(typed, TODAY, side=side).isoformat() == meant


@pytest.mark.parametrize(
    ("typed", "side", "says"),
    [
        ("20.11", Side.ANY, "没有 20 月 11 日"),
        ("2026-02-30", Side.ANY, "没有 2026-02-30"),
        ("11.31", Side.ANY, "没有 11 月 31 日"),
        ("11.25", Side.PAST, "还没到。要是 2025 年的，请写全：2025-11-25"),
        ("11.20", Side.AHEAD, "已经过了。要是 2027 年的，请写全：2027-11-20"),
        ("11.20 周四", Side.PAST, "2026-11-20（周五），不是周四"),
        ("26.11.20", Side.ANY, "请这样填：2026-11-22"),
        ("1120", Side.PAST, "请这样填：2026-11-20，或 11月20日"),
        ("20号", Side.PAST, "看不懂"),
        ("11.20.5", Side.ANY, "看不懂"),
        ("0001-01-01", Side.ANY, "太早"),
        ("2.29", Side.PAST, "2028-02-29（周二）还没到。要是 2024 年的"),
        ("2.29", Side.AHEAD, "2028-02-29（周二）离今天太远"),
        ("上个月", Side.ANY, "看不懂"),
        ("", Side.ANY, "看不懂"),
        ("11.20 16:00", Side.ANY, "看不懂"),
        ("2026-11-200", Side.ANY, "看不懂"),
    ],
)
def test_what_is_no_clear_day_is_asked_back_with_an_example(typed, side, says):
    with pytest.raises(Invalid) as error:
        read_day(typed, TODAY, "on", side)
    assert says in error.value.fields["on"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-24 16:00", "2026-11-24 16:00"),
        ("2026-11-24T16:00", "2026-11-24 16:00"),
        ("11月24日下午4点半", "2026-11-24 16:30"),
        ("明天 8点", "2026-11-23 08:00"),
        ("明天早上8点", "2026-11-23 08:00"),
        ("11.24 16：00", "2026-11-24 16:00"),
        ("11-24(周二)晚上12点", None),
        ("明天晚上8点半", "2026-11-23 20:30"),
        ("明天凌晨3点", "2026-11-23 03:00"),
        ("明天中午1点", "2026-11-23 13:00"),
        ("明天晚上0点", None),
        ("明天晚上1点", None),
        ("明天中午9点", None),
        ("0001-01-01 00:00", None),
        ("明天", None),
        ("明天 25:00", None),
    ],
)
def test_a_moment_is_a_day_with_its_time_in_shanghai(typed, meant):
    if meant is None:
        with pytest.raises(Invalid):
            read_moment(typed, TODAY, side=Side.AHEAD)
    else:
        at = read_moment(typed, TODAY, side=Side.AHEAD).astimezone(SHANGHAI)
        assert f"{at:%Y-%m-%d %H:%M}" == meant


def test_a_named_day_is_written_out_when_it_is_typed_and_shown_with_its_weekday():
    assert settled_day("昨天", TODAY) == "2026-11-21"
    assert settled_day("11.20", TODAY, Side.PAST) == "2026-11-20"
    assert settled_day("2026年11月20日", TODAY) == "2026年11月20日"
    assert settled_day("什么时候", TODAY) == "什么时候"
    assert settled_moment("明天 16:00", TODAY) == "2026-11-23T16:00"
    assert settled_moment("2026-11-24 16:00", TODAY) == "2026-11-24 16:00"
    assert settled_moment("明天", TODAY) == "明天"
    assert day_words(date(2026, 11, 20)) == "2026-11-20（周五）"
    assert understood("11.20", TODAY) == "2026-11-20（周五）"
    assert understood("乱写", TODAY) == "乱写"
