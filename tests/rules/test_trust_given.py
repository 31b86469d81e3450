"""The public functions of trust refuse what has the wrong type with a reason, never otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from aquacert.trust import cose, merkle, qr, ses, sm2, statuslist
from aquacert.trust.der import from_raw
from aquacert.trust.errors import TrustError
from aquacert.trust.keys import PublicKey
from aquacert.trust.signers import Es256Key, Sm2Key

KEY = Es256Key(ec.generate_private_key(ec.SECP256R1()))
SM2_KEY = Sm2Key(sm2.generate()[0])
JUNK = (
    None,
    True,
    -1,
    10**12,
    2**200,
    1.5,
    "text",
    "",
    [],
    {},
    (1,),
    object(),
    slice(0, 2),
    datetime(2026, 1, 1, tzinfo=UTC),
    2.0,
)


class Signer:
    """As much of a signer as `sign1` asks."""

    def __init__(self, key: Es256Key | Sm2Key) -> None:
        self.kid, self.algorithm, self.sign = key.key.kid, key.key.algorithm, key.sign


SIGNED = cose.sign1(b"payload", Signer(KEY))
HASHES = [merkle.leaf_hash(bytes([at])) for at in range(5)]
ROOT = merkle.root_of(HASHES)
PATH = merkle.inclusion_proof(HASHES, 2)
LIST = statuslist.StatusList(size=64)
AT = datetime(2026, 1, 1, tzinfo=UTC)
TOKEN = statuslist.sign_list(LIST, "https://a/1", Signer(KEY), AT)  # type: ignore[arg-type]
CALLS: dict[str, Callable[..., object]] = {
    "PublicKey.load": PublicKey.load,
    "verify signature": lambda junk: KEY.key.verify(junk, b"m"),
    "verify message": lambda junk: KEY.key.verify(KEY.sign(b"m"), junk),
    "verify SM2 message": lambda junk: SM2_KEY.key.verify(SM2_KEY.sign(b"m"), junk),
    "sign1 payload": lambda junk: cose.sign1(junk, Signer(KEY)),
    "sign1 signer": lambda junk: cose.sign1(b"p", junk),
    "verify1 message": lambda junk: cose.verify1(junk, {KEY.key.kid: KEY.key}),
    "verify1 keys": lambda junk: cose.verify1(SIGNED, junk),
    "verify1 key": lambda junk: cose.verify1(SIGNED, {KEY.key.kid: junk}),
    "digits": qr.digits,
    "sm2 key": lambda junk: sm2.verify(junk, b"m", SM2_KEY.sign(b"m")),
    "sm2 message": lambda junk: sm2.verify(SM2_KEY.key, junk, SM2_KEY.sign(b"m")),
    "sm2 signature": lambda junk: sm2.verify(SM2_KEY.key, b"m", junk),
    "sm2 user id": lambda junk: sm2.verify(SM2_KEY.key, b"m", SM2_KEY.sign(b"m"), junk),
    "inclusion leaf": lambda junk: merkle.verify_inclusion(junk, 2, 5, PATH, ROOT),
    "inclusion index": lambda junk: merkle.verify_inclusion(HASHES[2], junk, 5, PATH, ROOT),
    "inclusion proof": lambda junk: merkle.verify_inclusion(HASHES[2], 2, 5, junk, ROOT),
    "inclusion root": lambda junk: merkle.verify_inclusion(HASHES[2], 2, 5, PATH, junk),
    "consistency proof": lambda junk: merkle.verify_consistency(2, 5, junk, ROOT, ROOT),
    "consistency root": lambda junk: merkle.verify_consistency(2, 5, PATH, junk, ROOT),
    "consistency sizes": lambda junk: merkle.verify_consistency(junk, 5, [], ROOT, ROOT),
    "seal": ses.verify,
    "lst": lambda junk: statuslist.StatusList.from_lst(junk, 2),
    "bits": lambda junk: statuslist.StatusList.from_lst(LIST.to_lst(), junk),
    "index": lambda junk: LIST[junk],
    "token": lambda junk: statuslist.decode(junk, {KEY.key.kid: KEY.key}),
    "status keys": lambda junk: statuslist.decode(TOKEN, junk),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_value_of_another_type_is_refused_with_a_reason(name: str) -> None:
    for junk in JUNK:
        with pytest.raises(TrustError) as refusal:
            CALLS[name](junk)
        assert refusal.value.reason


@pytest.mark.parametrize("junk", [junk for junk in JUNK if not isinstance(junk, str)])
def test_digits_are_read_from_text_only(junk: object) -> None:
    with pytest.raises(TrustError):
        qr.from_digits(junk)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_any_buffer_is_as_good_as_bytes(form: Callable[[bytes], bytes]) -> None:
    keys = {KEY.key.kid: KEY.key}
    assert cose.verify1(form(SIGNED), keys).payload == b"payload"
    assert PublicKey.load(form(KEY.key.spki)) == KEY.key
    KEY.key.verify(form(KEY.sign(b"m")), form(b"m"))
    sm2.verify(SM2_KEY.key, form(b"m"), form(SM2_KEY.sign(b"m")), form(sm2.USER_ID))
    assert qr.digits(form(b"abc")) == qr.digits(b"abc")
    path = [form(one) for one in PATH]
    merkle.verify_inclusion(form(HASHES[2]), 2, 5, path, form(ROOT))
    merkle.verify_consistency(5, 5, [], form(ROOT), form(ROOT))


def test_a_key_takes_no_der_signature_whatever_its_algorithm() -> None:
    for key in (KEY, SM2_KEY):
        with pytest.raises(TrustError) as refusal:
            key.key.verify(from_raw(key.sign(b"m")), b"m")
        assert refusal.value.reason == "malformed"


def test_a_clock_without_zone_is_read_as_utc_and_another_type_is_refused() -> None:
    keys = {KEY.key.kid: KEY.key}
    assert statuslist.decode(TOKEN, keys, now=AT.replace(tzinfo=None)).uri == "https://a/1"
    with pytest.raises(TrustError):
        statuslist.decode(TOKEN, keys, now=AT.date())  # type: ignore[arg-type]
