"""What the filling rules of the certificate forms ask of the texts themselves.

Source: 动物检疫证明填写规范 (domain study §2.5): every statutory field filled, quantity and unit in
Chinese capitals without a space, carrier, mode, plate and disinfectant on form A only.
"""

from __future__ import annotations

from collections.abc import Mapping

from aquacert.certificates.rules.kinds import Kind
from aquacert.reference.rules.quantity import in_words

ALWAYS = (
    *("number", "owner", "owner_phone", "species", "quantity_words", "unit", "purpose"),
    *("origin_place", "destination_place", "body", "vet", "vet_number", "declaration", "load"),
)
"""Texts that no certificate may lack."""
ROAD = ("carrier", "carrier_phone", "transport_mode", "plate", "disinfectant")
"""Texts that form A must have besides."""


def missing(texts: Mapping[str, str], kind: Kind) -> tuple[str, ...]:
    """Return the statutory fields that are empty on this form, road fields apart."""
    del kind
    return tuple(name for name in ALWAYS if not texts.get(name, "").strip())


def road_told(texts: Mapping[str, str], kind: Kind) -> bool:
    """Say whether form A tells who carries it, how, in what, and how that was disinfected."""
    return kind is Kind.B or all(texts.get(name, "").strip() for name in ROAD)


def in_capitals(quantity: int, unit: str, words: str) -> bool:
    """Say whether the capitals are the figure's own: 500000 尾 is 伍拾万尾, with no space."""
    return quantity > 0 and words == in_words(quantity, unit)


def is_plain(text: str) -> bool:
    """Say whether a text has no control character and nothing that turns its direction round."""
    return all(c.isprintable() and not "\u202a" <= c <= "\u202e" for c in text)
