"""Keys: one ES256 key per office, vet and purpose; files encrypted under the passphrase.

`KeyRing` is a folder. Each key is `<kid>.pem` (PKCS#8, encrypted, mode 0600) beside `<kid>.json`
(what may be published). The ring's own small certification authority issues the X.509
certificates that PAdES signatures carry. A seal made from these keys has no legal force.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from aquacert.kernel.errors import Unavailable
from aquacert.trust.cose import COORDINATE_BYTES
from aquacert.trust.publickeys import KeyState, Owner, PublicKey, Use, kid_of
from aquacert.trust.x509 import Subject, issue_certificate, issue_root

__all__ = ["FileSigner", "KeyRing", "KeyState", "Owner", "PublicKey", "Use", "kid_of"]

KEY_DAYS = 365
ROOT_DAYS = 1461
_HASH = ec.ECDSA(hashes.SHA256())


class FileSigner:
    """Signs with a private key held in memory, read from the ring's encrypted file."""

    def __init__(self, public: PublicKey, private: ec.EllipticCurvePrivateKey) -> None:
        self.public = public
        self.private = private

    @property
    def kid(self) -> bytes:
        """The key's identifier, 4 bytes."""
        return self.public.kid

    @property
    def certificate(self) -> bytes:
        """The key's X.509 certificate, DER."""
        return self.public.certificate

    def sign(self, message: bytes) -> bytes:
        """Return the raw ES256 signature r‖s (64 bytes) over SHA-256 of `message`."""
        r, s = decode_dss_signature(self.private.sign(message, _HASH))
        return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")

    def sign_der(self, message: bytes) -> bytes:
        """Return the DER signature that X.509 and CMS carry."""
        return self.private.sign(message, _HASH)


class KeyRing:
    """All keys of one installation, in one folder, under one passphrase."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase.encode()
        self._signers: dict[bytes, FileSigner] = {}
        self._listed: tuple[PublicKey, ...] = ()
        self._seen = -1
        """When the folder last changed as this object knows it, nanoseconds."""

    def public_keys(self) -> tuple[PublicKey, ...]:
        """Return every key's public part, oldest first; sees what other processes changed."""
        changed = self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0
        if changed != self._seen:
            keys = [_read_public(path) for path in self._folder.glob("*.json")]
            self._listed = tuple(sorted(keys, key=lambda key: (key.not_before, key.kid)))
            self._seen = changed
        return self._listed

    def find(self, use: Use, label: str, at: datetime) -> PublicKey | None:
        """Return the newest active key of `label` for `use` that is valid at `at`."""
        fit = [
            key
            for key in self.public_keys()
            if key.use is use
            and key.owner.label == label
            and key.state is KeyState.ACTIVE
            and key.covers(at)
        ]
        return fit[-1] if fit else None

    def signer(self, use: Use, label: str, at: datetime) -> FileSigner:
        """Return the signer of `label` for `use` at `at`; raise `Unavailable` when it has none."""
        public = self.find(use, label, at)
        if public is None:
            raise Unavailable("没有可用的签名密钥：请管理员为它生成密钥。", detail=f"{use} {label}")
        return self.load(public)

    def load(self, public: PublicKey) -> FileSigner:
        """Return the signer of `public`; raise `Unavailable` when file or passphrase is wrong."""
        if public.kid not in self._signers:
            self._signers[public.kid] = FileSigner(public, self._private(public.kid))
        return self._signers[public.kid]

    def create(self, use: Use, owner: Owner, *, now: datetime, days: int = KEY_DAYS) -> PublicKey:
        """Make a key for `owner`, valid from `now`; its certificate comes from the ring's root."""
        if use is Use.ROOT:
            return self.root(now)
        root = self.load(self.root(now))
        private, kid = self._fresh()
        begins, ends = now - timedelta(minutes=5), now + timedelta(days=days)
        subject = Subject(owner.name, owner.division, kid, begins, ends)
        certificate = issue_certificate(
            private.public_key(), subject, root.private, root.public.certificate
        )
        public = PublicKey(kid, use, owner, _spki(private), begins, ends, certificate)
        return self._keep(public, private)

    def ensure(self, use: Use, owner: Owner, *, now: datetime) -> PublicKey:
        """Return the key of `owner` for `use` at `now`, making it when there is none."""
        return self.find(use, owner.label, now) or self.create(use, owner, now=now)

    def root(self, now: datetime) -> PublicKey:
        """Return the ring's certification authority, making it on the first call."""
        found = self.find(Use.ROOT, "root", now)
        if found is not None:
            return found
        private, kid = self._fresh()
        begins, ends = now - timedelta(minutes=10), now + timedelta(days=ROOT_DAYS)
        owner = Owner("root", "", "AquaCert local root (no legal force)")
        certificate = issue_root(private, Subject(owner.name, "", kid, begins, ends))
        public = PublicKey(kid, Use.ROOT, owner, _spki(private), begins, ends, certificate)
        return self._keep(public, private)

    def withdraw(self, kid: bytes, *, compromised_since: datetime | None = None) -> PublicKey:
        """Take a key back; with `compromised_since` what it signed from then on is not believed."""
        found = next((key for key in self.public_keys() if key.kid == kid), None)
        if found is None:
            raise Unavailable("没有这把密钥。", detail=kid.hex())
        state = KeyState.WITHDRAWN if compromised_since is None else KeyState.COMPROMISED
        public = replace(found, state=state, compromised_since=compromised_since)
        self._write(f"{kid.hex()}.json", _row_bytes(public))
        return public

    def roots(self) -> tuple[bytes, ...]:
        """Return the DER certificates that judge this ring's PAdES signatures."""
        return tuple(key.certificate for key in self.public_keys() if key.use is Use.ROOT)

    def _fresh(self) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
        """Return a new private key whose kid no key here carries."""
        taken = {key.kid for key in self.public_keys()}
        while True:
            private = ec.generate_private_key(ec.SECP256R1())
            kid = kid_of(_spki(private))
            if kid not in taken:
                return private, kid

    def _keep(self, public: PublicKey, private: ec.EllipticCurvePrivateKey) -> PublicKey:
        """Write the private file first, then the public one: a listed key can always sign."""
        encryption = serialization.BestAvailableEncryption(self._passphrase)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )
        self._write(f"{public.kid.hex()}.pem", pem)
        self._write(f"{public.kid.hex()}.json", _row_bytes(public))
        self._signers[public.kid] = FileSigner(public, private)
        return public

    def _private(self, kid: bytes) -> ec.EllipticCurvePrivateKey:
        try:
            pem = (self._folder / f"{kid.hex()}.pem").read_bytes()
        except OSError as error:
            raise Unavailable("签名密钥的文件读不到。", detail=repr(error)) from None
        try:
            private = serialization.load_pem_private_key(pem, self._passphrase)
        except (ValueError, TypeError) as error:
            raise Unavailable(
                "签名密钥打不开：口令不对。请检查 AQUACERT_KEY_PASSPHRASE。", detail=repr(error)
            ) from None
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise Unavailable("签名密钥不是 P-256 密钥。", detail=kid.hex())
        return private

    def _write(self, name: str, data: bytes) -> None:
        """Write whole or not at all, readable by this account only."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._folder / f".{name}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / name)
        self._seen = -1


def _spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _read_public(path: Path) -> PublicKey:
    try:
        return PublicKey.from_row(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"密钥清单读不出：{path.name}。", detail=repr(error)) from None


def _row_bytes(public: PublicKey) -> bytes:
    return json.dumps(public.to_row(), ensure_ascii=False, indent=1).encode()
