"""What a device sends, read and merged: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from aquacert.inspections.rules.sync import (
    LARGEST_RECORD,
    MOST_RECORDS,
    Kind,
    Stands,
    about_when,
    degrees,
    merge,
    others_changed,
    read_batch,
)
from aquacert.inspections.rules.uploads import CLIP_BYTES, read_announced
from aquacert.kernel.errors import Invalid

DEVICE, PERSON, BATCH = (str(UUID(int=number)) for number in (1, 2, 3))
NOW = datetime(2026, 5, 9, 8, tzinfo=UTC)


def record(**other):
    made = {
        "id": str(UUID(int=9)),
        "kind": "findings",
        "base_version": 1,
        "at": "2026-05-09T15:00:00+08:00",
        "body": {"batch_id": BATCH, "answers": {"skin": "normal"}},
    }
    return made | other


def sent(*records, **other):
    return {"device": DEVICE, "person": PERSON, "records": list(records)} | other


def test_a_request_is_read_in_its_order():
    batch = read_batch(sent(record(), record(id=str(UUID(int=10)), kind="verdict")))
    assert [one.kind for one in batch.records] == [Kind.FINDINGS, Kind.VERDICT]
    assert batch.records[0].at == datetime(2026, 5, 9, 7, tzinfo=UTC)
    assert batch.people == {UUID(PERSON)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nonsense"},
        {"kind": ["findings"]},
        {"kind": None},
        {"body": None},
        {"body": {"batch_id": "x"}},
        {"body": {"batch_id": BATCH, "quantity": float("nan")}},
        {"body": {"batch_id": BATCH, "answers": {"skin": [float("-inf")]}}},
        {"body": {"batch_id": BATCH, "x": [[[[[[[[[[]]]]]]]]]]}},
        {"body": {"batch_id": BATCH, "note": "a\x00b"}},
        {"body": {"batch_id": BATCH, "note": "\ud800"}},
        {"body": {"batch_id": BATCH, "note": "长" * LARGEST_RECORD}},
    ],
)
def test_a_bad_record_says_its_fault_and_stops_nothing(wrong):
    batch = read_batch(sent(record(**wrong), record()))
    assert batch.records[0].fault
    assert not batch.records[1].fault


@pytest.mark.parametrize(
    "wrong",
    [
        {"records": None},
        {"records": ["x"]},
        {"records": [{"kind": "findings"}]},
        {"records": [record()] * (MOST_RECORDS + 1)},
        {"device": "x"},
        {"person": {"a": 1}},
    ],
)
def test_what_no_record_is_to_blame_for_refuses_the_request(wrong):
    with pytest.raises(Invalid):
        read_batch(sent(record()) | wrong)


@pytest.mark.parametrize("odd", [True, -1, 1 << 60, "3", 1.5, None])
def test_a_version_that_is_no_whole_number_counts_as_none(odd):
    assert read_batch(sent(record(base_version=odd))).records[0].base_version is None


@pytest.mark.parametrize("odd", ["yesterday", "2026-05-09 15:00", 5, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_is_no_time(odd):
    assert read_batch(sent(record(at=odd))).records[0].at is None


def test_the_same_body_has_the_same_digest_and_another_has_another():
    one, same, other = read_batch(
        sent(
            record(),
            record(body={"answers": {"skin": "normal"}, "batch_id": BATCH}, at=None),
            record(body={"batch_id": BATCH, "answers": {"skin": "abnormal"}}),
        )
    ).records
    assert one.digest == same.digest != other.digest


def test_findings_merge_item_by_item():
    stands = {"skin": Stands("normal", 3), "eyes": Stands("normal", 2), "water": Stands(245, 4)}
    merged = merge(
        {"skin": "abnormal", "eyes": "abnormal", "water": 245, "gills": "normal"}, stands, 2, ()
    )
    assert merged.take == {"eyes": "abnormal", "gills": "normal"}
    assert (merged.mine, merged.theirs) == ({"skin": "abnormal"}, {"skin": "normal"})


def test_what_the_same_device_said_before_is_no_conflict_and_another_devices_is():
    stands = {"skin": Stands("normal", 3)}
    assert merge({"skin": "abnormal"}, stands, 1, {2, 3}).take
    assert merge({"skin": "abnormal"}, stands, 1, {2}).mine
    assert merge({"skin": "abnormal"}, stands, None, ()).mine
    assert not others_changed(3, 1, {2, 3})
    assert others_changed(4, 1, {2, 3})
    assert not others_changed(4, 4, ())


def about(batch, **of_record):
    read = read_batch(sent(record(**of_record), **batch))
    return about_when(NOW, read, read.records[0])


def test_about_when_goes_by_elapsed_time_and_not_by_a_wrong_clock():
    eight_ahead = {"sent_at": "2026-05-09T16:30:00Z"}
    assert about(eight_ahead, at="2026-05-09T15:30:00Z") == NOW - timedelta(hours=1)
    run = {"run": "a", "elapsed_ms": 7_200_000, "sent_at": "2026-05-09T08:00:00Z"}
    mended = {"run": "a", "elapsed_ms": 0, "at": "2026-05-09T15:30:00Z"}
    assert about(run, **mended) == NOW - timedelta(hours=2)
    assert about(run, **(mended | {"run": "b"})) is None
    assert about({}, at="2026-05-09T15:30:00Z") is None
    assert about(eight_ahead, at="1999-01-01T00:00:00Z") is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"lat": 32, "lon": 118.8, "accuracy_m": 5}, (32.0, 118.8, 5.0)),
        ({"lat": 32, "lon": 118.8}, (32.0, 118.8, 0.0)),
        ({"lat": 91, "lon": 0}, None),
        ({"lat": True, "lon": 0}, None),
        ({"lat": float("nan"), "lon": 0}, None),
        ("here", None),
    ],
)
def test_a_place_is_degrees_or_nothing(value, read):
    assert degrees(value) == read


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "x"},
        {"size": 0},
        {"size": True},
        {"size": 21 << 20},
        {"media_type": "text/html"},
        {"media_type": "video/mp4", "size": CLIP_BYTES + 1},
    ],
)
def test_what_cannot_be_a_file_of_ours_is_not_announced(wrong):
    good = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg; x=1"}
    assert read_announced(good).media_type == "image/jpeg"
    with pytest.raises(Invalid):
        read_announced(good | wrong)
