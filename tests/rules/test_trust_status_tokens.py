"""Signed status lists: the draft's own vectors and tokens, and everything that must be refused."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aquacert.trust import cose, statuslist
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.keys import Owner, PublicKey, Use
from aquacert.trust.statusbits import from_base64url
from aquacert.trust.statuslist import Status, StatusList, build, decode, sign_jwt, sign_list
from tests.make.trust import AT, make_keys
from tests.rules import vectors_statuslist as vectors

URI = "https://aquacert.example/trust/status/2026201"


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("lst", "bits", "statuses"),
    [
        ("eNrbuRgAAhcBXQ", 1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
        ("eNrbuRgAAhcBXQ==", 1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
        ("eNo76fITAAPfAgc", 2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
    ],
)
def test_the_examples_of_the_draft_are_read(lst, bits, statuses):
    read = StatusList.from_lst(lst, bits)
    assert len(read) == len(statuses)
    assert [read[i] for i in range(len(read))] == statuses
    assert list(read) == statuses
    assert StatusList.from_lst(read.to_lst(), bits).to_lst() == read.to_lst() == lst.rstrip("=")


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_sparse_vectors_of_the_draft_are_packed_alike(bits):
    made = StatusList(vectors.SIZE, bits=bits)
    for index, status in vectors.SPARSE[bits].items():
        made[index] = status
    assert zlib.adler32(bytes(made)) == vectors.CHECKSUMS[bits]
    again = StatusList.from_lst(made.to_lst(), bits)
    assert len(again) == vectors.SIZE
    assert all(again[index] == status for index, status in vectors.SPARSE[bits].items())
    assert bytes(again).count(0) == bytes(made).count(0)


def test_the_one_bit_vector_of_the_draft_is_read():
    read = StatusList.from_lst(vectors.ONE_BIT, 1)
    assert len(read) == vectors.SIZE
    assert {i for i in range(len(read)) if read[i]} == set(vectors.SPARSE[1])


@given(st.sampled_from([1, 2, 4, 8]), st.binary(min_size=1, max_size=200))
@settings(max_examples=60)
def test_what_is_written_is_read_back(bits, data):
    made = StatusList(data=data, bits=bits)
    again = StatusList.from_lst(made.to_lst(), bits)
    assert list(again) == list(made)
    assert len(made) == len(data) * 8 // bits
    for index in (-1, len(made), len(made) + 7):
        with pytest.raises(TrustError):
            made[index]


@pytest.mark.parametrize("bits", [0, 3, 5, 7, 16, -1, True])
def test_other_widths_are_refused(bits):
    with pytest.raises(Refused):
        StatusList.from_lst("eNrbuRgAAhcBXQ", bits)


@pytest.mark.parametrize(
    ("lst", "why"),
    [
        ("", Why.MALFORMED),
        ("eNrbuRgAAhcBX", Why.MALFORMED),
        ("eNrbuRgAAhcB", Why.MALFORMED),
        ("eNrbuRgAAhcBXQA", Why.MALFORMED),
        ("eNrbuRgAAhcBXQ=", Why.MALFORMED),
        ("eNrbuRgAAhcBXR", Why.NOT_CANONICAL),
        ("eNo76fITAAPfAg c", Why.MALFORMED),
        ("e+o/6fITAAPfAgc", Why.MALFORMED),
        ("中文", Why.MALFORMED),
        (b64(zlib.compress(b"ab") + b"x"), Why.MALFORMED),
        (b64(zlib.compress(bytes(1 << 27), 9)), Why.TOO_LARGE),
    ],
)
def test_a_broken_lst_is_refused(lst, why):
    with pytest.raises(Refused) as refused:
        StatusList.from_lst(lst, 2)
    assert refused.value.why is why


@pytest.fixture(scope="module")
def draft_key():
    return PublicKey.of_point("ES256", from_base64url(vectors.X) + from_base64url(vectors.Y))


def test_the_draft_s_signed_tokens_are_believed(draft_key):
    keys = {b"12": draft_key}
    for token in (
        bytes.fromhex(vectors.CWT),
        b"\xd2" + bytes.fromhex(vectors.CWT),
        b"\xd8\x3d\xd2" + bytes.fromhex(vectors.CWT),
        vectors.JWT,
        vectors.JWT.encode(),
    ):
        read = decode(token, keys, now=datetime(2026, 1, 1, tzinfo=UTC))
        assert read.uri == "https://example.com/statuslists/1"
        assert (read.issued.year, read.expires.year, read.ttl) == (2023, 2042, 43200)
        assert "".join(map(str, read.statuses)) == "1001110111000101"
        with pytest.raises(Refused) as stale:
            decode(token, keys, now=datetime(2043, 1, 1, tzinfo=UTC))
        assert stale.value.why is Why.STALE


def test_a_token_s_every_changed_byte_is_refused(draft_key):
    token = bytes.fromhex(vectors.CWT)
    unsigned = range(35, 40)  # the header that nobody signs: here only a hint which key
    for place in set(range(len(token))) - set(unsigned):
        changed = bytearray(token)
        changed[place] ^= 1
        with pytest.raises(TrustError):
            decode(bytes(changed), {b"12": draft_key})
    for end in range(0, len(token), 7):
        with pytest.raises(TrustError):
            decode(token[:end], {b"12": draft_key})
    with pytest.raises(TrustError):
        decode(token + b"\x00", {b"12": draft_key})


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    made = make_keys(tmp_path_factory.mktemp("keys"))
    made.issue = made.ring.ensure(Use.STATUS, Owner("status", "320000", "示例省"), now=AT)
    return made


def test_both_forms_say_the_same(keys):
    signer, trust = keys.ring.load(keys.issue), keys.trust.keys_of(Use.STATUS)
    statuses = build({7: Status.INVALID, 9: Status.SUSPENDED})
    for token in (sign_list(statuses, URI, signer, AT), sign_jwt(statuses, URI, signer, AT)):
        read = decode(token, trust, now=AT + timedelta(hours=23), uri=URI)
        assert (read.statuses[7], read.statuses[8], read.statuses[9]) == (1, 0, 2)
        assert (read.issued, read.ttl) == (AT, 300)
        for wrong in ({"now": AT + timedelta(hours=24)}, {"uri": URI + "1"}):
            with pytest.raises(Refused):
                decode(token, trust, **wrong)
        for others in ({}, keys.trust.keys_of(Use.ISSUE)):
            with pytest.raises(Refused):
                decode(token, others)


def forge_jwt(signer, header=None, claims=None):
    header = {"alg": "ES256", "typ": "statuslist+jwt", "kid": signer.kid.hex(), **(header or {})}
    whole = {"sub": URI, "iat": 1, "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}}
    body = {**whole, **(claims or {})}
    body = {name: value for name, value in body.items() if value is not None}
    message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(body).encode())}"
    return f"{message}.{b64(signer.sign(message.encode()))}"


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "HS256"}, {}),
        ({"alg": "ES384"}, {}),
        ({"alg": None}, {}),
        ({"typ": "JWT"}, {}),
        ({"typ": "statuslist+cwt"}, {}),
        ({"crit": ["b64"]}, {}),
        ({"kid": 12}, {}),
        ({"kid": "unknown"}, {}),
        ({}, {"sub": None}),
        ({}, {"iat": None}),
        ({}, {"iat": "1"}),
        ({}, {"iat": True}),
        ({}, {"exp": "soon"}),
        ({}, {"exp": 1e300}),
        ({}, {"ttl": 0}),
        ({}, {"ttl": -1}),
        ({}, {"status_list": None}),
        ({}, {"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}}),
        ({}, {"status_list": {"bits": "1", "lst": "eNrbuRgAAhcBXQ"}}),
        ({}, {"status_list": {"bits": 1}}),
        ({}, {"status_list": {"bits": 1, "lst": 7}}),
    ],
)
def test_a_jwt_of_another_form_is_refused(keys, header, claims):
    signer, trust = keys.ring.load(keys.issue), keys.trust.keys_of(Use.STATUS)
    assert decode(forge_jwt(signer), trust).expires is None
    with pytest.raises(TrustError):
        decode(forge_jwt(signer, header, claims), trust)


@pytest.mark.parametrize(
    "change",
    [
        {2: None},
        {6: None},
        {6: "1"},
        {65533: None},
        {65533: {"bits": 2}},
        {65533: {"bits": 3, "lst": zlib.compress(b"a")}},
        {65533: {"bits": 1, "lst": zlib.compress(b"a") + b"!"}},
        {65534: 0},
        {4: "x"},
    ],
)
def test_a_cwt_of_another_form_is_refused(keys, change):
    signer, trust = keys.ring.load(keys.issue), keys.trust.keys_of(Use.STATUS)
    whole = {2: URI, 6: 1, 65533: {"bits": 1, "lst": zlib.compress(b"a")}}

    def token(claims, kind=statuslist.CONTENT_TYPE):
        kept = {name: value for name, value in claims.items() if value is not None}
        return cose.sign1(cbor2.dumps(kept), signer, content_type=kind)

    assert len(decode(token(whole), trust).statuses) == 8
    with pytest.raises(TrustError):
        decode(token({**whole, **change}), trust)
    for kind in (None, "application/cwt"):
        with pytest.raises(TrustError):
            decode(token(whole, kind), trust)


@given(st.binary(max_size=80) | st.text(max_size=80))
@settings(max_examples=100)
def test_rubbish_is_refused_and_never_crashes(token):
    with pytest.raises(TrustError):
        decode(token, {})


def test_what_is_final_is_missed_when_it_is_taken_back():
    older = build({5: Status.INVALID, 9: Status.REPLACED, 11: Status.SUSPENDED}, size=64)
    assert build({5: Status.INVALID, 9: Status.REPLACED}, size=64).lost_from(older) is None
    assert build({9: Status.REPLACED}, size=64).lost_from(older) == 5
    assert build({5: Status.INVALID, 9: Status.INVALID}, size=64).lost_from(older) == 9
    assert build({5: Status.INVALID, 9: Status.REPLACED}, size=128).lost_from(older) is None
    assert build({5: Status.INVALID}, size=8).lost_from(older) == 9
