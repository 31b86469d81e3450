"""What a leaf of this log says: deterministic CBOR, for ever public, and so without personal data.

Version 2: `[2, issuer, mark, digest, event, t]`, where issuer is the province's six digits
(GB/T 2260) as a number, mark is the keyed hash of the certificate's number (16 bytes of
HMAC-SHA256 under a key only the province has), digest is SHA-256 of the signed payload, event is
what happened, and t its second since 1970 UTC. Version 1, written before the log was published,
has the province's two digits and the mark in base32; it is read and no longer written.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Self

from aquacert.trust import cbor
from aquacert.trust.errors import Refused, Why
from aquacert.trust.merkle import leaf_hash
from aquacert.trust.notes import NoteKey
from aquacert.trust.tlog import Checkpoint, Proof, read_number

VERSION, OLD_VERSION = 2, 1
MARK_BYTES, DIGEST_BYTES = 16, 32
EVENTS = frozenset({"issue", "suspend", "resume", "void", "replace", "recall"})
ISSUE = "issue"
PROVINCE = 10_000
"""What the two digits of a province are multiplied by to have its six-digit code."""


@dataclass(frozen=True)
class Entry:
    """One leaf's content."""

    issuer: int
    """GB/T 2260, six digits"""
    mark: bytes
    digest: bytes
    event: str
    at: int
    """seconds since 1970 UTC"""
    version: int = VERSION

    def encode(self) -> bytes:
        """Return the bytes that are hashed and published."""
        issuer: int = self.issuer
        mark: bytes | str = self.mark
        if self.version == OLD_VERSION:
            issuer //= PROVINCE
            mark = base64.b32encode(self.mark).decode().rstrip("=").lower()
        return cbor.encode([self.version, issuer, mark, self.digest, self.event, self.at])

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the entry of `data`; raise `Refused` unless it is exactly one of ours."""
        match cbor.decode(data):
            case [int(version), int(issuer), mark, bytes(digest), str(event), int(at)]:
                if version == OLD_VERSION and isinstance(mark, str):
                    issuer, mark = issuer * PROVINCE, read_mark(mark)
                if not isinstance(mark, bytes):
                    raise Refused(Why.MALFORMED, "the mark is no bytes")
                entry = cls(issuer, mark, digest, event, at, version)
            case _:
                raise Refused(Why.MALFORMED, "not the six parts of an entry")
        if entry.version not in {VERSION, OLD_VERSION}:
            raise Refused(Why.UNKNOWN_VERSION, str(entry.version))
        sizes = (len(entry.mark), len(entry.digest)) == (MARK_BYTES, DIGEST_BYTES)
        if not sizes or entry.event not in EVENTS or entry.encode() != data:
            raise Refused(Why.NOT_CANONICAL, "an entry of another form")
        return entry

    def extra(self) -> bytes:
        """Return what a reader cannot know from the certificate itself: version, mark, instant.

        A `.tlog-proof` carries it as its extra line. The digest is left out on purpose: whoever
        checks computes it from the certificate in hand, so that a proof of another does not pass.
        """
        return cbor.encode([self.version, self.mark, self.at])


@dataclass(frozen=True)
class Logged:
    """What a checked proof says: where the certificate's issue stands in the log."""

    index: int
    at: int
    """seconds since 1970 UTC, as the leaf says"""
    checkpoint: Checkpoint


def check_issue(proof: bytes, number: str, payload: bytes, key: NoteKey) -> Logged:
    """Check a certificate's `.tlog-proof` against the certificate itself and the log's key.

    `number` is its ten digits, `payload` the bytes its signature covers. Raises `Refused`: a proof
    of another certificate, a changed one, a checkpoint that the log did not sign.
    """
    read = Proof.read(proof)
    if read.extra is None:
        raise Refused(Why.MALFORMED, "the proof does not say which leaf")
    match cbor.decode(read.extra):
        case [int(version), bytes(mark), int(at)] if version in {VERSION, OLD_VERSION}:
            issuer = read_number(number[:2]) * PROVINCE
            entry = Entry(issuer, mark, hashlib.sha256(payload).digest(), ISSUE, at, version)
        case _:
            raise Refused(Why.MALFORMED, "the proof does not say which leaf")
    checkpoint = read.verify(leaf_hash(entry.encode()), key)
    return Logged(read.index, at, checkpoint)


def read_mark(text: str) -> bytes:
    """Return the 16 bytes of a blind index in base32; raise `Refused` for anything else."""
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
