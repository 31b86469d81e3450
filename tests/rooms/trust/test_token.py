"""Keys on a PKCS#11 token (SoftHSM): made there, never leaving it, and found again after trouble."""

import os
import subprocess
from pathlib import Path

import pkcs11
import pytest

from aquacert.kernel.errors import Misconfigured, Unavailable
from aquacert.kernel.settings import Settings
from aquacert.trust import cose
from aquacert.trust.keys import SM2, KeyRing, Use, open_ring
from aquacert.trust.pkcs11 import TokenStore
from tests.make.trust import AT, OFFICE, VET

# python-pkcs11 ends a search when it is collected, and says so when its session is gone by then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PIN = "246813"
PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
MODULE = next((place for place in PLACES if Path(place).exists()), PLACES[0])


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A fresh token; the module reads its settings when it is started."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    written = folder / "softhsm2.conf"
    written.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(written)
    words = ["--init-token", "--free", "--label", "aquacert", "--pin", PIN, "--so-pin", "13571357"]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    yield "aquacert"
    pkcs11.unload(MODULE)
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def store(token):
    made = TokenStore(MODULE, token, PIN)
    yield made
    made.close()


@pytest.fixture
def ring(store, tmp_path):
    return KeyRing(tmp_path / "keys", "unused", token=store)


def test_a_key_made_on_the_token_signs_and_leaves_no_private_file(ring, tmp_path):
    key = ring.create(Use.ISSUE, OFFICE, now=AT)
    signed = cose.sign1(b"payload", ring.load(key))
    assert cose.verify_own(signed, {key.kid: key.key}).key == key.key
    assert {path.suffix for path in (tmp_path / "keys").iterdir()} == {".json"}
    for _ in range(20):
        key.key.verify(ring.load(key).sign(b"m"), b"m")


def test_another_process_finds_the_key_by_its_kid_and_its_point(ring, token, tmp_path):
    key = ring.create(Use.VET, VET, now=AT)
    theirs = TokenStore(MODULE, token, PIN)
    other = KeyRing(tmp_path / "keys", "unused", token=theirs)
    key.key.verify(other.load(key).sign(b"m"), b"m")
    theirs.close()  # a session left open would let a wrong PIN pass as already signed in


def test_the_private_key_cannot_be_read_from_the_token(ring, store):
    key = ring.create(Use.VET, VET, now=AT)
    private = store._private(store._opened(), key.key)
    assert private[pkcs11.Attribute.SENSITIVE]
    assert not private[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.PKCS11Error):
        private[pkcs11.Attribute.VALUE]


def test_a_session_that_broke_is_opened_anew(ring, store):
    key = ring.create(Use.ISSUE, OFFICE, now=AT)
    store._session.close()
    key.key.verify(ring.load(key).sign(b"after the session ended"), b"after the session ended")
    pkcs11.lib(MODULE).finalize()
    key.key.verify(ring.load(key).sign(b"after the module ended"), b"after the module ended")


def test_a_forked_worker_opens_its_own_session(ring):
    key = ring.create(Use.ISSUE, OFFICE, now=AT)
    child = os.fork()
    if not child:
        status = 1
        try:
            key.key.verify(ring.load(key).sign(b"child"), b"child")
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    key.key.verify(ring.load(key).sign(b"parent"), b"parent")


def test_keys_in_files_go_on_when_new_ones_are_made_on_a_token(store, tmp_path):
    old = KeyRing(tmp_path / "keys", "passphrase").create(Use.ISSUE, OFFICE, now=AT)
    ring = KeyRing(tmp_path / "keys", "passphrase", token=store)
    old.key.verify(ring.load(old).sign(b"m"), b"m")
    fresh = ring.rotate(Use.ISSUE, OFFICE, now=AT)
    assert not (tmp_path / "keys" / f"{fresh.kid.hex()}.pem").exists()
    fresh.key.verify(ring.load(fresh).sign(b"m"), b"m")


def test_a_wrong_pin_a_wrong_label_or_no_module_is_a_sentence_without_the_pin(ring, store, token):
    key = ring.create(Use.ISSUE, OFFICE, now=AT)
    store.close()
    # A session that any other test left open would let a wrong PIN pass: its user is signed in already.
    pkcs11.lib(MODULE).reinitialize()
    for wrong, named in (
        (TokenStore(MODULE, token, "999999"), "AQUACERT_PKCS11_PIN"),
        (TokenStore(MODULE, "no such token", PIN), "AQUACERT_PKCS11_TOKEN"),
        (TokenStore("/nowhere/module.so", token, PIN), "AQUACERT_PKCS11_MODULE"),
    ):
        with pytest.raises(Unavailable) as caught:
            wrong.open(key.key)
        assert named in caught.value.sentence
        assert PIN not in caught.value.detail
        assert "999999" not in caught.value.detail + repr(wrong.__dict__ | {"_pin": ""})


def test_a_key_that_is_not_on_the_token_is_a_sentence(store, tmp_path):
    key = KeyRing(tmp_path / "keys", "passphrase").create(Use.ISSUE, OFFICE, now=AT)
    with pytest.raises(Unavailable):
        store.open(key.key)
    with pytest.raises(Unavailable):
        store.sign(key.key, bytes(32))


def test_keys_of_electronic_seals_are_files_beside_the_token(ring, tmp_path):
    key = ring.create(Use.SES, OFFICE, now=AT)
    assert key.algorithm == SM2
    assert (tmp_path / "keys" / f"{key.kid.hex()}.pem").exists()
    again = KeyRing(tmp_path / "keys", "unused", token=ring._token)
    key.key.verify(again.load(key).sign(b"m"), b"m")


def test_there_is_no_sm2_on_a_token(store, tmp_path):
    with pytest.raises(Misconfigured):
        store.fresh(SM2)
    env = {
        "AQUACERT_KEY_STORE": "pkcs11",
        "AQUACERT_PKCS11_MODULE": MODULE,
        "AQUACERT_PKCS11_TOKEN": "aquacert",
        "AQUACERT_PKCS11_PIN": PIN,
        "AQUACERT_DATA_DIR": str(tmp_path),
    }
    with pytest.raises(Misconfigured):
        Settings.from_env({**env, "AQUACERT_SUITE": "SM2"})
    for missing in ("MODULE", "TOKEN", "PIN"):
        with pytest.raises(Misconfigured) as caught:
            Settings.from_env({**env, f"AQUACERT_PKCS11_{missing}": ""})
        assert f"AQUACERT_PKCS11_{missing}" in caught.value.sentence
    settings = Settings.from_env(env)
    assert PIN not in repr(settings)
    key = open_ring(settings).create(Use.ISSUE, OFFICE, now=AT)
    assert not (tmp_path / "keys" / f"{key.kid.hex()}.pem").exists()


@pytest.mark.parametrize("name", ["AQUACERT_SUITE", "AQUACERT_KEY_STORE"])
def test_a_suite_or_store_that_is_none_is_refused_by_name(name):
    with pytest.raises(Misconfigured) as caught:
        Settings.from_env({name: "other"})
    assert name in caught.value.sentence
