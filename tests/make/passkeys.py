"""A security key in software: ES256, a counter, and every mistake a test wants it to make."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from aquacert.accounts.commands import ask_assertion, ask_registration, register_passkey
from aquacert.accounts.commands.step_up import grant_step_up
from aquacert.accounts.rules.passkeys import OWN_FACTORS, Purpose
from aquacert.kernel.work import Database
from tests.make.accounts import Made, code_for

HOST, ORIGIN = "cert.example", "https://cert.example"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """A key as a person holds it. `counts=False`: one that is kept in step and cannot count."""

    counts: bool = True
    verifies: bool = True
    origin: str = ORIGIN
    host: str = HOST
    embedded: bool = False
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def register(self, options: dict[str, Any], *, fmt: str = "none") -> str:
        """Answer PublicKeyCredentialCreationOptions as a browser does, in JSON."""
        point = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        data = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": fmt, "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": attestation})

    def confirm(self, options: dict[str, Any], *, handle: bytes | None = None) -> str:
        """Answer PublicKeyCredentialRequestOptions as a browser does, in JSON."""
        self.count += 1 if self.counts else 0
        data = self._data()
        client = self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client).digest()
        signature = self.private.sign(signed, ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(response | ({"userHandle": handle} if handle else {}))

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told | {"crossOrigin": self.embedded}).encode()

    def _answer(self, response: dict[str, bytes]) -> str:
        told = {name: bytes_to_base64url(value) for name, value in response.items()}
        key = bytes_to_base64url(self.id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": told})


def give_passkey(
    db: Database, made: Made, key: SoftKey | None = None, *, name: str = "蓝色钥匙"
) -> tuple[SoftKey, UUID]:
    """Register a key for somebody, confirmed with a one-time code when he has one."""
    key = key or SoftKey()
    with db.work(made.actor) as w:
        options = ask_registration(w)
    if made.totp_secret:
        code = code_for(db, made.person_id)
        with db.work(made.actor) as w:
            grant_step_up(w, code=code, digest=OWN_FACTORS)
    with db.work(made.actor) as w:
        return key, register_passkey(w, answer=key.register(options), name=name)


def asked(db: Database, made: Made, digest: str) -> dict[str, Any]:
    """Return a challenge for a step-up."""
    with db.work(made.actor) as w:
        return ask_assertion(w, Purpose.STEP_UP, digest=digest)


def changed(answer: str, name: str, *, flip: int = 0) -> str:
    """Return an answer with one byte of one part of it changed."""
    read = json.loads(answer)
    part = bytearray(base64url_to_bytes(read["response"][name]))
    part[flip] ^= 1
    read["response"][name] = bytes_to_base64url(bytes(part))
    return json.dumps(read)
