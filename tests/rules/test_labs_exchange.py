"""Messages of a laboratory's own system: envelopes, order, gaps, and the run they carry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid, NotAllowedNow
from labs.exchange.rules import (
    MESSAGE_MOVES,
    SYSTEM_MOVES,
    BadEnvelope,
    Fault,
    MessageAct,
    MessageState,
    SystemAct,
    SystemState,
    digest_of,
    missing,
    read_envelope,
    runnable,
)
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import RefusalCode, Why

GOOD = {
    "aud": "aquacert",
    "lab": "LAB-01",
    "sequence": 1,
    "message_id": "m-1",
    "sent_at": "2026-05-12T09:30:00+08:00",
    "kind": "nothing",
    "body": {},
}


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("aud", "elsewhere", Fault.AUDIENCE),
        ("lab", "LAB-02", Fault.LAB),
        ("sequence", 0, Fault.SEQUENCE),
        ("sequence", True, Fault.SEQUENCE),
        ("sequence", "1", Fault.SEQUENCE),
        ("sequence", 2**53, Fault.SEQUENCE),
        ("message_id", " ", Fault.MESSAGE_ID),
        ("message_id", "x" * 65, Fault.MESSAGE_ID),
        ("sent_at", "2026-05-12T09:30:00", Fault.SENT_AT),
        ("message_id", "a\0", Fault.MESSAGE_ID),
        ("message_id", "\ud800", Fault.MESSAGE_ID),
        ("sent_at", 1_747_000_000, Fault.SENT_AT),
        ("sent_at", "0001-01-01T00:00:00+14:00", Fault.SENT_AT),
        ("sent_at", "9999-12-31T23:59:59-14:00", Fault.SENT_AT),
        ("kind", "certificate", Fault.KIND),
        ("kind", ["run"], Fault.KIND),
        ("body", [], Fault.BODY),
        ("body", {"note": "a\0"}, Fault.BODY),
        ("body", {"wells": [{"sample": "\ud800"}]}, Fault.BODY),
        ("body", {"\udfff": 1}, Fault.BODY),
    ],
)
def test_an_envelope_that_is_wrong_says_where(member, value, fault):
    with pytest.raises(BadEnvelope) as refused:
        read_envelope(GOOD | {member: value}, "LAB-01")
    assert refused.value.faults == (fault,)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(BadEnvelope) as refused:
        read_envelope({}, "LAB-01")
    assert set(refused.value.faults) == set(Fault)


@given(st.integers(0, 50), st.sets(st.integers(1, 60)))
def test_what_may_run_follows_what_is_done_without_a_gap(done, waiting):
    found = runnable(done, waiting)
    assert found == list(range(done + 1, done + 1 + len(found)))
    assert done + 1 + len(found) not in waiting


@given(st.integers(0, 50), st.sets(st.integers(1, 60)))
def test_nothing_that_waits_is_missing_and_every_gap_is_named(done, waiting):
    later = {number for number in waiting if number > done}
    gaps = missing(done, later, most=100)
    assert later.isdisjoint(gaps)
    assert set(gaps) | later >= set(range(done + 1, max(later, default=done) + 1))


def test_the_same_message_signed_twice_has_one_digest():
    assert digest_of(b"aa.bb.cc\n") == digest_of(b"aa.bb.dd") != digest_of(b"aa.bc.cc")


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        pytest.param("held", "apply", "applied", id="a held message is applied"),
        pytest.param("held", "refuse", "refused", id="a held message is refused"),
        pytest.param("applied", "refuse", None, id="an applied message is not refused"),
        pytest.param("refused", "apply", None, id="a refused message is not applied"),
    ],
)
def test_a_message_is_settled_once(state, act, after):
    if after is None:
        with pytest.raises(NotAllowedNow):
            MESSAGE_MOVES.after(MessageState(state), MessageAct(act))
    else:
        assert MESSAGE_MOVES.after(MessageState(state), MessageAct(act)) == after


def test_a_revoked_system_is_not_revoked_again():
    assert SYSTEM_MOVES.after(SystemState.ACTIVE, SystemAct.REVOKE) is SystemState.REVOKED
    with pytest.raises(NotAllowedNow):
        SYSTEM_MOVES.after(SystemState.REVOKED, SystemAct.REVOKE)


def run(*wells, **more):
    data = json.dumps({"run": "R-17", "cycles": 40, "wells": list(wells)} | more).encode()
    return read_instrument_file(data, "message-1.json")


def well(**changed):
    return {"well": "A1", "sample": "M7K2-0001", "target": "DIV1", "cq": 24.5} | changed


@pytest.mark.parametrize(
    ("cq", "value", "why"),
    [
        (24.5, "24.5", Why.DETECTED),
        ("36.8", "36.8", Why.DETECTED),
        (None, None, Why.NO_CQ),
        ("Undetermined", None, Why.NO_CQ),
        (40.0, None, Why.AT_CAP),
    ],
)
def test_a_cq_is_a_number_a_text_or_null(cq, value, why):
    [reading] = run(well(cq=cq)).readings
    assert (None if reading.cq is None else str(reading.cq), reading.why) == (value, why)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({k: v for k, v in well().items() if k != "cq"}, RefusalCode.CQ_BLANK),
        (well(cq=""), RefusalCode.CQ_BLANK),
        (well(cq="<LOD"), RefusalCode.CQ_UNREADABLE),
        (well(cq="ND"), RefusalCode.CQ_UNREADABLE),
        (well(cq=True), RefusalCode.CQ_UNREADABLE),
        (well(cq=-1), RefusalCode.CQ_NOT_AVAILABLE),
        (well(well="Z"), RefusalCode.WELL_UNREADABLE),
        (well(sample=""), RefusalCode.SAMPLE_MISSING),
        (well(target=None), RefusalCode.TARGET_MISSING),
        (well(role="sampel"), RefusalCode.TASK_UNKNOWN),
        ("A1", RefusalCode.ROW_LENGTH),
    ],
)
def test_a_row_that_is_not_understood_is_refused_and_never_negative(row, code):
    found = run(row)
    assert found.readings == ()
    assert [refusal.code for refusal in found.refusals] == [code]


def test_a_well_that_is_sent_twice_counts_once():
    found = run(well(), well(cq=None))
    assert (len(found.readings), found.refusals[0].code) == (1, RefusalCode.DUPLICATE_ROW)


@pytest.mark.parametrize("data", [b"{", b"{}", b'{"wells": []}', b'{"wells": {}}', b"{" * 5000])
def test_what_is_no_run_is_refused_as_a_whole(data):
    with pytest.raises(Invalid):
        read_instrument_file(data, "message-1.json")
