"""COSE_Sign1 as others make it: public vectors, every legal liberty, and every illegal one."""

import hashlib
from base64 import b64decode

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.trust import cbor, cborread, cose
from aquacert.trust.errors import Refused, TrustError, Why
from aquacert.trust.keys import ES256, SM2, PublicKey
from aquacert.trust.signers import FileStore
from aquacert.trust.spki import P256_ORDER

# cose-wg/Examples, key "11" of sign1-tests and ecdsa-examples (P-256).
EXAMPLES_KEY = PublicKey.of_point(
    ES256,
    bytes.fromhex(
        "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"
        "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
    ),
)
EXAMPLES = {b"11": EXAMPLES_KEY}
CONTENT = b"This is the content."
KID_CONTENT = "a10442313154546869732069732074686520636f6e74656e742e"
R = "5840eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e1"
S_01 = "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794"
S_CTYP = "72727f48461fabbba2e343492ddecac3983686250bc68e9f1a7a07d41225b59f"
GOOD = {
    "sign-pass-01": "d28441a0a2012604423131"
    + KID_CONTENT[10:]
    + R
    + "1a02e5f0344bf2d4ee5c7fd75a68a9f5e0b3cc1f1fc1409c189566586ff9d610",
    "sign-pass-03": "8443a10126" + KID_CONTENT + R + S_01,
    "ecdsa-sig-01": "d28445a201260300" + KID_CONTENT + R + S_CTYP,
}
PASS_02 = (
    "d28443a10126"
    + KID_CONTENT
    + R
    + "55388b10c4f1b59a6733eab416870a945111a4b2fbdbef33a77234b1deff2f9b"
)
BAD = {
    "sign-fail-01": ("d903e68443a10126" + KID_CONTENT + R + S_01, Why.MALFORMED),
    "sign-fail-02": ("d28443a10126" + KID_CONTENT[:-1] + "f" + R + S_01, Why.BAD_SIGNATURE),
    "sign-fail-03": ("d28445a1013903e6" + KID_CONTENT + R + S_01, Why.UNKNOWN_ALGORITHM),
    "sign-fail-04": ("d2844aa10167756e6b6e6f776e" + KID_CONTENT + R + S_01, Why.UNKNOWN_ALGORITHM),
    "sign-fail-06": ("d28445a201260300" + KID_CONTENT + R + S_01, Why.BAD_SIGNATURE),
    "sign-fail-07": ("d28443a10126" + KID_CONTENT + R + S_CTYP, Why.BAD_SIGNATURE),
    "ecdsa-sig-04": (
        "d28444a1013823"
        + KID_CONTENT
        + R
        + "4a37288571498a1b64ba08d2063b8749d75cdc9d7f61eb752d23819473f6bd65",
        Why.UNKNOWN_ALGORITHM,  # ES512 on P-256
    ),
}

# eu-digital-green-certificates/dgc-testdata AT/2DCode/raw/1.json: kid before alg, 8-byte kid.
DCC_CERTIFICATE = b64decode(
    "MIIBvTCCAWOgAwIBAgIKAXk8i88OleLsuTAKBggqhkjOPQQDAjA2MRYwFAYDVQQDDA1BVCBER0MgQ1NDQSAxMQswCQYDVQQG"
    "EwJBVDEPMA0GA1UECgwGQk1TR1BLMB4XDTIxMDUwNTEyNDEwNloXDTIzMDUwNTEyNDEwNlowPTERMA8GA1UEAwwIQVQgRFND"
    "IDExCzAJBgNVBAYTAkFUMQ8wDQYDVQQKDAZCTVNHUEsxCjAIBgNVBAUTATEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASt"
    "1Vz1rRuW1HqObUE9MDe7RzIk1gq4XW5GTyHuHTj5cFEn2Rge37+hINfCZZcozpwQKdyaporPUP1TE7UWl0F3o1IwUDAOBgNV"
    "HQ8BAf8EBAMCB4AwHQYDVR0OBBYEFO49y1ISb6cvXshLcp8UUp9VoGLQMB8GA1UdIwQYMBaAFP7JKEOflGEvef2iMdtopset"
    "wGGeMAoGCCqGSM49BAMCA0gAMEUCIQDG2opotWG8tJXN84ZZqT6wUBz9KF8D+z9NukYvnUEQ3QIgdBLFSTSiDt0UJaDF6St2"
    "bkUQuVHW6fQbONd731/M4nc="
)
DCC = (
    "d2844da20448d919375fc1e7b6b20126a0590133a4041a61817ca0061a60942ea001624154390103a101a4617681aa62"
    "646e01626d616d4f52472d3130303033303231356276706a313131393334393030376264746a323032312d30322d3138"
    "62636f624154626369783155524e3a555643493a30313a41543a31303830373834334639344145453045453530393346"
    "424332353442443831332342626d706c45552f312f32302f31353238626973781b4d696e6973747279206f6620486561"
    "6c74682c20417573747269616273640262746769383430353339303036636e616da463666e74754d5553544552465241"
    "553c474f455353494e47455262666e754d7573746572667261752d47c3b6c39f696e67657263676e7468474142524945"
    "4c4562676e684761627269656c656376657265312e302e3063646f626a313939382d30322d323658405812fce67cb84c"
    "3911d78e3f61f890d0c80eb9675806aebed66aa2d0d0c91d1fc98d7bcb80bf00e181806a9502e11b071325901bd0d2c1"
    "b6438747b8cc50f521"
)


