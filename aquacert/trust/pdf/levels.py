"""The words in which a judgement is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """Baseline levels of PAdES (ETSI EN 319 142-1 §6) that a document of ours can have."""

    B_B = "B-B"
    """signed"""
    B_T = "B-T"
    """signed, and proven to have existed at a trusted time"""
    B_LTA = "B-LTA"
    """and provable when the authorities are gone, as long as timestamps are renewed"""


@dataclass(frozen=True)
class PdfSignature:
    """One of the two signatures, found intact, within its permissions and of a signer believed."""

    name: str
    """of the field: Vet or Body"""
    signer: str
    """common name in the signer's certificate"""
    claimed_at: datetime
    """what the signer says"""
    stamped_at: datetime | None
    """the trusted timestamp inside the signature"""
    modification: str
    """what was added after it, as pyHanko calls it: NONE, LTA_UPDATES or FORM_FILLING"""
    covers: str
    certificate: bytes = field(repr=False)
    """DER"""


@dataclass(frozen=True)
class PdfTimestamp:
    """One timestamp token (RFC 3161)."""

    at: datetime
    """the authority's time"""
    authority: str
    """common name in its certificate"""
    ends_at: datetime
    """when that certificate expires"""
    is_of_document: bool
    """over the whole document so far; else inside a signature"""
    is_trusted: bool
    """under a root the judge brought along"""
    is_broken: bool
    """not over these bytes, or its own signature does not hold"""
    follows_store: bool = False
    """a document timestamp with a security store before or beside it"""
    owner: str = ""
    """field of the signature or timestamp it stands in"""
    after: str = ""
    """field of the timestamp of the document that came just before it"""
