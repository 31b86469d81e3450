"""The canonical record and its claims: one encoding, strict reading, bound to each other."""

from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta

import cbor2
import pytest

from aquacert.trust.claims import PURPOSES, UNITS, QrClaims
from aquacert.trust.errors import Refused, Why
from aquacert.trust.keys import Owner, Use
from aquacert.trust.record import Record, record_digest, valid_until
from aquacert.trust.trustlist import read_claims
from tests.house.source import ROOT
from tests.make.trust import AT, OFFICE, make_keys, make_record


def why(call, *given):
    with pytest.raises(Refused) as caught:
        call(*given)
    return caught.value.why


@pytest.mark.parametrize("kind", ["A", "B"])
def test_a_record_comes_back_from_its_bytes(kind):
    record = make_record(kind)
    data = record.encode()
    assert Record.decode(data) == record
    assert Record.decode(data).encode() == data
    assert len(record_digest(data)) == 16


def test_the_field_list_in_the_docs_names_every_field():
    text = (ROOT / "docs" / "record.md").read_text("utf-8")
    assert [field.name for field in fields(Record) if f"`{field.name}`" not in text] == []


def test_a_record_with_a_field_too_many_or_too_few_is_refused():
    row = asdict(make_record())
    more = cbor2.dumps({**row, "extra": 1}, canonical=True)
    less = cbor2.dumps({k: v for k, v in row.items() if k != "plate"}, canonical=True)
    other = cbor2.dumps({**row, "quantity": "500000"}, canonical=True)
    truth = cbor2.dumps({**row, "quantity": True}, canonical=True)
    for data in (more, less, other, truth, b"", b"\xa0", b"\x80"):
        assert why(Record.decode, data) is Why.MALFORMED
    loose = cbor2.dumps(dict(reversed(row.items())))
    assert why(Record.decode, loose) is Why.NOT_CANONICAL


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "C"},
        {"number": "320051281"},
        {"number": "32005128１8"},
        {"quantity": 0},
        {"quantity": -1},
        {"valid_days": 0},
        {"valid_until": 1},
        {"origin_code": "32"},
        {"batches": ()},
        {"status_index": -1},
    ],
)
def test_a_record_that_no_certificate_may_carry_cannot_be_encoded(changes):
    assert why(make_record(**changes).encode) is Why.MALFORMED


def test_a_record_of_another_version_is_refused():
    assert why(make_record(version=2).encode) is Why.UNKNOWN_VERSION


@pytest.mark.parametrize(
    ("kind", "issued", "days", "ends"),
    [
        ("A", datetime(2026, 5, 11, 9, 6, tzinfo=UTC), 3, "2026-05-14T15:59:59+00:00"),
        ("A", datetime(2026, 5, 11, 16, 0, tzinfo=UTC), 1, "2026-05-13T15:59:59+00:00"),
        ("B", datetime(2026, 5, 11, 15, 59, 59, tzinfo=UTC), 1, "2026-05-11T15:59:59+00:00"),
        ("B", datetime(2026, 5, 11, 16, 0, tzinfo=UTC), 1, "2026-05-12T15:59:59+00:00"),
        ("A", datetime(2028, 2, 28, 1, 0, tzinfo=UTC), 1, "2028-02-29T15:59:59+00:00"),
    ],
)
def test_validity_ends_with_the_legal_day(kind, issued, days, ends):
    assert valid_until(kind, issued, days).isoformat() == ends


@pytest.mark.parametrize("kind", ["A", "B"])
def test_claims_are_of_their_record_and_of_no_other(kind):
    record = make_record(kind)
    claims = QrClaims.of(record)
    assert QrClaims.decode(claims.encode()) == claims
    assert claims.are_of(record.encode())
    assert not claims.are_of(replace(record, plate="皖B·12345").encode())
    assert (claims.ends, claims.issued) == (record.ends, record.issued)
    assert len(claims.encode()) <= 84


