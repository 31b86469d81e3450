"""Intake's rules: every row of its state tables as a sentence, scans, temperatures, lists."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import NotAllowedNow
from labs.intake.parsers import Profile, Trouble, Unreadable, read_logger
from labs.intake.rules import (
    CONSIGNMENT_MOVES,
    FAULT_MOVES,
    ITEM_MOVES,
    KEYS,
    STORAGE_MOVES,
    UNFIT,
    Condition,
    ConsignmentAct,
    ConsignmentState,
    FaultAct,
    FaultState,
    ItemAct,
    ItemState,
    Order,
    StorageAct,
    StorageState,
    act_of,
    correction_of,
    read_scan,
)
from labs.intake.rules.lists import LIST_WORDS, Listed, Standing, age_mark, is_late, list_of
from labs.intake.rules.temperature import (
    MOST_KEPT,
    Limits,
    Reading,
    chart,
    excursions,
    gaps,
    in_order,
    thinned,
)

NOW = datetime(2026, 5, 9, 4, 0, tzinfo=UTC)

SENTENCES = {
    "an announced item is received": ("announced", "receive", "received"),
    "an announced item is turned away as missing or rejected": ("announced", "turn_away", "unfit"),
    "a received item is found to have come in another state, still fit": (
        *("received", "correct", "received"),
    ),
    "a received item is found to be unfit after all": ("received", "turn_away", "unfit"),
    "an unfit item is unfit for another reason": ("unfit", "correct", "unfit"),
    "a missing item turns up and is received": ("unfit", "find", "received"),
    "a receipt is taken back within its minute": ("received", "take_back", "announced"),
    "a turning away is taken back within its minute": ("unfit", "take_back", "announced"),
    "a received item is reported": ("received", "report", "reported"),
    "a reported item is open again when its report is withdrawn": (
        *("reported", "reopen", "received"),
    ),
}
BOXES = {
    "a box is closed once everything in it was looked at": ("announced", "complete", "received"),
    "a closed box is open again when a receipt is taken back": ("received", "reopen", "announced"),
}
FAULTS = {
    "a non-conformity is closed by saying what was done": ("open", "close", "closed"),
    "a closed non-conformity that happens again is open again": ("closed", "reopen", "open"),
}
STORED = {
    "the first of two people asks to destroy": ("stored", "ask", "leaving"),
    "the second says that it stays": ("leaving", "keep", "stored"),
    "the second confirms that it is gone": ("leaving", "destroy", "destroyed"),
}
TABLES = {
    "item": (ITEM_MOVES, ItemState, ItemAct, SENTENCES),
    "box": (CONSIGNMENT_MOVES, ConsignmentState, ConsignmentAct, BOXES),
    "fault": (FAULT_MOVES, FaultState, FaultAct, FAULTS),
    "storage": (STORAGE_MOVES, StorageState, StorageAct, STORED),
}
ROWS = [
    pytest.param(name, *row, id=sentence)
    for name, (*_, sentences) in TABLES.items()
    for sentence, row in sentences.items()
]


@pytest.mark.parametrize(("table", "state", "act", "after"), ROWS)
def test_this_move_leads_there(table, state, act, after):
    moves, states, acts, _ = TABLES[table]
    assert moves.after(states(state), acts(act)) == states(after)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_the_table_has_its_sentence_and_every_other_move_is_refused(table):
    moves, states, acts, sentences = TABLES[table]
    told = {(states(state), acts(act)): states(after) for state, act, after in sentences.values()}
    assert moves.table == told
    assert set(moves.words) == set(states)
    for state, act in product(states, acts):
        if (state, act) not in told:
            with pytest.raises(NotAllowedNow):
                moves.after(state, act)


@pytest.mark.parametrize("condition", Condition)
def test_receiving_and_correcting_always_lead_to_a_state_that_fits_the_condition(condition):
    wanted = ItemState.UNFIT if condition in UNFIT else ItemState.RECEIVED
    assert ITEM_MOVES.after(ItemState.ANNOUNCED, act_of(condition)) is wanted
    for state in (ItemState.RECEIVED, ItemState.UNFIT):
        assert ITEM_MOVES.after(state, correction_of(state, condition)) is wanted


# ── Scans ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "code", "condition", "note"),
    [
        ("M7K2-0001", "M7K2-0001", "good", ""),
        (" m7k2-0001\r\n", "m7k2-0001", "good", ""),
        ("M7K2-0001 D", "M7K2-0001", "damaged", ""),
        ("M7K2-0001 渗漏 袋口开了", "M7K2-0001", "leaked", "袋口开了"),
        ("M7K2-0001 r 冰化了 有味", "M7K2-0001", "rejected", "冰化了 有味"),
        ("M7K2 0001", "M7K20001", "good", ""),
        ("", "", "good", ""),
    ],
)
def test_a_scanned_line_says_code_condition_and_reason(line, code, condition, note):
    found = read_scan(line)
    assert (found.order, found.code, found.condition, found.note) == (
        *(Order.TAKE, code, condition, note),
    )


def test_the_cards_beside_the_scanner_are_no_samples():
    assert read_scan("undo").order is Order.UNDO
    assert read_scan("撤销").order is Order.UNDO
    closing = read_scan("CLOSE 箱内没有")
    assert (closing.order, closing.note) == (Order.CLOSE, "箱内没有")
    assert read_scan("X", Condition.LEAKED).condition is Condition.LEAKED
    assert not set(KEYS.values()) & {"F1", "F5", "F11", "F12"}


# ── Temperatures ─────────────────────────────────────────────────────────────────────────────────


def readings(*tenths, step=10):
    return tuple(Reading(NOW + timedelta(minutes=step * n), t) for n, t in enumerate(tenths))


def test_a_stretch_outside_lasts_until_the_next_reading_inside():
    [one] = excursions(readings(40, 81, 95, 90, 70), Limits(0, 80))
    assert (one.extreme, one.minutes) == (95, 30)
    [open_end] = excursions(readings(40, 90, 90), Limits(0, 80))
    assert open_end.minutes == 10
    cold = excursions(readings(10, -5, 10, -30, 10), Limits(0, 80))
    assert [one.extreme for one in cold] == [-5, -30]
    assert excursions(readings(900, -900), Limits()) == ()


@given(st.lists(st.integers(-200, 300), min_size=1, max_size=30))
def test_no_reading_outside_is_lost_between_stretches(tenths):
    limits, line = Limits(0, 80), readings(*tenths)
    found = excursions(line, limits)
    for reading in line:
        inside = any(one.from_at <= reading.at <= one.to_at for one in found)
        assert limits.holds(reading.tenths) or inside
    picture = chart(line, limits)
    assert all(0 <= float(p.split(",")[1]) <= picture.height for p in picture.line.split())


def test_a_gap_is_three_usual_steps_and_half_an_hour():
    line = readings(40, 40, 40)
    later = Reading(line[-1].at + timedelta(minutes=31), 40)
    assert [gap.minutes for gap in gaps((*line, later))] == [31]
    assert gaps(line) == gaps(line[:1]) == ()
    assert in_order((line[1], line[0], line[1])) == line[:2]


GOOD = {
    "comma": "时间,温度(℃)\n2026-05-09 08:00,4.1\n2026-05-09 08:10,4.5\n",
    "semicolon with decimal comma": (
        "Zeit/time;Temp °C\n09.05.2026 08:00;4,1\n09.05.2026 08:10;4,5\n"
    ),
    "quoted decimal comma": 'Date time,Temperature\n2026/5/9 8:00,"4,1"\n2026/5/9 8:10,"4,5 ℃"\n',
    "Excel day numbers": "time\ttemp\n46151.3333333\t4.1\n46151.3402778\t4.5\n",
    "preamble and a byte order mark": (
        "\ufeff记录仪 SN123\n间隔 10 min\n\n序号,日期时间,温度\n"
        "1,2026年5月9日 08:00,4.1\n2,2026-05-09T00:10:00Z,4.5\n"
    ),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_loggers_write_the_same_readings_in_many_ways(text, encoding):
    if encoding == "gb18030":
        text = text.removeprefix("\ufeff")
    file = read_logger(text.encode(encoding), NOW, Profile(day_first=True))
    assert [r.tenths for r in file.readings] == [41, 45]
    start = datetime(2026, 5, 9, 0, 0, tzinfo=UTC)
    assert [r.at for r in file.readings] == [start, start + timedelta(minutes=10)]
    assert file.refused == ()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-05-09 08:20,---", "没有读数"),
        ("2026-05-09 08:20,", "没有读数"),
        ("2026-05-09 08:20,低", "不是数"),
        ("2026-05-09 08:20,141", "华氏度"),
        ("2026-05-09 12:30,4.1", "时钟快了"),
        ("2026-02-30 08:20,4.1", "没有这个日期"),
        ("0001-01-01 00:00,4.1", "时钟没有设好"),
        ("1970-01-01 08:00,4.1", "时钟没有设好"),
        ("9999-12-31 23:59,4.1", "时钟没有设好"),
        ("昨天,4.1", "看不懂"),
        ("1e999,4.1", "看不懂"),
        (",4.1", "没有时间"),
        ("03/04/2026 08:20,4.1", "分不清"),
        ("2026-05-09 08:20,4,1", "分号"),
        ("2026-05-09 08:20", "不全"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_reason_and_the_others_stay(row, why):
    file = read_logger((GOOD["comma"] + row + "\n").encode(), NOW)
    assert len(file.readings) == 2
    [(number, sentence)] = file.refused
    assert number == 4
    assert why in sentence


def test_fahrenheit_is_refused_unless_told():
    text = "time,Temp °F\n2026-05-09 08:00,39.4\n"
    with pytest.raises(Unreadable) as found:
        read_logger(text.encode(), NOW)
    assert found.value.trouble is Trouble.FAHRENHEIT
    assert read_logger(text.encode(), NOW, Profile(fahrenheit=True)).readings[0].tenths == 41


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"", "empty"),
        (b"PK\x03\x04\x00\x00", "encoding"),
        (b"\xff\xfe\xff", "encoding"),
        ("品名,数\n鱼,1\n".encode(), "no_columns"),
        ("时间,温度\n".encode(), "no_readings"),
        ("时间,温度\n昨天,冷\n".encode(), "no_readings"),
    ],
)
def test_a_file_without_readings_says_why(data, trouble):
    with pytest.raises(Unreadable) as found:
        read_logger(data, NOW)
    assert found.value.trouble == trouble


def test_a_slow_clock_is_put_right_when_told():
    file = read_logger(GOOD["comma"].encode(), NOW, Profile(slow_minutes=7))
    assert file.readings[0].at == datetime(2026, 5, 9, 0, 7, tzinfo=UTC)


def test_of_a_long_log_every_reading_is_judged_and_the_extremes_are_kept():
    rows = (
        f"2026-05-{1 + n // 14400:02}T{n // 600 % 24:02}:{n // 10 % 60:02}:{n % 10 * 6:02}Z,4"
        for n in range(30_000)
    )
    file = read_logger(("时间,温度\n" + "\n".join(rows) + ".9\n").encode(), NOW)
    assert len(file.readings) == 30_000
    marks = [
        Reading(one.at, 95 if n == 29_000 else one.tenths) for n, one in enumerate(file.readings)
    ]
    assert [one.extreme for one in excursions(marks, Limits(0, 80))] == [95]
    kept = thinned(marks)
    assert len(kept) <= MOST_KEPT
    assert max(one.tenths for one in kept) == 95
    assert list(kept) == sorted(kept, key=lambda one: one.at)


@given(st.binary(max_size=200))
def test_any_bytes_are_readings_or_a_sentence(data):
    with suppress(Unreadable):
        assert read_logger(data, NOW).readings


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────

PLACES = {
    "announced and not seen: in transit": ((ItemState.ANNOUNCED, False), Listed.IN_TRANSIT),
    "announced and its box is here: arrived": ((ItemState.ANNOUNCED, True), Listed.ARRIVED),
    "reported: reported": ((ItemState.REPORTED, True), Listed.REPORTED),
}


@pytest.mark.parametrize(("given_", "wanted"), PLACES.values(), ids=PLACES)
def test_an_item_stands_on_this_list(given_, wanted):
    for tested, fault in product((False, True), repeat=2):
        assert list_of(Standing(*given_, tested, fault)) is wanted


def test_every_standing_there_can_be_is_on_a_list_with_a_name():
    for state, arrived, tested, fault in product(ItemState, *[(False, True)] * 3):
        assert list_of(Standing(state, arrived, tested, fault)) in LIST_WORDS
    received = ItemState.RECEIVED
    assert list_of(Standing(received, True, tested=False, fault_open=True)) is Listed.TO_TEST
    assert list_of(Standing(received, True, tested=True, fault_open=False)) is Listed.TESTED


def test_ages_are_marked_at_seven_and_thirty_days_and_transit_after_one():
    since = [NOW - timedelta(days=days) for days in (6, 7, 29, 30)]
    assert [age_mark(at, NOW) for at in since] == ["", "wait", "wait", "no"]
    assert is_late(Listed.IN_TRANSIT, NOW - timedelta(hours=25), NOW)
    assert not is_late(Listed.IN_TRANSIT, NOW - timedelta(hours=24), NOW)
    assert not is_late(Listed.ARRIVED, NOW - timedelta(days=9), NOW)
