"""SM2 with SM3: against the standard's example, two other implementations, and every near miss."""

import hashlib
import random
import subprocess
from contextlib import suppress

import gmalg
import gmssl_pyx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.trust import sm2
from aquacert.trust import sm2curve as curve
from aquacert.trust.der import from_raw, join, read_signature, split, write_signature
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.spki import ES256, PublicKey

# GM/T 0003.5-2012 annex A (the recommended curve): d, P, Z, M, r, s.
D = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
P = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
Z = "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
SIGNED = bytes.fromhex(R + S)


@pytest.fixture(scope="module")
def pair():
    private, point = sm2.generate()
    return private, PublicKey.of_point("SM2", point)


def why(call, *given_, **named):
    with pytest.raises(TrustError) as caught:
        call(*given_, **named)
    return caught.value.why


def test_the_example_of_the_standard_is_found_good():
    key = PublicKey.of_point("SM2", P)
    assert sm2.point_of(D) == P
    assert sm2.z_value(P).hex() == Z.lower()
    sm2.verify(key, b"message digest", SIGNED)
    sm2.verify(key, b"message digest", from_raw(SIGNED))
    key.verify(SIGNED, b"message digest")
    assert why(sm2.verify, key, b"message digesu", SIGNED) is Why.BAD_SIGNATURE


def test_sm3_is_that_of_the_standard():
    abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm2.sm3(b"abc").hex() == abc  # GB/T 32905-2016 annex A.1
    assert sm2.sm3(b"abc") == hashlib.new("sm3", b"abc").digest()


def test_a_wrong_user_id_or_key_makes_another_z_and_is_refused(pair):
    private, key = pair
    signature = sm2.sign(private, b"m", b"ALICE123@YAHOO.COM")
    sm2.verify(key, b"m", signature, b"ALICE123@YAHOO.COM")
    assert why(sm2.verify, key, b"m", signature) is Why.BAD_SIGNATURE
    assert why(sm2.verify, key, b"m", signature, b"") is Why.BAD_SIGNATURE
    other = PublicKey.of_point("SM2", sm2.generate()[1])
    assert why(sm2.verify, other, b"m", signature, b"ALICE123@YAHOO.COM") is Why.BAD_SIGNATURE
    assert why(sm2.verify, key, b"m", signature, b"x" * 8192) is Why.MALFORMED


def test_two_other_implementations_agree_on_a_thousand_messages():
    draw = random.Random(38540)
    short = 0
    private, point = sm2.generate()
    key = PublicKey.of_point("SM2", point)
    judge = gmalg.SM2(private, uid=sm2.USER_ID, pk=b"\4" + point)
    for turn in range(1000):
        message = draw.randbytes(draw.randrange(300))
        signature = sm2.sign(private, message, point=point)
        short += 0 in {signature[0], signature[32]}
        der = from_raw(signature)
        assert read_signature(der) == split(signature)
        sm2.verify(key, message, signature)
        sm2.verify(key, message, der)
        assert gmssl_pyx.sm2_verify(point, message, der)
        if turn % 10 == 0:  # pure Python: 50 ms each
            assert judge.verify(message, signature[:32], signature[32:])
        if turn % 50 == 0:
            r, s = judge.sign(message)  # it drops leading zero octets: 62 or 63 bytes, now and then
            sm2.verify(key, message, r.rjust(32, b"\0") + s.rjust(32, b"\0"))
    assert short, "no r or s with a leading zero among 2000 numbers"


# Signatures of b"leading zeros" by the standard's key, found by search: r or s begins with one or
# two zero octets, and the next has its top bit set or not (four libraries differ here).
SHORT = [
    (
        "0070b81d1e5b861bf1aa3cd40846e3ec65ab48e1d1fa4a4ac813aff113a6863d"
        "ed75160617e957f00673c4b8ad102ad35c4ec27165281f7d8ec83a50b89cecc9"
    ),
    (
        "00d6a6cee6e89e1b69193098f75d5c9b4aea95c7e654b89d83c47eeff4711715"
        "6c5d81ded94d325ca726b508b7fe48cef0204f1740545e4652f63bc7c10a2ac2"
    ),
    (
        "137f3bad92d006b54d4d1905a86aa533621e7164083987422a25a051231e2d28"
        "0002d47832c83dbf06b3a0654e850d93562dce4b0a91a8bc4f81dae40f4c69a0"
    ),
    (
        "2dfc4565f7806d00b44edc76037e732855f680d92f1989dbc907f301578456d9"
        "00c8a0263edebc6f0006daf68a3413804459444e78ef238e5b08902814065b09"
    ),
    (
        "00005827a01e6b99f5a9f3ad29aa7b4de73ff4ce3da27715069098c57e6687cc"
        "b1c9ffcdbff7255748ec840e377cb1e04868b5a2a82c0d5701e85cbb89220941"
    ),
    (
        "00721f2f774761e40abb0d65e000efbaada0af234e2645a52902e680e29b3f20"
        "0035e54a364adfb6a902162ca1ee4cc6057132cd795ae0c5ff3c60cdd46c7ef6"
    ),
]


