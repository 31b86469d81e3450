"""The key ring: made encrypted, opened by its passphrase only, found by owner and time."""

import stat
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from aquacert.kernel.errors import Unavailable
from aquacert.trust.keys import KeyRing, KeyState, Owner, Use, kid_of
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
