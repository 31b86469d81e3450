"""The key ring: made encrypted, opened by its passphrase only, found by owner and time."""

import stat
import threading
from base64 import encodebytes
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from aquacert.kernel.errors import Invalid, NotAllowedNow, Unavailable
from aquacert.trust.atomic import alone
from aquacert.trust.errors import TrustError, Why
from aquacert.trust.keys import (
    ES256,
    SM2,
    KeyRing,
    KeyState,
    ListedKey,
    Owner,
    PublicKey,
    Use,
    kid_of,
)
from aquacert.trust.spki import P256_ORDER, is_low, lowered
from aquacert.trust.trustlist import TrustList
from tests.make.trust import AT, OFFICE, VET, make_keys

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def keys(tmp_path):
    return make_keys(tmp_path / "keys")


def test_a_key_signs_and_its_public_part_verifies(keys):
    signer = keys.ring.signer(Use.ISSUE, OFFICE.label, AT)
    signature = signer.sign(b"message")
    assert len(signature) == 64
    keys.issue.key.verify(signature, b"message")
    assert kid_of(keys.issue.spki) == keys.issue.kid == signer.kid
    assert load_der_public_key(keys.issue.spki).curve.name == "secp256r1"


def test_another_process_finds_the_keys_made_meanwhile(keys, tmp_path):
    other = KeyRing(tmp_path / "keys", PASSPHRASE)
    assert other.public_keys() == keys.ring.public_keys()
    vet = keys.ring.create(Use.VET, VET, now=AT)
    vet.key.verify(other.signer(Use.VET, VET.label, AT).sign(b"m"), b"m")


def test_another_process_learns_at_once_that_a_key_was_withdrawn(keys, tmp_path):
    other = KeyRing(tmp_path / "keys", PASSPHRASE)
    assert other.signer(Use.ISSUE, OFFICE.label, AT).kid == keys.issue.kid
    keys.ring.withdraw(keys.issue.kid)
    with pytest.raises(Unavailable):
        other.signer(Use.ISSUE, OFFICE.label, AT)


def test_a_wrong_passphrase_says_so_and_names_the_setting(keys, tmp_path):
    with pytest.raises(Unavailable) as caught:
        KeyRing(tmp_path / "keys", "guess").signer(Use.ISSUE, OFFICE.label, AT)
    assert "AQUACERT_KEY_PASSPHRASE" in caught.value.sentence


def test_private_files_are_encrypted_and_for_this_account_only(keys, tmp_path):
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        if path.suffix == ".pem":
            assert "BEGIN ENCRYPTED" in path.read_text()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_torn_list_or_a_lost_private_file_is_a_clear_sentence(keys, tmp_path):
    (tmp_path / "keys" / f"{keys.issue.kid.hex()}.pem").unlink()
    with pytest.raises(Unavailable):
        KeyRing(tmp_path / "keys", PASSPHRASE).load(keys.issue)
    (tmp_path / "keys" / f"{keys.issue.kid.hex()}.json").write_text("{")
    with pytest.raises(Unavailable):
        KeyRing(tmp_path / "keys", PASSPHRASE).public_keys()


def test_keys_are_per_owner_and_use(keys):
    assert keys.ring.find(Use.ISSUE, OFFICE.label, AT) == keys.issue
    assert keys.ring.find(Use.SEAL, OFFICE.label, AT) is None
    assert keys.ring.find(Use.ISSUE, "office:2", AT) is None
    with pytest.raises(Unavailable):
        keys.ring.signer(Use.ISSUE, "office:2", AT)


def test_ensure_makes_a_key_once_and_again_when_it_ran_out(keys):
    assert keys.ring.ensure(Use.ISSUE, OFFICE, now=AT) == keys.issue
    later = AT + timedelta(days=366)
    fresh = keys.ring.ensure(Use.ISSUE, OFFICE, now=later)
    assert fresh != keys.issue
    assert keys.ring.find(Use.ISSUE, OFFICE.label, later) == fresh
    assert keys.ring.find(Use.ISSUE, OFFICE.label, AT) == keys.issue


def test_a_withdrawn_key_signs_no_more_but_what_it_signed_stands(keys):
    taken = keys.ring.withdraw(keys.issue.kid)
    assert taken.state is KeyState.WITHDRAWN
    assert keys.ring.find(Use.ISSUE, OFFICE.label, AT) is None
    assert taken.covers(AT)


def test_certificates_come_from_the_ring_s_own_root(keys):
    vet = keys.ring.create(Use.VET, Owner("vet:2", "320921", "李" * 80), now=AT)
    root = x509.load_der_x509_certificate(keys.ring.roots()[0])
    certificate = x509.load_der_x509_certificate(vet.certificate)
    certificate.verify_directly_issued_by(root)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert "no legal force" in root.subject.rfc4514_string()


