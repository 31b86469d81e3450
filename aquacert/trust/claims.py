"""Profile B: the sixteen claims inside the QR code, coded so that they fit and read offline.

`[ver, certno, iat, valid_days, type, authority6, species, qty, unit, origin6, dest6, purpose,
vet_id, status_list, status_idx, digest16]`: a CBOR array, signed as COSE_Sign1 (trust/cose).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from aquacert.trust import cbor
from aquacert.trust.errors import Refused, Why
from aquacert.trust.record import (
    DIGEST_BYTES,
    KINDS,
    LATEST,
    MOST_DAYS,
    Record,
    record_digest,
    valid_until,
)

CLAIMS_VERSION = 1
UNITS = ("尾", "只", "粒", "枚", "个", "克", "千克", "株", "片", "条", "头")
"""A unit is coded by its place here; the list only ever grows at its end."""
PURPOSES = (
    "养殖",
    "饲养",
    "种用",
    "增殖放流",
    "观赏",
    "试验",
    "科研",
    "参展",
    "比赛",
    "食用",
    "其他",
)
"""A purpose is coded by its place here; a purpose in other words is coded as 其他."""
OTHER_PURPOSE = PURPOSES.index("其他")
LONGEST_TEXT = 12
"""Bytes of a text in UTF-8."""
_TYPES: list[type] = [*(int,) * 6, str, *(int,) * 5, str, int, int, bytes]
"""Of the sixteen claims in their order; a bool is no int here."""


@dataclass(frozen=True, kw_only=True)
class QrClaims:
    """What the QR code itself states, under the office's signature."""

    number: str
    issued_at: int
    """seconds since 1970 UTC"""
    valid_days: int
    kind: str
    authority_code: str
    species_code: str
    quantity: int
    unit: str
    origin_code: str
    destination_code: str
    purpose: str
    vet_number: str
    status_list: int
    status_index: int
    digest: bytes
    """first 16 bytes of SHA-256 of the canonical record"""

    @classmethod
    def of(cls, record: Record, digest: bytes | None = None) -> Self:
        """Return the claims of `record`; raise `Refused` when a value has no code.

        `digest` spares the encoding when the caller has just decoded the record from bytes that
        have this digest: there is only one encoding.
        """
        if record.unit not in UNITS:
            raise Refused(Why.MALFORMED, f"unit {record.unit} has no code")
        return cls(
            number=record.number,
            issued_at=record.issued_at,
            valid_days=record.valid_days,
            kind=record.kind,
            authority_code=record.authority_code,
            species_code=record.species_code,
            quantity=record.quantity,
            unit=record.unit,
            origin_code=record.origin_code,
            destination_code=record.destination_code,
            purpose=record.purpose if record.purpose in PURPOSES else PURPOSES[OTHER_PURPOSE],
            vet_number=record.vet_number,
            status_list=record.status_list,
            status_index=record.status_index,
            digest=record_digest(record.encode()) if digest is None else digest,
        )

    def encode(self) -> bytes:
        """Return the CBOR array that is signed; raise `Refused` for a text longer than 12."""
        if _too_long(self.species_code, self.vet_number):
            raise Refused(Why.MALFORMED, "species or vet number is too long for the code")
        return cbor.encode(
            [
                CLAIMS_VERSION,
                int(self.number),
                self.issued_at,
                self.valid_days,
                KINDS.index(self.kind),
                int(self.authority_code),
                self.species_code,
                self.quantity,
                UNITS.index(self.unit),
                int(self.origin_code),
                int(self.destination_code),
                PURPOSES.index(self.purpose),
                self.vet_number,
                self.status_list,
                self.status_index,
                self.digest,
            ]
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Return the claims of a verified payload; raise `Refused` unless strictly profile B.

        The encoding is deterministic and every field has one value for each number, so what was
        decoded need not be encoded again to know that it is the only form.
        """
        parts = cbor.decode_flat(payload)
        if parts and parts[0] != CLAIMS_VERSION:
            raise Refused(Why.UNKNOWN_VERSION, str(parts[0]))
        if [*map(type, parts)] != _TYPES:
            raise Refused(Why.MALFORMED, "not the sixteen claims of profile B")
        _, number, issued_at, days, kind, authority, species, quantity, unit = parts[:9]
        origin, destination, purpose, vet_number, status_list, status_index, digest = parts[9:]
        if len(digest) != DIGEST_BYTES or _too_long(species, vet_number):
            raise Refused(Why.NOT_CANONICAL, "claims have another encoding")
        return cls(
            number=_fixed(number, 10),
            issued_at=_within(issued_at, LATEST),
            valid_days=_within(days, MOST_DAYS),
            kind=_listed(KINDS, kind),
            authority_code=_fixed(authority, 6),
            species_code=species,
            quantity=_within(quantity, 1 << 63),
            unit=_listed(UNITS, unit),
            origin_code=_fixed(origin, 6),
            destination_code=_fixed(destination, 6),
            purpose=_listed(PURPOSES, purpose),
            vet_number=vet_number,
            status_list=_within(status_list, 1 << 32),
            status_index=_within(status_index, 1 << 32),
            digest=digest,
        )

    @property
    def issued(self) -> datetime:
        """The instant of issue, UTC."""
        return datetime.fromtimestamp(self.issued_at, UTC)

    @property
    def ends(self) -> datetime:
        """The last second of validity, UTC (see `record.valid_until`)."""
        return valid_until(self.kind, self.issued, self.valid_days)

    def are_of(self, record: bytes) -> bool:
        """Tell whether these are the claims of exactly this canonical record."""
        if record_digest(record) != self.digest:
            return False
        return self.of(Record.decode(record), self.digest) == self


def _too_long(species: str, vet_number: str) -> bool:
    return len(species.encode()) > LONGEST_TEXT or len(vet_number.encode()) > LONGEST_TEXT


def _fixed(value: int, digits: int) -> str:
    if not 0 <= value < 10**digits:
        raise Refused(Why.MALFORMED, f"{value} has not {digits} digits")
    return str(value).zfill(digits)


def _within(value: int, limit: int) -> int:
    if not 0 <= value < limit:
        raise Refused(Why.MALFORMED, f"{value} is out of range")
    return value


def _listed(names: tuple[str, ...], place: int) -> str:
    if not 0 <= place < len(names):
        raise Refused(Why.MALFORMED, f"code {place} is not in the table")
    return names[place]
