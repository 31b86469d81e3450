"""Which characters the embedded fonts can draw: a text with any other is refused, by name.

Reads the `cmap` table of the TrueType files (OpenType 1.9, formats 4 and 12) itself, so that the
answer is about exactly the files the documents are set in.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

UNICODE = {(3, 10): 2, (0, 4): 2, (0, 6): 2, (3, 1): 1, (0, 3): 1}
"""(platform, encoding) of Unicode subtables, the fuller ones with the higher rank."""
CODES = 0x110000
"""How many code points Unicode has."""
BLANK = frozenset(" \u3000\n")


def missing_glyphs(text: str, fonts: tuple[Path, ...]) -> list[str]:
    """Return the characters of `text` that no font of `fonts` can draw, once each, in order."""
    drawn = _together(fonts)
    return [
        character
        for character in dict.fromkeys(text)
        if character not in BLANK and not drawn[ord(character)]
    ]


@lru_cache(maxsize=4)
def _together(fonts: tuple[Path, ...]) -> bytes:
    """Return one byte for each code point: a set of 30,000 numbers a font takes ten times that."""
    drawn = bytearray(CODES)
    for font in fonts:
        for first, last in characters(font):
            drawn[first : last + 1] = b"\x01" * (last + 1 - first)
    return bytes(drawn)


def characters(font: Path) -> list[tuple[int, int]]:
    """Return the code points `font` maps to a glyph, as (first, last); none when it is not there."""
    if not font.is_file():
        return []
    data = font.read_bytes()
    cmap = _table(data, b"cmap")
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    found: tuple[int, int] = (0, 0)
    for place in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * place)
        found = max(found, (UNICODE.get((platform, encoding), 0), cmap + offset))
    reader = {4: _format_4, 12: _format_12}.get(struct.unpack_from(">H", data, found[1])[0])
    return list(reader(data, found[1])) if reader else []


def _table(data: bytes, tag: bytes) -> int:
    """Return where a table begins; raise `ValueError` when the font has none."""
    for place in range(struct.unpack_from(">H", data, 4)[0]):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        if name == tag:
            return int(offset)
    raise ValueError(tag.decode())


def _format_12(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    groups = struct.unpack_from(">I", data, at + 12)[0]
    for place in range(groups):
        first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * place)
        yield first, min(last, CODES - 1)


def _format_4(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    half = struct.unpack_from(">H", data, at + 6)[0]
    lasts = struct.unpack_from(f">{half // 2}H", data, at + 14)
    firsts = struct.unpack_from(f">{half // 2}H", data, at + 16 + half)
    for first, last in zip(firsts, lasts, strict=True):
        yield first, min(last, 0xFFFE)  # 0xFFFF ends the table and is no character
