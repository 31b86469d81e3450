"""Named lints: what is about to be signed says exactly what was decided and previewed.

They run on the bytes that will be signed, decoded again, before any key is touched: a pre-issuance
lint as public certification authorities do it. A finding stops the issuance and voids its number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

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


Lint = Callable[[Draft], bool]


def _says(draft: Draft, **wanted: object) -> bool:
    return all(draft.read_back.get(name) == value for name, value in wanted.items())


def _digest_is_signed(draft: Draft) -> bool:
    signed = draft.read_back.get("digest")
    return (
        isinstance(signed, bytes)
        and len(signed) >= DIGEST_BYTES
        and draft.record_digest.startswith(signed)
    )


def _plain(text: str) -> bool:
    """No control characters and nothing that turns the direction of text round."""
    return all(c.isprintable() and not "\u202a" <= c <= "\u202e" for c in text)


LINTS: Mapping[str, Lint] = MappingProxyType(
    {
        "number_is_ten_digits": lambda d: len(d.number) == DIGITS and d.number.isdigit(),
        "number_is_of_the_province": lambda d: d.number.startswith(d.province),
        "kind_fits_the_destination": lambda d: _says(d, kind=d.kind.value),
        "number_is_the_reserved_one": lambda d: _says(d, number=d.number),
        "species_is_the_declared_one": lambda d: _says(d, species_code=d.species_code),
        "quantity_is_exact": lambda d: (
            d.quantity > 0 and _says(d, quantity=d.quantity, unit=d.unit)
        ),
        "places_are_the_declared_ones": lambda d: _says(
            d, origin=d.origin, destination=d.destination
        ),
        "validity_is_within_the_rule": lambda d: (
            1 <= d.valid_days <= d.valid_days_max
            and _says(d, valid_days=d.valid_days, issued_on=d.issued_on)
        ),
        "digest_is_the_previewed_one": lambda d: bool(d.confirmed) and d.confirmed == d.content,
        "digest_is_in_the_signed_bytes": _digest_is_signed,
        "texts_are_plain": lambda d: all(_plain(text) for text in d.texts.values()),
        "texts_are_trimmed": lambda d: all(text == text.strip() for text in d.texts.values()),
    }
)
"""Every lint by its name; the name is what a finding reports."""


def findings(draft: Draft) -> tuple[str, ...]:
    """Return the names of the lints that the draft fails; empty = it may be signed."""
    return tuple(name for name, holds in LINTS.items() if not holds(draft))