def test_claims_hold_the_largest_quantity_and_western_numbers():
    record = make_record(quantity=2**63 - 1, number="6599999999", origin_code="659001")
    claims = QrClaims.decode(QrClaims.of(record).encode())
    assert (claims.quantity, claims.number) == (2**63 - 1, "6599999999")


def test_a_purpose_in_other_words_is_coded_as_other():
    claims = QrClaims.of(make_record(purpose="放生"))
    assert QrClaims.decode(claims.encode()).purpose == "其他"
    assert why(QrClaims.of, make_record(unit="车")) is Why.MALFORMED


@pytest.mark.parametrize(
    ("place", "value"),
    [(1, 10**10), (3, 999), (4, 2), (5, 10**6), (7, -1), (8, len(UNITS)), (11, len(PURPOSES))],
)
def test_claims_out_of_range_are_refused(place, value):
    row = cbor2.loads(QrClaims.of(make_record()).encode())
    row[place] = value
    assert why(QrClaims.decode, cbor2.dumps(row, canonical=True)) is Why.MALFORMED


def test_claims_of_another_version_or_length_are_refused():
    row = cbor2.loads(QrClaims.of(make_record()).encode())
    assert why(QrClaims.decode, cbor2.dumps([2, *row[1:]])) is Why.UNKNOWN_VERSION
    assert why(QrClaims.decode, cbor2.dumps([*row, 0])) is Why.MALFORMED
    assert why(QrClaims.decode, cbor2.dumps(row[:-1])) is Why.MALFORMED


@pytest.fixture
def keys(tmp_path):
    return make_keys(tmp_path)


def test_a_scanned_code_is_believed_with_its_key(keys):
    signed = keys.sign(make_record())
    believed = read_claims(signed.cose, keys.trust)
    assert believed.claims.number == "3200512818"
    assert believed.key.owner == OFFICE


def test_an_office_cannot_sign_for_another_division(keys):
    signed = keys.sign(make_record(authority_code="320922"))
    assert why(read_claims, signed.cose, keys.trust) is Why.KEY_NOT_VALID


def test_a_key_signs_nothing_outside_its_time_or_its_use(keys):
    late = AT + timedelta(days=400)
    record = make_record(
        issued_at=int(late.timestamp()),
        valid_until=int(valid_until("A", late, 3).timestamp()),
    )
    assert why(read_claims, keys.sign(record).cose, keys.trust) is Why.KEY_NOT_VALID
    keys.issue = keys.ring.create(Use.STATUS, Owner("s", "320921", "s"), now=AT)
    assert why(read_claims, keys.sign(make_record()).cose, keys.trust) is Why.UNKNOWN_KEY


def test_a_compromised_key_is_believed_only_before_that_day(keys):
    signed = keys.sign(make_record())
    keys.ring.withdraw(keys.issue.kid, compromised_since=AT + timedelta(hours=1))
    assert read_claims(signed.cose, keys.trust).claims.number == "3200512818"
    keys.ring.withdraw(keys.issue.kid, compromised_since=AT - timedelta(hours=1))
    assert why(read_claims, signed.cose, keys.trust) is Why.KEY_NOT_VALID


@pytest.mark.parametrize(
    ("place", "value"), [(2, 1 << 37), (2, (1 << 40) - 1), (2, -1), (3, 366), (6, "虾" * 5)]
)
def test_claims_that_no_calendar_or_table_can_hold_are_refused(place, value):
    row = cbor2.loads(QrClaims.of(make_record()).encode())
    row[place] = value
    with pytest.raises(Refused):
        QrClaims.decode(cbor2.dumps(row, canonical=True))


@pytest.mark.parametrize(
    "wrong", [{"issued_at": 1 << 60}, {"valid_until": 1 << 60}, {"valid_days": 1 << 60}]
)
def test_a_record_of_instants_beyond_the_calendar_is_refused(wrong):
    row = {**cbor2.loads(make_record().encode()), **wrong}
    assert why(Record.decode, cbor2.dumps(row, canonical=True)) is Why.MALFORMED