@pytest.fixture(scope="module", params=[ES256, SM2])
def private(request, tmp_path_factory):
    return FileStore(tmp_path_factory.mktemp("keys"), "x").fresh(request.param)


def why(call, *given_, **named):
    with pytest.raises(TrustError) as caught:
        call(*given_, **named)
    return caught.value.why


def made(private, inner, outer=None, payload=b"payload", tag=None, *, encode=cbor2.dumps):
    """Make an object as some other program might."""
    protected = encode(inner) if inner else b""
    signature = private.sign(cose.to_be_signed(protected, payload))
    parts = [protected, outer or {}, payload, signature]
    return encode(parts if tag is None else cbor2.CBORTag(tag, parts))


def number(private):
    return cose.NUMBERS[private.key.algorithm]


@pytest.mark.parametrize("name", GOOD)
def test_the_good_examples_of_the_cose_group_are_believed(name):
    verified = cose.verify1(bytes.fromhex(GOOD[name]), EXAMPLES)
    assert (verified.payload, verified.kid, verified.algorithm) == (CONTENT, b"11", "ES256")
    assert verified.key == EXAMPLES_KEY


def test_the_example_with_external_data_needs_it():
    external = bytes.fromhex("11aa22bb33cc44dd55006699")
    message = bytes.fromhex(PASS_02)
    assert cose.verify1(message, EXAMPLES, external=external).payload == CONTENT
    assert why(cose.verify1, message, EXAMPLES) is Why.BAD_SIGNATURE


@pytest.mark.parametrize("name", BAD)
def test_the_bad_examples_of_the_cose_group_are_refused(name):
    message, because = BAD[name]
    assert why(cose.verify1, bytes.fromhex(message), EXAMPLES) is because


def test_a_digital_covid_certificate_is_verified_by_its_certificate():
    key, message = PublicKey.load(DCC_CERTIFICATE), bytes.fromhex(DCC)
    kid = hashlib.sha256(DCC_CERTIFICATE).digest()[:8]
    assert cose.verify1(message, {kid: key}).kid == kid
    assert why(cose.verify1, message, {b"other": key}) is Why.UNKNOWN_KEY
    assert why(cose.verify1, message[:-1] + b"\0", {kid: key}) is Why.BAD_SIGNATURE


def test_alg_and_kid_may_stand_in_either_header_tagged_or_not(private):
    alg, keys = number(private), {b"one": private.key}
    for tag in (None, 18):
        for inner, outer in (
            ({1: alg, 4: b"one"}, {}),
            ({4: b"one", 1: alg}, {}),
            ({1: alg}, {4: b"one"}),
            ({4: b"one"}, {1: alg}),
            ({}, {1: alg, 4: b"one"}),
            ({1: alg, 3: 0, "note": [1.5, None]}, {4: b"one", 33: b"x"}),
            ({1: alg, 2: [1], 4: b"one"}, {}),
        ):
            verified = cose.verify1(made(private, inner, outer, tag=tag), keys)
            assert (verified.payload, verified.kid) == (b"payload", b"one")
            assert verified.algorithm == private.key.algorithm


def test_a_label_in_both_headers_is_refused(private):
    alg, keys = number(private), {b"one": private.key}
    for inner, outer in (({1: alg, 4: b"one"}, {4: b"one"}), ({1: alg}, {1: alg, 4: b"one"})):
        assert why(cose.verify1, made(private, inner, outer), keys) is Why.MALFORMED


