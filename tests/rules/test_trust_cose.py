"""COSE_Sign1 and strict CBOR, against RFC 9052 and against everything that is nearly right."""

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from aquacert.trust import cbor, cose
from aquacert.trust.errors import SENTENCES, Refused, Why
from aquacert.trust.keys import PublicKey, Use
from tests.make.trust import make_keys

# RFC 9052 appendix C.2.1 (cose-wg/Examples RFC8152/Appendix_C_2_1): key "11", P-256.
RFC_X = "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"
RFC_Y = "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
RFC_MESSAGE = (
    "d28443a10126a10442313154546869732069732074686520636f6e74656e742e58408eb33e4ca31d1c465ab05aac34"
    "cc6b23d58fef5c083106c4d25a91aef0b0117e2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c3"
    "45cacb36"
)

values = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.dictionaries(st.integers(0, 99), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def signed(keys):
    return cose.sign1(b"payload", keys.ring.load(keys.issue))


def why(call, *given, **named):
    with pytest.raises(Refused) as caught:
        call(*given, **named)
    return caught.value.why


def resign(keys, header, unprotected=None, payload=b"payload", encode=cbor2.dumps):
    """Sign what our own `sign1` would never make."""
    protected = encode(header)
    message = cose.to_be_signed(protected, payload)
    signature = keys.ring.load(keys.issue).sign(message)
    return cbor2.dumps([protected, unprotected or {}, payload, signature])


def test_the_signature_of_rfc_9052_is_found_good():
    protected, _, payload, signature = cbor2.loads(bytes.fromhex(RFC_MESSAGE)).value
    key = ec.EllipticCurvePublicNumbers(int(RFC_X, 16), int(RFC_Y, 16), ec.SECP256R1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    message = cose.to_be_signed(protected, payload)
    known = PublicKey.load(spki)
    assert payload == b"This is the content."
    known.verify(signature, message)
    assert why(known.verify, signature, message + b"\0") is Why.BAD_SIGNATURE
    assert why(known.verify, bytes(64), message) is Why.BAD_SIGNATURE


def test_what_is_signed_is_verified_and_is_80_bytes_longer(keys, signed):
    verified = cose.verify_own(signed, keys.trust.keys_of(Use.ISSUE))
    assert (verified.payload, verified.kid) == (b"payload", keys.issue.kid)
    payload = bytes(68)
    assert len(cose.sign1(payload, keys.ring.load(keys.issue))) == 148


def test_every_flipped_bit_is_refused(keys, signed):
    for place in range(len(signed) * 8):
        forged = bytearray(signed)
        forged[place // 8] ^= 1 << place % 8
        with pytest.raises(Refused):
            cose.verify_own(bytes(forged), keys.trust.keys_of(Use.ISSUE))


def test_every_shortened_or_lengthened_object_is_refused(keys, signed):
    known = keys.trust.keys_of(Use.ISSUE)
    for end in range(len(signed)):
        with pytest.raises(Refused):
            cose.verify_own(signed[:end], known)
    assert why(cose.verify_own, signed + b"\0", known) is Why.MALFORMED


def test_only_es256_with_a_four_byte_kid_and_nothing_else_is_believed(keys):
    known = keys.trust.keys_of(Use.ISSUE)
    kid = keys.issue.kid
    assert cose.verify_own(resign(keys, {1: -7, 4: kid}), known).payload == b"payload"
    assert why(cose.verify_own, resign(keys, {1: -8, 4: kid}), known) is Why.UNKNOWN_ALGORITHM
    assert why(cose.verify_own, resign(keys, {4: kid}), known) is Why.UNKNOWN_ALGORITHM
    assert why(cose.verify_own, resign(keys, {1: -7}), known) is Why.MALFORMED
    assert why(cose.verify_own, resign(keys, {1: -7, 2: [99], 4: kid}), known) is Why.MALFORMED
    assert why(cose.verify_own, resign(keys, {1: -7, 4: b"long kid"}), known) is Why.MALFORMED
    assert why(cose.verify_own, resign(keys, {1: -7, 4: kid}, {5: b""}), known) is Why.MALFORMED


def test_a_header_in_another_order_is_not_canonical(keys):
    swapped = resign(keys, {4: keys.issue.kid, 1: -7})
    assert why(cose.verify_own, swapped, keys.trust.keys_of(Use.ISSUE)) is Why.NOT_CANONICAL


def test_a_tagged_object_is_refused(keys, signed):
    assert why(cose.verify_own, b"\xd2" + signed, keys.trust.keys_of(Use.ISSUE)) is Why.MALFORMED


def test_the_kid_is_a_hint_and_every_key_that_carries_it_is_tried(keys, signed, tmp_path):
    other, kid = make_keys(tmp_path).issue.key, keys.issue.kid
    assert cose.verify_own(signed, {kid: [other, keys.issue.key]}).key == keys.issue.key
    assert why(cose.verify_own, signed, {kid: other}) is Why.BAD_SIGNATURE
    assert why(cose.verify_own, signed, {}) is Why.UNKNOWN_KEY


def test_an_object_of_another_type_is_not_taken_for_a_certificate(keys):
    listed = cose.sign1(b"x", keys.ring.load(keys.issue), content_type="text/x")
    known = keys.trust.keys_of(Use.ISSUE)
    assert why(cose.verify_own, listed, known) is Why.MALFORMED
    assert cose.verify_own(listed, known, content_type="text/x").payload == b"x"


@given(values)
def test_a_value_has_one_encoding_and_comes_back(value):
    data = cbor.encode(value)
    assert cbor.encode(cbor.decode(data)) == data
    assert cbor.decode(data) == value


@pytest.mark.parametrize(
    "data",
    [
        "1801",  # one, in the long form
        "9f01ff",  # a list of no stated length
        "a2010101 02",  # a key twice
        "a2026162 016161",  # keys out of order
        "f93c00",  # a float
        "c11a00000000",  # a tag
        "f7",  # undefined
        "0000",  # something after the end
        "61ff",  # text that is not UTF-8
        "1bffffffffffffffff",  # beyond 63 bits
        "",
        "81" * 500 + "00",  # very deep
    ],
)
def test_any_other_encoding_is_refused(data):
    with pytest.raises(Refused):
        cbor.decode(bytes.fromhex(data))


def test_keys_too_long_for_both_canonical_orders_are_refused():
    with pytest.raises(Refused):
        cbor.encode({"k" * 24: 1})


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Why)
