"""Any well-formed CBOR by others (RFC 8949 §5.3), read with bounds and without guessing.

Our own objects are deterministic (trust.cbor). Those of others may use long heads, indefinite
lengths, floats and tags; they may not repeat a key, nest without end, or be followed by anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aquacert.trust.errors import Refused, Why

DEEPEST = 32
BREAK = object()
SIMPLE = {20: False, 21: True, 22: None, 23: None}
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
BYTES, TEXT, ARRAY, MAP, TAG, OTHER = 2, 3, 4, 5, 6, 7


@dataclass(frozen=True)
class Tagged:
    """A value under a tag."""

    number: int
    value: Any


def read(data: bytes) -> Any:  # noqa: ANN401 (whatever CBOR holds)
    """Return the one value of `data`: int, bytes, str, list, dict, bool, None, float, `Tagged`.

    Raise `Refused(MALFORMED)` for anything not well formed, a key twice, trailing bytes, or
    nesting deeper than 32.
    """
    reader = _Reader(data)
    try:
        value = reader.item(0)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError) as error:
        raise Refused(Why.MALFORMED, f"CBOR: {error!r}") from None
    if value is BREAK or reader.at != len(data):
        raise Refused(Why.MALFORMED, "CBOR: bytes after the end")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def item(self, depth: int) -> Any:  # noqa: ANN401
        if depth > DEEPEST:
            raise Refused(Why.MALFORMED, "CBOR: nested too deep")
        first = self.data[self.at]
        self.at += 1
        major, info = first >> 5, first & 31
        if major == OTHER:
            return self._other(info)
        size = self._argument(info, is_length=BYTES <= major <= MAP)
        if major <= 1:
            return -1 - self._known(size) if major else size
        if major in {BYTES, TEXT}:
            return self._string(major, size)
        if major == TAG:
            return Tagged(self._known(size), self._value(depth))
        if major == ARRAY:
            return list(self._items(size, depth))
        return self._map(size, depth)

    def _argument(self, info: int, *, is_length: bool) -> int | None:
        """Return the argument of a head; None means an indefinite length."""
        if info < 24:
            return info
        if info < 28:
            return int.from_bytes(self._take(1 << info - 24), "big")
        if info == 31 and is_length:
            return None
        raise Refused(Why.MALFORMED, "CBOR: reserved head")

    def _take(self, size: int) -> bytes:
        begins, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise Refused(Why.MALFORMED, "CBOR: ends early")
        return self.data[begins : self.at]

    def _string(self, major: int, size: int | None) -> bytes | str:
        if size is not None:
            chunk = self._take(size)
            return chunk if major == BYTES else chunk.decode()
        chunks = []
        while (first := self._take(1)[0]) != 0xFF:
            length = self._argument(first & 31, is_length=False)
            if first >> 5 != major:
                raise Refused(Why.MALFORMED, "CBOR: a chunk of another kind")
            chunk = self._take(self._known(length))
            chunks.append(chunk if major == BYTES else chunk.decode())
        return b"".join(chunks) if major == BYTES else "".join(chunks)  # type: ignore[arg-type]

    def _items(self, size: int | None, depth: int) -> Iterator[Any]:
        """Yield the members of an array; each takes a byte at least, so `size` is bounded."""
        count = 0
        while size is None or count < size:
            value = self.item(depth + 1)
            if value is BREAK:
                if size is None:
                    return
                raise Refused(Why.MALFORMED, "CBOR: break within")
            yield value
            count += 1

    def _map(self, size: int | None, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        members = self._items(None if size is None else 2 * size, depth)
        for key in members:
            value = next(members, BREAK)
            if type(key) not in {int, str, bytes}:
                raise Refused(Why.MALFORMED, "CBOR: a key that is no number or string")
            if value is BREAK or key in found:
                raise Refused(Why.MALFORMED, "CBOR: a key twice or without a value")
            found[key] = value
        return found

    def _value(self, depth: int) -> Any:  # noqa: ANN401
        value = self.item(depth + 1)
        if value is BREAK:
            raise Refused(Why.MALFORMED, "CBOR: break within")
        return value

    def _other(self, info: int) -> Any:  # noqa: ANN401
        if info in SIMPLE:
            return SIMPLE[info]
        if info in FLOATS:
            form = FLOATS[info]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if info == 31:
            return BREAK
        raise Refused(Why.MALFORMED, "CBOR: simple value")

    @staticmethod
    def _known(size: int | None) -> int:
        if size is None:
            raise Refused(Why.MALFORMED, "CBOR: no length")
        return size
