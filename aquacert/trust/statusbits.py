"""The bits of a status list: 1, 2, 4 or 8 for each entry (draft-ietf-oauth-status-list §4.1).

Entries are packed least-significant bits first, the bytes compressed with zlib. The lists made here
have two bits; of those, values 1 and 3 are final and only 0 ↔ 2 may flip.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Self

from aquacert.kernel.errors import Conflict
from aquacert.trust.errors import Refused, Why

BITS = 2
"""Bits of every list made here."""
WIDTHS = frozenset({1, 2, 4, 8})
"""Bits an entry may have (§4.1)."""
SLOTS = 1 << 17
"""Fewest entries of a list made here: the herd that hides how many certificates there are (W3C)."""
LARGEST_LIST = 1 << 26
"""Bytes of the largest list this reads: a small file must not unpack without bound."""
LEVEL, WINDOW, MEMORY = 9, 15, 9
"""zlib: best compression, 32 KiB window, most memory; MEMORY 9 saves 0.5 % on a sparse list."""


class Status(IntEnum):
    """What two bits say of a certificate."""

    VALID = 0
    INVALID = 1
    """void or recalled; final"""
    SUSPENDED = 2
    REPLACED = 3
    """void with a successor; final"""


FINAL = frozenset({Status.INVALID, Status.REPLACED})


class StatusList:
    """One list in memory: `len()` entries, each an integer of `bits` bits read by `[index]`.

    A list of n bytes has n × 8 / bits entries, also when the last of them are only padding: the
    packed form does not say where the padding begins.
    """

    def __init__(self, size: int = SLOTS, data: bytes | None = None, bits: int = BITS) -> None:
        """Make a list of `size` zeros, or of the unpacked bytes `data`.

        Raise `Refused` when `bits` is not 1, 2, 4 or 8.
        """
        if type(bits) is not int or bits not in WIDTHS:
            raise Refused(Why.MALFORMED, f"{bits!r} bits for an entry")
        self.bits = bits
        self._per_byte = 8 // bits
        self._mask = (1 << bits) - 1
        self._bytes = bytearray(bytes(-(-size // self._per_byte)) if data is None else data)

    @classmethod
    def from_lst(cls, lst: str, bits: int) -> Self:
        """Return the list of a `lst`: base64url, padded or not, of zlib (§4.2).

        Raise `Refused` for other bits, for characters that are no base64url, for a stream that is
        torn or followed by more, and for one that unpacks to more than 64 MiB.
        """
        if type(bits) is not int or bits not in WIDTHS:
            raise Refused(Why.MALFORMED, f"{bits!r} bits for an entry")
        return cls.unpack(from_base64url(lst), bits)

    def to_lst(self) -> str:
        """Return the list as `lst`: base64url without padding, of zlib."""
        return base64.urlsafe_b64encode(self.pack()).decode().rstrip("=")

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._bytes) * self._per_byte

    @property
    def size(self) -> int:
        """How many entries there are; the same as `len()`."""
        return len(self)

    def __getitem__(self, index: int) -> int:
        """Return the entry at `index`; raise `Refused` when negative or beyond the end."""
        place, shift = self._place(index)
        return self._bytes[place] >> shift & self._mask

    def __iter__(self) -> Iterator[int]:
        """Yield every entry in order."""
        steps = range(0, 8, self.bits)
        for byte in self._bytes:
            for shift in steps:
                yield byte >> shift & self._mask

    def __setitem__(self, index: int, status: int) -> None:
        """Change the entry at `index`; raise `Conflict` when a two-bit one is final."""
        now = self[index]
        if not 0 <= status <= self._mask:
            raise Refused(Why.MALFORMED, f"{status} does not go into {self.bits} bits")
        if self.bits == BITS and now in FINAL and status != now:
            raise Conflict("作废、换证、召回都是最终状态，不能再改。", detail=f"{now} → {status}")
        place, shift = self._place(index)
        kept = self._bytes[place] & ~(self._mask << shift) & 0xFF
        self._bytes[place] = kept | int(status) << shift

    def __bytes__(self) -> bytes:
        """Return the unpacked bytes."""
        return bytes(self._bytes)

    def pack(self) -> bytes:
        """Return the zlib stream of the bytes."""
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY, zlib.Z_FILTERED)
        return packer.compress(self._bytes) + packer.flush()

    @classmethod
    def unpack(cls, data: bytes, bits: int = BITS) -> Self:
        """Return the list of a zlib stream; raise `Refused` when broken or far too large."""
        inflate = zlib.decompressobj()
        try:
            plain = inflate.decompress(data, LARGEST_LIST)
        except zlib.error as error:
            raise Refused(Why.MALFORMED, repr(error)) from None
        if not inflate.eof and len(plain) >= LARGEST_LIST:
            raise Refused(Why.TOO_LARGE, "status list unpacks beyond the limit")
        if not inflate.eof or inflate.unused_data:
            raise Refused(Why.MALFORMED, "status list ends early or late")
        return cls(data=plain, bits=bits)

    def lost_from(self, older: StatusList) -> int | None:
        """Return the first entry that is final in `older` and something else here, else None.

        Only lists of two bits have final entries. A list shorter than `older` loses what it lacks.
        """
        if bytes(older) == bytes(self):
            return None
        for place, byte in enumerate(older._bytes):
            now = self._bytes[place] if place < len(self._bytes) else None
            if byte == now or not byte:
                continue
            for step in range(self._per_byte):
                index = place * self._per_byte + step
                was = byte >> step * BITS & self._mask
                if was in FINAL and (now is None or self[index] != was):
                    return index
        return None

    def _place(self, index: int) -> tuple[int, int]:
        """Return (byte, shift) of an entry; raise `Refused` when there is none."""
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(self):
            raise Refused(Why.MALFORMED, f"index {index} is beyond the list")
        return index // self._per_byte, index % self._per_byte * self.bits


def build(changed: Mapping[int, Status], size: int = SLOTS) -> StatusList:
    """Return a list of two bits where every entry is VALID but those in `changed`."""
    data = bytearray(-(-size // 4))
    for index, status in changed.items():
        if not 0 <= index < len(data) * 4:
            raise Refused(Why.MALFORMED, f"index {index} is beyond the list")
        data[index >> 2] |= status << (index & 3) * BITS
    return StatusList(data=bytes(data))


def from_base64url(text: str) -> bytes:
    """Return the bytes of base64url `text`, padded or not; raise `Refused` for anything else."""
    bare = text.rstrip("=") if isinstance(text, str) else ""
    padding = len(text) - len(bare) if bare else 0
    if not bare or not bare.isascii() or padding not in {0, -len(bare) % 4}:
        raise Refused(Why.MALFORMED, "not base64url")
    try:
        plain = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Why.MALFORMED, repr(error)) from None
    if "+" in bare or "/" in bare:
        raise Refused(Why.MALFORMED, "base64 of another alphabet")
    if base64.urlsafe_b64encode(plain).decode().rstrip("=") != bare:
        raise Refused(Why.NOT_CANONICAL, "base64url with odd last bits")
    return plain
