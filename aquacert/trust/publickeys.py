"""What everybody may know of a key, and how it is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from aquacert.kernel.clock import rfc3339

KID_BYTES = 4


class Use(StrEnum):
    """What a key may sign; a key signs nothing else."""

    ISSUE = "issue"
    """certificates: the COSE object in the QR code, one key per office"""
    VET = "vet"
    """the vet's PAdES signature in the PDF"""
    SEAL = "seal"
    """the body's PAdES seal in the PDF"""
    STATUS = "status"
    """status lists"""
    ROOT = "root"
    """X.509 certificates and the trust list"""


class KeyState(StrEnum):
    """Whether the key may be used, or was taken back."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    COMPROMISED = "compromised"


@dataclass(frozen=True)
class Owner:
    """Whose key it is: a stable label (`office:<uuid>`), its division and its public name."""

    label: str
    division: str
    name: str


@dataclass(frozen=True)
class PublicKey:
    """What everybody may know of a key."""

    kid: bytes
    use: Use
    owner: Owner
    spki: bytes
    not_before: datetime
    not_after: datetime
    certificate: bytes
    """X.509, DER; issued by the ring's root"""
    state: KeyState = KeyState.ACTIVE
    compromised_since: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Tell whether a signature made at `instant` by this key may be believed."""
        if not self.not_before <= instant < self.not_after:
            return False
        if self.state is KeyState.COMPROMISED:
            return self.compromised_since is not None and instant < self.compromised_since
        return True

    def to_row(self) -> dict[str, Any]:
        """Return the key as JSON-ready values: bytes in hex, instants in RFC 3339."""
        since = self.compromised_since
        return {
            "kid": self.kid.hex(),
            "alg": "ES256",
            "use": self.use.value,
            "issuer": asdict(self.owner),
            "spki": self.spki.hex(),
            "nbf": rfc3339(self.not_before),
            "exp": rfc3339(self.not_after),
            "certificate": self.certificate.hex(),
            "state": self.state.value,
            "compromised_since": None if since is None else rfc3339(since),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the key `to_row` wrote; raise `ValueError` or `KeyError` when it is none."""
        if row["alg"] != "ES256":
            raise ValueError(row["alg"])
        since = row["compromised_since"]
        key = cls(
            kid=bytes.fromhex(row["kid"]),
            use=Use(row["use"]),
            owner=Owner(**row["issuer"]),
            spki=bytes.fromhex(row["spki"]),
            not_before=_instant(row["nbf"]),
            not_after=_instant(row["exp"]),
            certificate=bytes.fromhex(row["certificate"]),
            state=KeyState(row["state"]),
            compromised_since=_instant(since) if since else None,
        )
        if kid_of(key.spki) != key.kid:
            raise ValueError("kid does not belong to spki")
        return key


def kid_of(spki: bytes) -> bytes:
    """Return a key's identifier: the first 4 bytes of SHA-256 of its SubjectPublicKeyInfo."""
    return hashlib.sha256(spki).digest()[:KID_BYTES]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
