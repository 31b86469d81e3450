"""What a stranger hands in, held to its type before anything looks at it.

The public functions refuse a value of another type like any other bad input: with a reason.
"""

from __future__ import annotations

from aquacert.trust.errors import Refused, Why


def octets(value: object) -> bytes:
    """Return bytes, or those of a bytearray or memoryview; raise `Refused` for anything else.

    An integer above all: `bytes(10**12)` asks for as many zeros.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    raise Refused(Why.MALFORMED, f"{type(value).__name__} are no bytes")


def text(value: object) -> str:
    """Return text; raise `Refused` for anything else."""
    if isinstance(value, str):
        return value
    raise Refused(Why.MALFORMED, f"{type(value).__name__} is no text")
