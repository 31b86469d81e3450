"""Personal data at rest: AES-256-GCM (NIST SP 800-38D), a blind index, and a key per person.

One master secret gives three keys by HKDF (RFC 5869): fields, blind index, key wrapping. A
person's key is kept wrapped by the caller; destroying that row makes everything encrypted for
the person unreadable for ever, while hashes over the ciphertext still hold.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aquacert.kernel.errors import Unavailable

FORMAT = b"\x01"
"""First byte of every ciphertext: this format (nonce, then ciphertext with its tag)."""
NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_BYTES = 16


class Cipher:
    """Encrypts what belongs to a person; made once from the installation's secret."""

    def __init__(self, secret: str | bytes) -> None:
        master = secret.encode() if isinstance(secret, str) else secret
        self._field = AESGCM(_derive(master, b"aquacert field"))
        self._wrap = AESGCM(_derive(master, b"aquacert wrap"))
        self._index = _derive(master, b"aquacert index")

    def encrypt(self, text: str) -> bytes:
        """Return the ciphertext of `text`; twice the same text gives two ciphertexts."""
        return _seal(self._field, text.encode(), b"")

    def decrypt(self, data: bytes) -> str:
        """Return the text of `data`; raise `Unavailable` when the secret is not the one used."""
        return _open(self._field, data, b"").decode()

    def blind(self, kind: str, text: str) -> str:
        """Return the index that finds `text` among values of `kind` (base32 of HMAC-SHA256)."""
        mark = hmac.digest(self._index, f"{kind}\0{text}".encode(), hashlib.sha256)
        return base64.b32encode(mark[:INDEX_BYTES]).decode().rstrip("=").lower()

    def new_person_key(self, person: str) -> bytes:
        """Return a fresh key for `person`, wrapped; the caller keeps it and may destroy it."""
        return _seal(self._wrap, secrets.token_bytes(KEY_BYTES), person.encode())

    def encrypt_for(self, person: str, wrapped: bytes, text: str, context: str = "") -> bytes:
        """Return `text` under the person's wrapped key, bound to `context` (a table and field)."""
        return _seal(self._person(person, wrapped), text.encode(), context.encode())

    def decrypt_for(self, person: str, wrapped: bytes, data: bytes, context: str = "") -> str:
        """Return the text; raise `Unavailable` when key, person or context is another."""
        return _open(self._person(person, wrapped), data, context.encode()).decode()

    def _person(self, person: str, wrapped: bytes) -> AESGCM:
        return AESGCM(_open(self._wrap, wrapped, person.encode()))


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(master)


def _seal(key: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, plain, FORMAT + context)


def _open(key: AESGCM, data: bytes, context: bytes) -> bytes:
    head, nonce, body = data[:1], data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, body, head + context)
    except (InvalidTag, ValueError):
        raise Unavailable("加密的内容打不开：密钥不符或已销毁。") from None
