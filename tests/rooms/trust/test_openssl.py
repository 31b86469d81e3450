"""OpenSSL's command line judges ours, and we judge OpenSSL's: ES256 and SM2, keys and certificates."""

import secrets
import subprocess
from base64 import encodebytes

import pytest

from aquacert.trust import sm2
from aquacert.trust.der import join, read_signature
from aquacert.trust.errors import Refused
from aquacert.trust.keys import ES256, SM2, KeyRing, PublicKey, Use
from tests.make.trust import AT, OFFICE

PASSPHRASE = "correct horse battery staple"
DIGEST = {ES256: "-sha256", SM2: "-sm3"}
USER_ID = {ES256: [], SM2: ["-sigopt", "distid:1234567812345678"]}
CURVE = {ES256: "prime256v1", SM2: "SM2"}


class Box:
    """One key of ours in a folder, with what OpenSSL needs beside it."""

    def __init__(self, folder, suite):
        self.folder, self.suite = folder, suite
        self.ring = KeyRing(folder / "keys", PASSPHRASE, suite=suite)
        self.listed = self.ring.create(Use.ISSUE, OFFICE, now=AT)
        self.signer = self.ring.load(self.listed)
        self.private = folder / "keys" / f"{self.listed.kid.hex()}.pem"
        self.certificate = self.pem("key.pem", self.listed.certificate)
        self.root = self.pem("root.pem", self.ring.root(AT, suite).certificate)
        self.public = folder / "public.pem"
        self.public.write_bytes(openssl("x509", "-in", self.certificate, "-noout", "-pubkey"))

    def pem(self, name, der):
        path = self.folder / name
        label = b"CERTIFICATE-----\n"
        path.write_bytes(b"-----BEGIN " + label + encodebytes(der) + b"-----END " + label)
        return path

    def file(self, data):
        path = self.folder / secrets.token_hex(4)
        path.write_bytes(data)
        return path


def openssl(*words, given=None):
    done = subprocess.run(
        ["openssl", *map(str, words)], input=given, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module", params=[ES256, SM2])
def box(request, tmp_path_factory):
    return Box(tmp_path_factory.mktemp(request.param), request.param)


def test_openssl_opens_our_key_file_and_only_with_the_passphrase(box):
    openssl("pkey", "-in", box.private, "-passin", f"pass:{PASSPHRASE}", "-noout", "-check")
    public = openssl("pkey", "-in", box.private, "-passin", f"pass:{PASSPHRASE}", "-pubout")
    assert PublicKey.load(public) == box.listed.key
    words = ["openssl", "pkey", "-in", str(box.private), "-passin", "pass:guess", "-noout"]
    assert subprocess.run(words, check=False, capture_output=True).returncode != 0


def test_openssl_verifies_our_certificates_and_their_chain(box):
    id_option = ["-vfyopt", USER_ID[SM2][1]] if box.suite == SM2 else []
    at = ["-attime", int(AT.timestamp())]
    said = openssl("verify", "-x509_strict", *id_option, *at, "-CAfile", box.root, box.certificate)
    assert said.decode().strip().endswith("OK")
    other = Box(box.folder / "other", box.suite)
    wrong = ["openssl", "verify", *id_option, *at, "-CAfile", other.root, box.certificate]
    assert subprocess.run([*map(str, wrong)], check=False, capture_output=True).returncode != 0
    text = openssl("x509", "-in", box.certificate, "-noout", "-text", "-nameopt", "utf8").decode()
    assert OFFICE.name in text
    assert "Digital Signature, Non Repudiation" in text


def test_openssl_verifies_what_we_sign(box):
    for turn in range(20):
        message = box.file(bytes(range(turn)))
        signature = box.file(box.signer.sign_der(message.read_bytes()))
        openssl(
            "dgst",
            DIGEST[box.suite],
            "-verify",
            box.public,
            *USER_ID[box.suite],
            "-signature",
            signature,
            message,
        )


def test_we_verify_what_openssl_signs_with_our_key_and_with_its_own(box):
    fresh = openssl(
        "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{CURVE[box.suite]}"
    )
    own = box.file(fresh)
    public = PublicKey.load(openssl("pkey", "-in", own, "-pubout"))
    assert public.algorithm == box.suite
    for path, key, password in (
        (box.private, box.listed.key, ["-passin", f"pass:{PASSPHRASE}"]),
        (own, public, []),
    ):
        for turn in range(20):
            message = bytes([turn]) * turn
            der = openssl(
                "dgst",
                DIGEST[box.suite],
                "-sign",
                path,
                *password,
                *USER_ID[box.suite],
                box.file(message),
            )
            raw = join(*read_signature(der))
            key.verify(raw, message)
            if box.suite == SM2:
                sm2.verify(key, message, der)
            with pytest.raises(Refused):
                key.verify(raw, message + b"\0")


def test_a_certificate_that_openssl_made_gives_its_key(box):
    path = box.folder / "its.key"
    curve = f"ec_paramgen_curve:{CURVE[box.suite]}"
    path.write_bytes(openssl("genpkey", "-algorithm", "EC", "-pkeyopt", curve))
    signed = [DIGEST[box.suite], *USER_ID[box.suite]]
    made = openssl("req", "-x509", "-key", path, "-subj", "/CN=x", *signed)
    expected = openssl("pkey", "-in", path, "-pubout", "-outform", "DER")
    assert PublicKey.load(made).spki == expected
    if box.suite == SM2:
        return  # OpenSSL 3.0 cannot write an SM2 key with another form of its point
    short = openssl("pkey", "-in", path, "-pubout", "-ec_conv_form", "compressed")
    assert PublicKey.load(short).spki == expected


def test_explicit_curve_parameters_and_private_keys_are_refused(box):
    spelled = ["-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit"]
    private = openssl("ecparam", *spelled)
    for wrong in (private, openssl("pkey", "-pubout", given=private), box.private.read_bytes()):
        with pytest.raises(Refused):
            PublicKey.load(wrong)


def test_pkeyutl_verifies_sm2_over_the_raw_message(tmp_path):
    box = Box(tmp_path, SM2)
    message = box.file(b"raw message")
    signature = box.file(box.signer.sign_der(b"raw message"))
    said = openssl(
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        box.public,
        "-rawin",
        "-digest",
        "sm3",
        "-pkeyopt",
        "distid:1234567812345678",
        "-in",
        message,
        "-sigfile",
        signature,
    )
    assert b"Success" in said
