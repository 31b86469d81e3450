"""A test report as it is signed: the canonical record and the claims in its QR code.

docs/report-record.md lists every field. The record holds what the printed report says, under the
blind code: no farm, no office, no person's name. As with a certificate, record and signature are
the report; PDF, .docx and pages are renderings of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from aquacert.trust import cbor
from aquacert.trust.errors import Refused, Why
from aquacert.trust.record import DIGEST_BYTES, LATEST, record_digest

VERSION = 1
CODE_TYPE = "aqr"
"""COSE `typ` of the code (RFC 9596): a report's code is never taken for a certificate's."""
OUTCOMES = ("negative", "positive", "inconclusive")
"""What all tests say together, coded by place: one positive outweighs, then one without conclusion."""
LINES = "lines"
_CLAIMS: list[type] = [int, str, int, str, int, int, bytes]
"""version, number, second of signing, blind code, outcome, count of tests, digest16"""


def encode_record(content: Mapping[str, Any], *, public_id: str, authorised_at: datetime) -> bytes:
    """Return the deterministic bytes of a report's content (plain texts, integers, lists, maps).

    Raise `Refused` for a content without number, blind code or tests.
    """
    if not (content.get("number") and content.get("blind_code") and content.get(LINES)):
        raise Refused(Why.MALFORMED, "a report without number, item or tests")
    said: dict[str, Any] = {name: _plain(value) for name, value in content.items()}
    said |= {
        "record": VERSION,
        "public_id": public_id,
        "authorised_at": int(authorised_at.timestamp()),
    }
    return cbor.encode(said)


def decode_record(data: bytes) -> dict[str, Any]:
    """Return a report's record as a map; raise `Refused` unless canonical and of this version."""
    found = cbor.decode(data)
    if not isinstance(found, dict):
        raise Refused(Why.MALFORMED, "record is no map")
    if found.get("record") != VERSION:
        raise Refused(Why.UNKNOWN_VERSION, repr(found.get("record")))
    return {str(name): value for name, value in found.items()}


@dataclass(frozen=True, kw_only=True)
class ReportClaims:
    """What a report's QR code itself states, under the laboratory's signature."""

    number: str
    signed_at: int
    """seconds since 1970 UTC: when the key signed, a little after a person authorised"""
    blind_code: str
    outcome: str
    """of OUTCOMES"""
    tests: int
    digest: bytes
    """first 16 bytes of SHA-256 of the record"""

    @classmethod
    def of(cls, record: bytes, signed_at: datetime) -> Self:
        """Return the claims of a canonical record; raise `Refused` when it is none."""
        said = decode_record(record)
        outcomes = [str(line["outcome"]) for line in said[LINES]]
        return cls(
            number=str(said["number"]),
            signed_at=int(signed_at.timestamp()),
            blind_code=str(said["blind_code"]),
            outcome=together(outcomes),
            tests=len(outcomes),
            digest=record_digest(record),
        )

    def encode(self) -> bytes:
        """Return the CBOR array that is signed."""
        outcome = OUTCOMES.index(self.outcome)
        return cbor.encode(
            [
                VERSION,
                self.number,
                self.signed_at,
                self.blind_code,
                outcome,
                self.tests,
                self.digest,
            ]
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Return the claims of a verified payload; raise `Refused` unless strictly of this form."""
        parts = cbor.decode_flat(payload)
        if [*map(type, parts)] != _CLAIMS:
            raise Refused(Why.MALFORMED, "not the seven claims of a report")
        version, number, at, code, outcome, tests, digest = parts
        if version != VERSION:
            raise Refused(Why.UNKNOWN_VERSION, str(version))
        if not 0 <= at < LATEST or not 0 <= outcome < len(OUTCOMES) or len(digest) != DIGEST_BYTES:
            raise Refused(Why.MALFORMED, "a claim out of range")
        return cls(
            number=number,
            signed_at=at,
            blind_code=code,
            outcome=OUTCOMES[outcome],
            tests=tests,
            digest=digest,
        )

    @property
    def signed(self) -> datetime:
        """The instant of signing, UTC: the key must have been valid then."""
        return datetime.fromtimestamp(self.signed_at, UTC)

    def are_of(self, record: bytes) -> bool:
        """Tell whether these are claims of exactly this canonical record."""
        return record_digest(record) == self.digest and self.of(record, self.signed) == self


def together(outcomes: Collection[str]) -> str:
    """Return what several tests say together; anything that is not plainly negative is no negative."""
    if "positive" in outcomes:
        return "positive"
    return "negative" if outcomes and set(outcomes) == {"negative"} else "inconclusive"


def _plain(value: Any) -> Any:  # noqa: ANN401 (CBOR values)
    """Return a value as CBOR holds it: tuples as lists, maps with text keys, nothing inexact."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
