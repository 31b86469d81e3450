"""DER, read strictly and written plainly (ITU-T X.690 §10-11): only what a seal is made of.

Every byte is given back as it stood, because signatures are over bytes and not over values; a
length that is not the shortest, an indefinite one or anything left over is refused.
"""

from __future__ import annotations

from typing import Final

from asn1crypto.core import ObjectIdentifier

from aquacert.trust.errors import Refused, Why

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OID: Final = 0x06
UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
TAGGED_0: Final = 0xA0
TAGGED_3: Final = 0xA3

SHORT_FORM = 0x80
LENGTH_OCTETS = 4
LARGEST_INTEGER = 64
"""Octets; a serial number may have 20 (RFC 5280 §4.1.2.2)."""
TEXTS: Final = {
    UTF8_STRING: "utf-8",
    PRINTABLE_STRING: "ascii",
    IA5_STRING: "ascii",
    0x14: "latin-1",
    0x1E: "utf-16-be",
}


class Node:
    """One element: its tag, its content, and the bytes of the whole."""

    __slots__ = ("content", "tag", "whole")

    def __init__(self, tag: int, content: bytes, whole: bytes) -> None:
        self.tag = tag
        self.content = content
        self.whole = whole

    def children(self, tag: int = SEQUENCE) -> Fields:
        """Return what is inside, one after the other; raise `Refused` unless it carries `tag`."""
        self.must_be(tag)
        return Fields(self.content)

    def must_be(self, *tags: int) -> None:
        """Raise `Refused` unless the tag is one of `tags`."""
        if self.tag not in tags:
            raise Refused(Why.MALFORMED, f"tag {self.tag:#04x}, expected {tags}")

    def integer(self) -> int:
        """Return an INTEGER; raise `Refused` when it is padded or absurdly long."""
        self.must_be(INTEGER)
        octets = self.content
        if not octets or len(octets) > LARGEST_INTEGER:
            raise Refused(Why.MALFORMED, "integer length")
        sign = octets[0], octets[1] >> 7 if len(octets) > 1 else None
        if sign in {(0x00, 0), (0xFF, 1)}:
            raise Refused(Why.NOT_CANONICAL, "padded integer")
        return int.from_bytes(octets, "big", signed=True)

    def oid(self) -> str:
        """Return an OBJECT IDENTIFIER in dotted form."""
        self.must_be(OID)
        if not self.content or self.content[-1] & 0x80 or len(self.content) > LARGEST_INTEGER:
            raise Refused(Why.MALFORMED, "object identifier")
        try:
            return str(ObjectIdentifier.load(self.whole).dotted)
        except (ValueError, TypeError) as error:
            raise Refused(Why.MALFORMED, repr(error)) from None

    def octets(self) -> bytes:
        """Return the content of an OCTET STRING."""
        self.must_be(OCTET_STRING)
        return self.content

    def bits(self) -> bytes:
        """Return the content of a BIT STRING of whole octets."""
        self.must_be(BIT_STRING)
        if not self.content or self.content[0]:
            raise Refused(Why.MALFORMED, "bit string is not of whole octets")
        return self.content[1:]

    def bits_or_octets(self) -> bytes:
        """Return a BIT STRING's content, or an OCTET STRING's where GM/T 0031 producers use one."""
        return self.octets() if self.tag == OCTET_STRING else self.bits()

    def text(self, *tags: int) -> str:
        """Return a string of one of `tags` (any kind of string when none is given)."""
        self.must_be(*(tags or TEXTS))
        try:
            return self.content.decode(TEXTS[self.tag])
        except UnicodeDecodeError as error:
            raise Refused(Why.MALFORMED, repr(error)) from None


class Fields:
    """The elements of one constructed element, taken in their order."""

    def __init__(self, data: bytes) -> None:
        self._nodes = _split(data)
        self._at = 0

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def left(self) -> int:
        """How many elements were not taken yet."""
        return len(self._nodes) - self._at

    def all(self) -> tuple[Node, ...]:
        """Return every element, taken or not."""
        return tuple(self._nodes)

    def peek(self) -> int | None:
        """Return the next element's tag, or None at the end."""
        return self._nodes[self._at].tag if self.left else None

    def take(self) -> Node:
        """Return the next element; raise `Refused` when there is none."""
        if not self.left:
            raise Refused(Why.MALFORMED, "an element is missing")
        self._at += 1
        return self._nodes[self._at - 1]

    def end(self) -> None:
        """Raise `Refused` when something was not taken."""
        if self.left:
            raise Refused(Why.MALFORMED, f"{self.left} elements too many")


def read(data: bytes) -> Node:
    """Return the one element that `data` is; raise `Refused` for anything behind it."""
    node, end = _node(data, 0)
    if end != len(data):
        raise Refused(Why.MALFORMED, f"{len(data) - end} bytes behind the end")
    return node


def _split(data: bytes) -> list[Node]:
    nodes, at = [], 0
    while at < len(data):
        node, at = _node(data, at)
        nodes.append(node)
    return nodes


def _node(data: bytes, at: int) -> tuple[Node, int]:
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise Refused(Why.MALFORMED, f"no element at {at}")
    size, begins = _length(data, at + 1)
    end = begins + size
    if end > len(data):
        raise Refused(Why.MALFORMED, f"element at {at} is cut off")
    return Node(data[at], data[begins:end], data[at:end]), end


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return (length, where the content begins); X.690 §10.1: the shortest form only."""
    first = data[at]
    if first < SHORT_FORM:
        return first, at + 1
    count = first & 0x7F
    if count == 0:
        raise Refused(Why.NOT_CANONICAL, "indefinite length")
    octets = data[at + 1 : at + 1 + count]
    if count > LENGTH_OCTETS or len(octets) < count:
        raise Refused(Why.MALFORMED, f"length of {count} octets")
    size = int.from_bytes(octets, "big")
    if octets[0] == 0 or size < SHORT_FORM:
        raise Refused(Why.NOT_CANONICAL, "length is not the shortest")
    return size, at + 1 + count


def write(tag: int, *parts: bytes) -> bytes:
    """Return one element holding `parts`."""
    content = b"".join(parts)
    if len(content) < SHORT_FORM:
        return bytes((tag, len(content))) + content
    octets = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, SHORT_FORM | len(octets))) + octets + content


def write_integer(value: int) -> bytes:
    """Return an INTEGER."""
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def write_bits(data: bytes) -> bytes:
    """Return a BIT STRING of whole octets."""
    return write(BIT_STRING, b"\0", data)


def write_oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    return bytes(ObjectIdentifier(dotted).dump())