# ── PublicKey ──────────────────────────────────────────────────────────────────────────────────

SM2_PEM = (
    b"-----BEGIN PUBLIC KEY-----\n"
    b"MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEBxNxaBSydI0l51BrXt23807tBMge\n"
    b"y1tpGvGPuK8G9a7TL01XvWw7BLf5zW/UNVGl3nDwTPrx18vBT/83XcUP4g==\n"
    b"-----END PUBLIC KEY-----\n"
)
"""Written by `openssl x509 -pubkey`."""


def why(call, *given):
    with pytest.raises(TrustError) as caught:
        call(*given)
    return caught.value.why


def spki_of(native, encoding=Encoding.DER):
    return native.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def short_spki(key):
    """Return the SubjectPublicKeyInfo of `key` with its point compressed."""
    form = bytes([2 + (key.point[-1] & 1)])
    return b"\x30\x39" + key.spki[2:23] + b"\x03\x22\x00" + form + key.point[:32]


def test_a_key_is_loaded_from_pem_der_and_certificates_of_both_curves(tmp_path):
    for suite in (ES256, SM2):
        ring = KeyRing(tmp_path / suite, PASSPHRASE, suite=suite)
        listed = ring.create(Use.ISSUE, OFFICE, now=AT)
        key = listed.key
        pem = b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % encodebytes(
            listed.certificate
        )
        for form in (
            key.spki,
            listed.certificate,
            pem,
            b"subject=CN = x\n" + pem,
            pem.replace(b"\n", b"\r\n"),
            short_spki(key),
        ):
            loaded = PublicKey.load(form)
            assert (loaded, loaded.kid, loaded.spki) == (key, key.kid, key.spki)
            assert loaded.algorithm == suite
    assert PublicKey.load(SM2_PEM).algorithm == SM2


def test_a_changed_or_shortened_or_lengthened_key_is_refused(keys):
    spki = keys.issue.spki
    for end in range(len(spki)):
        assert why(PublicKey.load, spki[:end]) is Why.MALFORMED
    for form in (spki + b"\0", keys.issue.certificate + b"\0", b"", b"\0", b"x" * 100):
        assert why(PublicKey.load, form) is Why.MALFORMED
    assert why(PublicKey.load, SM2_PEM + SM2_PEM) is Why.MALFORMED
    assert why(PublicKey.load, SM2_PEM + b"x") is Why.MALFORMED
    assert why(PublicKey.load, SM2_PEM.replace(b"MFkw", b"MFk-")) is Why.MALFORMED
    assert why(PublicKey.load, b"\0" * 70_000) is Why.TOO_LARGE
    off = bytearray(spki)
    off[-1] ^= 1
    assert why(PublicKey.load, bytes(off)) is Why.MALFORMED
    der = PublicKey.load(SM2_PEM).spki
    assert why(PublicKey.load, der[:-1] + bytes([der[-1] ^ 1])) is Why.MALFORMED
    assert why(PublicKey.load, der[:26] + b"\6" + der[27:]) is Why.MALFORMED  # hybrid form


def test_the_curves_are_not_mistaken_for_each_other(keys):
    ours, theirs = keys.issue.spki, PublicKey.load(SM2_PEM).spki
    assert why(PublicKey.load, ours[:-64] + theirs[-64:]) is Why.MALFORMED
    assert why(PublicKey.load, theirs[:-64] + ours[-64:]) is Why.MALFORMED


@pytest.mark.parametrize(
    "native",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "secp256k1", "Ed25519", "RSA"],
)
def test_a_key_of_another_algorithm_is_refused_as_such(native):
    for encoding in (Encoding.DER, Encoding.PEM):
        assert why(PublicKey.load, spki_of(native, encoding)) is Why.UNKNOWN_ALGORITHM


def test_a_high_s_is_good_under_the_key_and_lowered_by_us(keys):
    signer = keys.ring.load(keys.issue)
    for turn in range(20):
        message = bytes([turn])
        low = signer.sign(message)
        high = low[:32] + (P256_ORDER - int.from_bytes(low[32:], "big")).to_bytes(32, "big")
        assert (is_low(low), is_low(high)) == (True, False)
        assert lowered(high) == lowered(low) == low
        keys.issue.key.verify(high, message)


# Wycheproof ecdsa_secp256r1_sha256_p1363, group 1: tcId 1 (a high s, valid), 4, 11, 19, 20.
WYCHEPROOF_KEY = (
    "3059301306072a8648ce3d020106082a8648ce3d030107034200042927b10512bae3eddcfe467828128bad29032699"
    "19f7086069c8c4df6c732838c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e"
)
VALID = (
    "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18"
    "4cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76"
)
INVALID = [
    (
        "d45c5740946b2a147f59262ee6f5bc90bd01ed280528b62b3aed5fc93f06f739"
        "b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db"
    ),
    "00" * 64,
    "00" * 31 + "01" + "00" * 31 + "01",
    "00" * 31 + "01" + "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
]


