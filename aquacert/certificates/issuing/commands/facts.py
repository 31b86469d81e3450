"""Facts of an issuance for the trail. No personal data: numbers, ids and digests only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class CertificatePlanned(Fact):
    """The exact bytes to be signed were stored and passed every lint; no key was touched yet."""

    tag: ClassVar[str] = "certificates:certificate:plan"
    title: ClassVar[str] = "拟签发"
    number: str
    load_id: UUID
    preview: str
    """Digest of what the vet confirmed."""
    payload: str
    """SHA-256 (hex) of the bytes to be signed."""


@dataclass(frozen=True)
class CertificateIssued(Fact):
    """A certificate was signed, verified and made public."""

    tag: ClassVar[str] = "certificates:certificate:issue"
    title: ClassVar[str] = "签发检疫证明"
    number: str
    kind: str
    load_id: UUID
    species_code: str
    quantity: int
    unit: str
    key_id: str
    replaces: str


@dataclass(frozen=True)
class IssuanceAbandoned(Fact):
    """A plan came to nothing; its number is void with the same reason."""

    tag: ClassVar[str] = "certificates:certificate:abandon"
    title: ClassVar[str] = "放弃签发"
    number: str
    load_id: UUID
    because: str
