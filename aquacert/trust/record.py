"""The canonical record: what a certificate says, in one deterministic encoding (docs/record.md).

The record and its COSE signature are the certificate; PDF, .docx and pages are renderings of it.
Field names are text keys, so a reader in thirty years needs no table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Self, get_args, get_type_hints

from aquacert.kernel.clock import SHANGHAI, legal_day
from aquacert.trust import cbor
from aquacert.trust.errors import Refused, Why

RECORD_VERSION = 1
DIGEST_BYTES = 16
KINDS = ("A", "B")
NUMBER_DIGITS = 10
LISTS = ("batches", "reports")
LATEST = 1 << 37
"""Second since 1970 before which every instant lies (year 6325): beyond it no calendar counts."""
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class RecordBatch:
    """One batch on the certificate."""

    number: str
    pond: str
    variety: str
    life_stage: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class RecordReport:
    """One laboratory result the certificate rests on."""

    number: str
    laboratory: str
    batch: str
    disease: str
    method: str
    outcome: str
    """negative or positive"""
    sampled_on: str
    """legal day, ISO 8601"""


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything a certificate states. Instants are whole seconds since 1970 UTC."""

    number: str
    """10 digits: province (GB/T 2260) and serial"""
    kind: str
    """A: across provinces; B: within the province"""
    public_id: str
    issued_at: int
    valid_days: int
    valid_until: int
    """last second of the last legal day"""
    owner: str
    owner_phone: str
    species_code: str
    species: str
    species_latin: str
    quantity: int
    """in `unit`, exact"""
    unit: str
    quantity_words: str
    purpose: str
    origin_code: str
    """GB/T 2260, 6 digits"""
    origin: str
    """province, city, county in words"""
    origin_place: str
    destination_code: str
    destination: str
    destination_place: str
    consignee: str
    carrier: str
    carrier_phone: str
    transport_mode: str
    """公路 铁路 水路 航空"""
    plate: str
    disinfectant: str
    remarks: str
    batches: tuple[RecordBatch, ...]
    reports: tuple[RecordReport, ...]
    declaration: str
    """number of the declaration"""
    load: str
    """number of the load within it"""
    authority_code: str
    body: str
    body_phone: str
    arrival_hours: int
    """hours after arrival within which it must be reported (the dated rule of the day)"""
    vet: str
    vet_number: str
    status_list: int
    status_index: int
    is_demo: bool
    version: int = RECORD_VERSION

    def check(self) -> None:
        """Raise `Refused` for a record no certificate may carry; a draft need not pass."""
        if self.version != RECORD_VERSION:
            raise Refused(Why.UNKNOWN_VERSION, str(self.version))
        instants = (self.issued_at, self.valid_until)
        if not all(0 <= at < LATEST for at in instants) or self.valid_days >= MOST_DAYS:
            raise Refused(Why.MALFORMED, "an instant or a term out of range")
        wrong = [
            name
            for name, bad in (
                ("kind", self.kind not in KINDS),
                ("number", len(self.number) != NUMBER_DIGITS or not _digits(self.number)),
                ("quantity", self.quantity <= 0),
                ("valid_days", self.valid_days < (1 if self.kind == "A" else 0)),
                ("valid_until", self.ends != valid_until(self.kind, self.issued, self.valid_days)),
                ("origin_code", not _is_division(self.origin_code)),
                ("destination_code", not _is_division(self.destination_code)),
                ("authority_code", not _is_division(self.authority_code)),
                ("batches", not self.batches),
                ("status_index", self.status_index < 0 or self.status_list < 0),
            )
            if bad
        ]
        if wrong:
            raise Refused(Why.MALFORMED, ", ".join(wrong))

    def encode(self) -> bytes:
        """Return the deterministic bytes that are stored, hashed and rendered, once checked."""
        self.check()
        return cbor.encode(self.fields())

    def fields(self) -> dict[str, Any]:
        """Return every field by name, batches and reports as maps: what is encoded."""
        parts = {name: [vars(part) for part in getattr(self, name)] for name in LISTS}
        return {**vars(self), **parts}

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Return the record of `data`; raise `Refused` unless it is exactly one, canonical."""
        record: Self = _decoded(cls, bytes(data))  # type: ignore[arg-type] # a class is hashable
        return record

    @property
    def issued(self) -> datetime:
        """The instant of issue, UTC."""
        return datetime.fromtimestamp(self.issued_at, UTC)

    @property
    def ends(self) -> datetime:
        """The instant after which the certificate no longer holds, UTC."""
        return datetime.fromtimestamp(self.valid_until, UTC)


def valid_until(kind: str, issued: datetime, days: int) -> datetime:
    """Return the last second of validity, UTC, by the legal calendar of Asia/Shanghai.

    The form's text defines no clock (Measures 2010 forms); the convention here: A, `days` × 24 h
    from issue, rounded up to 23:59:59 of that day; B (应于当日内到达), 23:59:59 of the issue day.
    """
    day = legal_day(issued) + timedelta(days=days if kind == "A" else 0)
    last = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)
    return last.astimezone(UTC)


def record_digest(record: bytes) -> bytes:
    """Return the digest that the QR code carries: the first 16 bytes of SHA-256."""
    return hashlib.sha256(record).digest()[:DIGEST_BYTES]


@lru_cache(maxsize=256)
def _decoded(kind: type[Any], data: bytes) -> Any:  # noqa: ANN401 (a record of that kind)
    """Read a record once: a page's proof, its doubts and its facts read the same bytes."""
    value = cbor.decode(data)
    if not isinstance(value, dict):
        raise Refused(Why.MALFORMED, "record is no map")
    row = dict(value)
    row["batches"] = _rows(RecordBatch, row.get("batches"))
    row["reports"] = _rows(RecordReport, row.get("reports"))
    record = _build(kind, row)
    record.check()
    return record


def _rows(kind: type[Any], value: object) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Refused(Why.MALFORMED, f"{kind.__name__} is no list")
    return tuple(_build(kind, row) for row in value)


def _build(kind: type[Any], row: object) -> Any:  # noqa: ANN401 (a dataclass of the kind given)
    """Make `kind` from a map that must name each of its fields, with its type, and no other."""
    if not isinstance(row, Mapping) or row.keys() != _types(kind).keys():  # type: ignore[arg-type]
        raise Refused(Why.MALFORMED, f"fields of {kind.__name__}")
    for name, expected in _types(kind).items():  # type: ignore[arg-type]
        if type(row[name]) is not expected:
            raise Refused(Why.MALFORMED, f"{name} is no {expected.__name__}")
    return kind(**row)


@cache
def _types(kind: type[Any]) -> Mapping[str, Any]:
    """Return the types of the fields of `kind`, worked out once: every public page decodes."""
    hints = get_type_hints(kind)
    return {
        one.name: tuple if get_args(hints[one.name]) else hints[one.name] for one in fields(kind)
    }


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_division(code: str) -> bool:
    return len(code) == 6 and _digits(code)