def test_the_public_vectors_of_wycheproof_are_judged_as_they_say():
    key = PublicKey.load(bytes.fromhex(WYCHEPROOF_KEY))
    message = bytes.fromhex("313233343030")
    key.verify(bytes.fromhex(VALID), message)
    key.verify(lowered(bytes.fromhex(VALID)), message)
    for signature in INVALID:
        assert why(key.verify, bytes.fromhex(signature), message) is Why.BAD_SIGNATURE
    for signature in ("", VALID[:-2], VALID + "00", "00" + VALID):
        assert why(key.verify, bytes.fromhex(signature), message) is Why.MALFORMED


# ── Suites, rotation, withdrawal ───────────────────────────────────────────────────────────────


def test_the_suite_decides_what_new_certificate_keys_are_and_pdf_keys_stay_es256(tmp_path):
    ring = KeyRing(tmp_path / "keys", PASSPHRASE, suite=SM2)
    follow, stay = (Use.ISSUE, Use.STATUS), (Use.VET, Use.SEAL, Use.ROOT)
    made = {use: ring.create(use, OFFICE, now=AT).algorithm for use in (*follow, *stay)}
    assert made == {**dict.fromkeys(follow, SM2), **dict.fromkeys(stay, ES256)}
    with pytest.raises(Invalid):
        ring.create(Use.SEAL, OFFICE, now=AT, algorithm=SM2)
    assert len(ring.roots()) == 1, "pyHanko judges by the ES256 root alone"
    other = KeyRing(tmp_path / "keys", PASSPHRASE)
    key = other.find(Use.ISSUE, OFFICE.label, AT)
    key.key.verify(other.load(key).sign(b"m"), b"m")
    with pytest.raises(Unavailable) as caught:
        KeyRing(tmp_path / "keys", "guess").load(key)
    assert "AQUACERT_KEY_PASSPHRASE" in caught.value.sentence


def test_a_key_that_signs_certificates_lives_twelve_months_at_most(keys):
    for days in (0, 366, 4000):
        with pytest.raises(Invalid):
            keys.ring.create(Use.ISSUE, OFFICE, now=AT, days=days)
    assert keys.issue.not_after - AT == timedelta(days=365)


def test_a_rotated_key_signs_no_more_and_verifies_to_its_end(keys):
    later = AT + timedelta(days=100)
    fresh = keys.ring.rotate(Use.ISSUE, OFFICE, now=later)
    old = keys.ring.named(keys.issue.kid)
    assert old.state is KeyState.RETIRED
    assert keys.ring.find(Use.ISSUE, OFFICE.label, later) == fresh
    assert old.covers(later)
    assert not old.covers(AT + timedelta(days=365))
    assert [key.state for key in TrustList(keys.ring.public_keys()).keys].count("retired") == 1


def test_from_the_instant_it_was_compromised_a_key_is_not_believed(keys):
    since = AT + timedelta(days=1)
    taken = keys.ring.withdraw(keys.issue.kid, compromised_since=since)
    assert taken.covers(since - timedelta(seconds=1))
    assert not taken.covers(since)
    for again in (None, since, since + timedelta(days=1)):
        with pytest.raises(NotAllowedNow):
            keys.ring.withdraw(keys.issue.kid, compromised_since=again)
    earlier = keys.ring.withdraw(keys.issue.kid, compromised_since=AT)
    assert not earlier.covers(AT)


def test_changes_within_one_tick_of_the_clock_are_all_seen(keys, tmp_path):
    other = KeyRing(tmp_path / "keys", PASSPHRASE)
    for turn in range(30):
        other.public_keys()
        made = keys.ring.create(Use.VET, Owner(f"vet:{turn}", "320921", "张某某"), now=AT)
        assert made in other.public_keys()


def test_a_row_whose_kid_or_algorithm_is_another_s_is_refused(keys):
    row = keys.issue.to_row()
    assert ListedKey.from_row(row) == keys.issue
    for change in (
        {"alg": "SM2"},
        {"kid": "00000000"},
        {"spki": PublicKey.load(SM2_PEM).spki.hex()},
    ):
        with pytest.raises(ValueError):
            ListedKey.from_row({**row, **change})


def test_a_key_is_taken_back_by_one_process_at_a_time(keys, tmp_path):
    kid = keys.ring.public_keys()[-1].kid
    done = threading.Event()

    def take_back():
        keys.ring.withdraw(kid, compromised_since=AT)
        done.set()

    with alone(tmp_path / "keys"):
        threading.Thread(target=take_back, daemon=True).start()
        assert not done.wait(0.2)
    assert done.wait(5)
    assert keys.ring.named(kid).state is KeyState.COMPROMISED