def test_without_a_kid_or_when_kids_collide_every_key_is_tried(private, tmp_path):
    others = [FileStore(tmp_path, "x").fresh(suite).key for suite in (ES256, SM2)]
    alg, ours = number(private), private.key
    nameless = made(private, {1: alg})
    assert cose.verify1(nameless, {b"a": others, b"b": ours}).key == ours
    assert cose.verify1(nameless, {b"a": others, b"b": ours}).kid == b""
    assert why(cose.verify1, nameless, {b"a": others}) is Why.BAD_SIGNATURE
    assert why(cose.verify1, nameless, {}) is Why.UNKNOWN_KEY
    named = made(private, {1: alg, 4: b"same kid"})
    assert cose.verify1(named, {b"same kid": [*others, ours]}).key == ours
    short = made(private, {1: alg, 4: ours.kid})
    whole = hashlib.sha256(ours.spki).digest()
    assert cose.verify1(short, {ours.kid + b"another": others[0], whole: ours}).key == ours
    long = made(private, {1: alg, 4: whole[:8]})
    assert cose.verify1(long, {ours.kid: [ours]}).key == ours
    assert why(cose.verify1, named, {b"same": ours}) is Why.UNKNOWN_KEY


def test_an_algorithm_that_is_not_the_key_s_is_refused(private):
    other = ({*cose.NUMBERS.values()} - {number(private)}).pop()
    keys = {b"one": private.key}
    assert why(cose.verify1, made(private, {1: other, 4: b"one"}), keys) is Why.BAD_SIGNATURE
    for unknown in (-8, -35, -37, -47, -65538, 0, "ES256", None, True, {}, [], -7.0):
        for kid in (b"one", private.key.kid):
            message = made(private, {1: unknown, 4: kid})
            for judge in (cose.verify1, cose.verify_own):
                assert why(judge, message, {kid: private.key}) is Why.UNKNOWN_ALGORITHM
    assert why(cose.verify1, made(private, {4: b"one"}), keys) is Why.UNKNOWN_ALGORITHM


@pytest.mark.parametrize(
    "crit", [[99], [1, 99], [], 1, ["x"], [3], [True], [-7]], ids=[*map(str, range(8))]
)
def test_a_critical_header_that_is_not_understood_is_refused(private, crit):
    message = made(private, {1: number(private), 2: crit, 99: 0, 4: b"one"})
    assert why(cose.verify1, message, {b"one": private.key}) is Why.MALFORMED


def test_crit_outside_the_protected_header_is_refused(private):
    message = made(private, {1: number(private)}, {2: [1], 4: b"one"})
    assert why(cose.verify1, message, {b"one": private.key}) is Why.MALFORMED


def test_wrong_tags_lengths_shapes_and_trailing_bytes_are_refused(private):
    keys, header = {b"one": private.key}, {1: number(private), 4: b"one"}
    good = made(private, header)
    parts = cbor2.loads(good)
    for wrong in (
        made(private, header, tag=17),
        made(private, header, tag=61),
        cbor2.dumps(cbor2.CBORTag(18, cbor2.CBORTag(18, parts))),
        good + b"\0",
        b"",
        b"\xff",
        cbor2.dumps(parts[:3]),
        cbor2.dumps([*parts, b""]),
        cbor2.dumps({0: parts}),
        cbor2.dumps([parts[0], {}, None, parts[3]]),  # detached
        cbor2.dumps([parts[0], {}, "payload", parts[3]]),
        cbor2.dumps([parts[0], {}, b"payload", parts[3][:-1]]),
        cbor2.dumps([parts[0], {}, b"payload", parts[3] + b"\0"]),
        cbor2.dumps([header, {}, b"payload", parts[3]]),
        cbor2.dumps([parts[0] + b"\0", {}, b"payload", parts[3]]),
        cbor2.dumps([cbor2.dumps([1]), {}, b"payload", parts[3]]),
        made(private, {1: number(private), 4: "one"}),
    ):
        assert why(cose.verify1, wrong, keys) is Why.MALFORMED


def test_long_heads_and_indefinite_lengths_by_others_are_read_and_double_keys_are_not(private):
    keys = {b"one": private.key}
    alg = cbor2.dumps(number(private))
    for protected, good in (
        (b"\xbf\x01" + alg + b"\x04\x43one\xff", True),
        (b"\xa2\x18\x01" + alg + b"\x04\x58\x03one", True),
        (b"\xa2\x04\x5f\x42on\x41e\xff\x01" + alg, True),
        (b"\xa2\x01" + alg + b"\x01" + alg, False),
        (b"\xa2\x01" + alg + b"\x18\x01" + alg, False),
        (b"\xa3\x01" + alg + b"\x04\x43one", False),
    ):
        signature = private.sign(cose.to_be_signed(protected, b"payload"))
        head = bytes([0x58, len(protected)]) + protected
        message = b"\x9f" + head + b"\xa0\x5f\x44payl\x43oad\xff\x58\x40" + signature + b"\xff"
        if good:
            assert cose.verify1(message, keys).payload == b"payload"
        else:
            assert why(cose.verify1, message, keys) is Why.MALFORMED


