"""What everybody may know of a key that an installation uses, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from aquacert.kernel.clock import rfc3339
from aquacert.trust.spki import KID_BYTES, PublicKey, kid_of, loaded

__all__ = ["KID_BYTES", "KeyState", "ListedKey", "Owner", "PublicKey", "Use", "kid_of"]


class Use(StrEnum):
    """What a key may sign; a key signs nothing else."""

    ISSUE = "issue"
    """certificates: the COSE object in the QR code, one key per office"""
    VET = "vet"
    """the vet's PAdES signature in the PDF"""
    SEAL = "seal"
    """the body's PAdES seal in the PDF"""
    REPORT = "report"
    """test reports: a laboratory's COSE object in the QR code and its PAdES seal, always ES256"""
    ANNEX = "annex"
    """sampling annexes (抽样附页): an office's COSE object that ties a blind report to its batch"""
    STATUS = "status"
    """status lists"""
    SES = "ses"
    """a body's electronic seal put on data (GB/T 38540), always SM2"""
    SEAL_MAKER = "seal-maker"
    """electronic seals themselves, as their maker (制章人), always SM2"""
    ROOT = "root"
    """X.509 certificates and the trust list"""


class KeyState(StrEnum):
    """Whether the key may be used, or was taken back."""

    ACTIVE = "active"
    RETIRED = "retired"
    """signs no more since its successor came; what it signed verifies until its end"""
    WITHDRAWN = "withdrawn"
    """signs no more; what it signed stands"""
    COMPROMISED = "compromised"
    """what it signed from a given instant on is not believed"""


@dataclass(frozen=True)
class Owner:
    """Whose key it is: a stable label (`office:<uuid>`), its division and its public name."""

    label: str
    division: str
    name: str


@dataclass(frozen=True)
class ListedKey:
    """A public key with its owner, its use and its time: a line of the trust list."""

    key: PublicKey
    use: Use
    owner: Owner
    not_before: datetime
    not_after: datetime
    certificate: bytes
    """X.509, DER; issued by the ring's root of the same algorithm"""
    state: KeyState = KeyState.ACTIVE
    compromised_since: datetime | None = None

    @property
    def kid(self) -> bytes:
        """The key's identifier, 4 bytes."""
        return self.key.kid

    @property
    def spki(self) -> bytes:
        """The key's SubjectPublicKeyInfo, DER."""
        return self.key.spki

    @property
    def algorithm(self) -> str:
        """Return `ES256` or `SM2`."""
        return self.key.algorithm

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
            "alg": self.algorithm,
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
        since = row["compromised_since"]
        spki = bytes.fromhex(row["spki"])
        key = loaded(spki)
        if (key.algorithm, key.kid.hex(), key.spki) != (row["alg"], row["kid"], spki):
            raise ValueError("kid or algorithm does not belong to spki")
        return cls(
            key=key,
            use=Use(row["use"]),
            owner=Owner(**row["issuer"]),
            not_before=_instant(row["nbf"]),
            not_after=_instant(row["exp"]),
            certificate=bytes.fromhex(row["certificate"]),
            state=KeyState(row["state"]),
            compromised_since=_instant(since) if since else None,
        )


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is beyond the calendar") from error
