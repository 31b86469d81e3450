"""Lints of the bytes: what is about to be signed says exactly what was decided and previewed.

They run on the bytes that will be signed, decoded again, before any key is touched: a pre-issuance
lint as public certification authorities do it. A finding stops the issuance and voids its number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from aquacert.certificates.rules import statutory
from aquacert.certificates.rules.kinds import Kind
from aquacert.certificates.rules.numbering import DIGITS

DIGEST_BYTES = 16
"""The signed bytes carry at least this much of the record's SHA-256."""


@dataclass(frozen=True)
class Draft:
    """What was decided, beside what the bytes to be signed say when read back."""

    number: str
    province: str
    kind: Kind
    quantity: int
    unit: str
    species_code: str
    origin: str
    destination: str
    issued_on: date
    valid_days: int
    valid_days_max: int
    confirmed: str
    """Digest (hex) of the content that was previewed and confirmed."""
    content: str
    """The same digest, computed again from the stored bytes of the record."""
    record_digest: bytes
    """SHA-256 of the stored bytes of the record."""
    read_back: Mapping[str, object]
    """The payload decoded from the exact bytes to be signed."""
    texts: Mapping[str, str]
    """Every text of the record by field name."""
    batches: tuple[int, ...] = ()
    """What each batch of the record says it takes; empty = not told."""


DraftLint = Callable[[Draft], bool]


def _says(draft: Draft, **wanted: object) -> bool:
    return all(draft.read_back.get(name) == value for name, value in wanted.items())


def _digest_is_signed(draft: Draft) -> bool:
    signed = draft.read_back.get("digest")
    return (
        isinstance(signed, bytes)
        and len(signed) >= DIGEST_BYTES
        and draft.record_digest.startswith(signed)
    )


DRAFT_LINTS: Mapping[str, DraftLint] = MappingProxyType(
    {
        "number.ten_digits": lambda d: len(d.number) == DIGITS and d.number.isdigit(),
        "number.of_the_province": lambda d: d.number.startswith(d.province),
        "statutory.kind_by_destination": lambda d: _says(d, kind=d.kind.value),
        "number.the_reserved_one": lambda d: _says(d, number=d.number),
        "species.the_declared_one": lambda d: _says(d, species_code=d.species_code),
        "quantity.exact": lambda d: d.quantity > 0 and _says(d, quantity=d.quantity, unit=d.unit),
        "quantity.adds_up": lambda d: not d.batches or sum(d.batches) == d.quantity,
        "places.the_declared_ones": lambda d: _says(d, origin=d.origin, destination=d.destination),
        "validity.days": lambda d: (
            1 <= d.valid_days <= d.valid_days_max
            and _says(d, valid_days=d.valid_days, issued_on=d.issued_on)
        ),
        "preview.digest_matches": lambda d: bool(d.confirmed) and d.confirmed == d.content,
        "qr.digest_matches": _digest_is_signed,
        "fields.complete": lambda d: not statutory.missing(d.texts, d.kind),
        "statutory.road_only_on_a": lambda d: statutory.road_told(d.texts, d.kind),
        "statutory.quantity_capitals": lambda d: statutory.in_capitals(
            d.quantity, d.unit, d.texts.get("quantity_words", "")
        ),
        "texts.plain": lambda d: all(statutory.is_plain(text) for text in d.texts.values()),
        "texts.trimmed": lambda d: all(text == text.strip() for text in d.texts.values()),
    }
)
"""Every lint of the bytes by its id (registered in rules.lints); the id is what a finding reports."""


def findings(draft: Draft) -> tuple[str, ...]:
    """Return the ids of the lints that the draft fails; empty = it may be signed."""
    return tuple(name for name, holds in DRAFT_LINTS.items() if not holds(draft))