def test_our_own_profile_is_held_to_its_one_encoding(private):
    key = private.key
    keys, header = {key.kid: key}, {1: number(private), 4: key.kid}
    own = made(private, header)
    assert cose.verify_own(own, keys) == cose.verify1(own, keys)
    assert cose.verify1(b"\xd2" + own, keys).payload == b"payload"
    assert why(cose.verify_own, b"\xd2" + own, keys) is Why.MALFORMED
    head = own.index(b"\x47payload")
    for loose in (
        b"\x98\x04" + own[1:],
        own[:head] + b"\x58\x07" + own[head + 1 :],
        made(private, dict(reversed(header.items()))),
    ):
        assert why(cose.verify1, loose, keys) is Why.NOT_CANONICAL
        assert why(cose.verify_own, loose, keys) is Why.NOT_CANONICAL
    for foreign in (
        made(private, {1: number(private)}, {4: key.kid}),
        made(private, {1: number(private), 4: b"longer kid"}),
        made(private, {**header, 3: 0}),
    ):
        assert why(cose.verify_own, foreign, keys) is Why.MALFORMED


@pytest.mark.parametrize("size", [0, 1, 23, 24, 255, 256, 65_535, 65_536, 70_000])
def test_both_ways_of_reading_agree_at_every_length_of_head(private, size):
    keys = {private.key.kid: private.key}
    message = made(private, {1: number(private), 4: private.key.kid}, payload=bytes(size))
    assert cose._own_form(message) == cose._any_form(message)
    assert len(cose.verify_own(message, keys).payload) == size


class Signer:
    """Gives the high s: a token may."""

    def __init__(self, private):
        self.private, self.kid = private, private.key.kid
        self.algorithm = private.key.algorithm

    def sign(self, message):
        low = self.private.sign(message)
        s = P256_ORDER - int.from_bytes(low[32:], "big")
        return low[:32] + s.to_bytes(32, "big")


def test_the_twin_with_the_high_s_is_refused_and_never_made(tmp_path):
    private = FileStore(tmp_path, "x").fresh(ES256)
    keys = {private.key.kid: private.key}
    good = cose.sign1(b"payload", Signer(private))
    assert cose.verify_own(good, keys).payload == b"payload"
    s = P256_ORDER - int.from_bytes(good[-32:], "big")
    twin = good[:-32] + s.to_bytes(32, "big")
    assert why(cose.verify_own, twin, keys) is Why.NOT_CANONICAL
    assert why(cose.verify1, twin, keys) is Why.NOT_CANONICAL
    assert why(cose.verify_own, b"\xd2" + twin, keys) is Why.MALFORMED
    private.key.verify(twin[-64:], cose.to_be_signed(good[2:11], b"payload"))


def test_a_tagged_object_of_others_may_carry_either_s(tmp_path):
    private = FileStore(tmp_path, "x").fresh(ES256)
    theirs = Signer(private)
    protected = cbor.encode({1: -7, 4: b"key1"})
    signature = theirs.sign(cose.to_be_signed(protected, b"payload"))
    message = b"\xd2" + cbor.encode([protected, {}, b"payload", signature])
    assert cose.verify1(message, {b"key1": private.key}).payload == b"payload"


def test_what_both_suites_sign_is_verified_and_each_has_its_number(private):
    signer = Signer(private)
    signer.sign = private.sign
    signed = cose.sign1(b"payload", signer)
    assert cose.read(signed).header[1] == {"ES256": -7, "SM2": -65537}[private.key.algorithm]
    assert cose.verify1(signed, {private.key.kid: private.key}).key == private.key
    assert cose.peek_kid(signed) == private.key.kid
    signer.algorithm = "RS256"
    assert why(cose.sign1, b"x", signer) is Why.UNKNOWN_ALGORITHM
    signer.algorithm, signer.sign = "ES256", lambda _: bytes(63)
    assert why(cose.sign1, b"x", signer) is Why.MALFORMED


@given(st.binary(max_size=60))
def test_whatever_comes_is_refused_with_a_reason(data):
    for call in (cose.verify1, cose.verify_own):
        with pytest.raises(Refused):
            call(data, EXAMPLES)


@given(st.binary(max_size=40))
def test_the_liberal_reader_agrees_with_cbor2_or_refuses(data):
    try:
        value = cborread.read(data)
    except Refused:
        return
    if "Tagged" not in repr(value):
        assert repr(cbor2.loads(data)).replace("undefined", "None") == repr(value)


def test_nesting_without_end_is_refused():
    for data in (
        b"\x81" * 5000 + b"\0",
        b"\xd2" * 5000 + b"\0",
        b"\x9b" + b"\xff" * 8,
        b"\x5b" * 9,
    ):
        assert why(cborread.read, data) is Why.MALFORMED