@pytest.mark.parametrize("raw", [bytes.fromhex(one) for one in SHORT])
def test_numbers_with_leading_zeros_are_read_by_all(raw):
    key, message, der = PublicKey.of_point("SM2", P), b"leading zeros", from_raw(raw)
    sm2.verify(key, message, raw)
    sm2.verify(key, message, der)
    assert len(der) < 72
    assert gmssl_pyx.sm2_verify(P, message, der)
    assert gmalg.SM2(pk=b"\4" + P, uid=sm2.USER_ID).verify(message, raw[:32], raw[32:])


@pytest.mark.parametrize("r", [0, curve.N, curve.N + 1, 2**256 - 1])
def test_numbers_out_of_range_are_refused(pair, r):
    private, key = pair
    good_r, good_s = split(sm2.sign(private, b"m"))
    for wrong in (join(r, good_s), join(good_r, r), join(r, r)):
        assert why(sm2.verify, key, b"m", wrong) is Why.BAD_SIGNATURE
        assert why(sm2.verify, key, b"m", from_raw(wrong)) is Why.BAD_SIGNATURE


def test_r_plus_s_of_zero_and_the_twins_are_refused(pair):
    private, key = pair
    r, s = split(sm2.sign(private, b"m"))
    for wrong in ((r, curve.N - r), (r, curve.N - s), (curve.N - r, s), (s, r)):
        assert why(sm2.verify, key, b"m", join(*wrong)) is Why.BAD_SIGNATURE


def test_a_bad_signature_leaves_nothing_on_standard_error(pair, capfd):
    _, key = pair
    for wrong in (bytes(64), b"\1" * 64, b"", from_raw(b"\1" * 64) + b"\0"):
        with pytest.raises(Refused):
            sm2.verify(key, b"m", wrong)
    assert capfd.readouterr().err == ""


def test_an_es256_key_is_no_sm2_key():
    spki = subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"],
        capture_output=True,
        check=True,
    ).stdout
    pem = subprocess.run(
        ["openssl", "pkey", "-pubout"], input=spki, capture_output=True, check=True
    ).stdout
    key = PublicKey.load(pem)
    assert key.algorithm == ES256
    assert why(sm2.verify, key, b"m", SIGNED) is Why.UNKNOWN_ALGORITHM


@pytest.mark.parametrize("number", [0, curve.N - 1, curve.N, 2**256 - 1])
def test_a_private_key_out_of_range_is_refused(number):
    private = number.to_bytes(32, "big")
    assert why(sm2.point_of, private) is Why.MALFORMED
    assert why(sm2.sign, private, b"m") is Why.MALFORMED


def test_points_add_up_whatever_they_are():
    g = curve.G
    minus = (g[0], curve.P - g[1])
    assert curve.double_multiply(1, 1, g) == curve.double_multiply(2, 0, g)  # doubling
    assert curve.double_multiply(1, 1, minus) is None  # infinity
    assert curve.double_multiply(0, 0, g) is None
    assert curve.double_multiply(curve.N - 1, 0, g) == minus
    assert curve.double_multiply(5, curve.N - 2, g) == curve.double_multiply(3, 0, g)
    assert all(map(curve.is_on_curve, (g, minus)))
    assert curve.lift(g[0], odd=bool(g[1] & 1)) == g
    assert curve.lift(g[0], odd=not g[1] & 1) == minus
    assert curve.lift(curve.P, odd=False) is None


# ── DER ────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_a_pair_has_one_der_and_comes_back(r, s):
    der = write_signature(r, s)
    assert read_signature(der) == (r, s)
    assert from_raw(join(r, s)) == der


@given(st.binary(max_size=80))
def test_any_other_octets_are_refused_or_are_the_one_form(data):
    try:
        r, s = read_signature(data)
    except Refused:
        return
    assert write_signature(r, s) == data


@given(st.integers(1, 2**256 - 1), st.integers(1, 2**256 - 1), st.data())
def test_one_changed_octet_never_gives_the_same_pair(r, s, data):
    der = write_signature(r, s)
    place = data.draw(st.integers(0, len(der) - 1))
    changed = der[:place] + bytes([der[place] ^ data.draw(st.integers(1, 255))]) + der[place + 1 :]
    with suppress(Refused):
        assert read_signature(changed) != (r, s)


@pytest.mark.parametrize(
    "der",
    [
        "",
        "30",
        "3006020101020101ff",  # a byte after the end
        "3007020101020101ff",  # a byte inside, after s
        "30810602010102 0101",  # the length in two octets
        "3080020101020101 0000",  # no length
        "300702020001020101",  # a needless zero
        "3006020181020101",  # negative
        "30060200 02020101",  # an empty number
        "3103020101",  # no SEQUENCE
        "3006040101020101",  # no INTEGER
        "3003020101",  # s missing
        "3027022201" + "00" * 33 + "020101",  # 33 octets that matter
    ],
)
def test_a_signature_in_any_other_der_is_refused(pair, der):
    octets = bytes.fromhex(der)
    assert why(read_signature, octets) is Why.MALFORMED
    assert why(sm2.verify, pair[1], b"m", octets) is Why.MALFORMED
