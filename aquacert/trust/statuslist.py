"""Status lists: two bits for each certificate, signed (IETF draft-ietf-oauth-status-list).

Bits are packed least-significant first and compressed with zlib; the signed form is a
COSE_Sign1 of type `application/statuslist+cwt`. Values 1 and 3 are final; only 0 ↔ 2 may flip.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Self

from aquacert.kernel.errors import Conflict
from aquacert.trust import cbor
from aquacert.trust.cose import Signer, SpkiOf, sign1, verify1
from aquacert.trust.errors import Refused, Why

BITS = 2
PER_BYTE = 8 // BITS
MASK = (1 << BITS) - 1
SLOTS = 1 << 17
"""Fewest slots of a list: the herd that hides how many certificates there are (W3C)."""
CONTENT_TYPE = "application/statuslist+cwt"
SUBJECT, EXPIRES, ISSUED = 2, 4, 6
"""CWT claims sub, exp, iat (RFC 8392 §4)."""
TIME_TO_LIVE, STATUS_LIST = 65534, 65533
LIVES = timedelta(hours=24)
TTL_SECONDS = 300
LARGEST_LIST = 1 << 26
"""Bytes of the largest list this reads: a small file must not unpack without bound."""


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
    """One list in memory; `size` slots, each two bits."""

    def __init__(self, size: int = SLOTS, data: bytes | None = None) -> None:
        self._bytes = bytearray(data if data is not None else bytes(-(-size // PER_BYTE)))

    @property
    def size(self) -> int:
        """How many slots there are."""
        return len(self._bytes) * PER_BYTE

    def __getitem__(self, index: int) -> Status:
        """Return the status at `index`; raise `Refused` beyond the end."""
        return Status(self._bytes[self._place(index)] >> _shift(index) & MASK)

    def __setitem__(self, index: int, status: Status) -> None:
        """Change the status at `index`; raise `Conflict` when the present one is final."""
        now = self[index]
        if now in FINAL and status is not now:
            raise Conflict("作废、换证、召回都是最终状态，不能再改。", detail=f"{now} → {status}")
        place = self._place(index)
        kept = self._bytes[place] & ~(MASK << _shift(index)) & 0xFF
        self._bytes[place] = kept | status << _shift(index)

    def pack(self) -> bytes:
        """Return the zlib-compressed bits."""
        return zlib.compress(bytes(self._bytes), 9)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Return the list of packed bits; raise `Refused` when broken or far too large."""
        inflate = zlib.decompressobj()
        try:
            plain = inflate.decompress(data, LARGEST_LIST)
        except zlib.error as error:
            raise Refused(Why.MALFORMED, repr(error)) from None
        if not inflate.eof or inflate.unused_data:
            raise Refused(Why.MALFORMED, "status list ends early or late")
        return cls(data=plain)

    def _place(self, index: int) -> int:
        if not 0 <= index < self.size:
            raise Refused(Why.MALFORMED, f"index {index} is beyond the list")
        return index // PER_BYTE


@dataclass(frozen=True)
class SignedStatus:
    """A verified status list and what it says of itself."""

    uri: str
    issued: datetime
    expires: datetime
    statuses: StatusList


def build(changed: Mapping[int, Status], size: int = SLOTS) -> StatusList:
    """Return a list where every slot is VALID but those in `changed`."""
    statuses = StatusList(size)
    for index, status in changed.items():
        statuses[index] = status
    return statuses


def sign_list(statuses: StatusList, uri: str, signer: Signer, now: datetime) -> bytes:
    """Return the list as signed CWT: address, issued now, holds 24 h, ask again after 300 s."""
    claims: dict[int, cbor.Value] = {
        SUBJECT: uri,
        ISSUED: int(now.timestamp()),
        EXPIRES: int((now + LIVES).timestamp()),
        TIME_TO_LIVE: TTL_SECONDS,
        STATUS_LIST: {"bits": BITS, "lst": statuses.pack()},
    }
    return sign1(cbor.encode(claims), signer, content_type=CONTENT_TYPE)


def read_list(cose: bytes, spki_of: SpkiOf, now: datetime) -> SignedStatus:
    """Return the verified list; raise `Refused` when forged, of other form, or past its time."""
    claims = cbor.decode(verify1(cose, spki_of, content_type=CONTENT_TYPE).payload)
    match claims:
        case {
            2: str(uri),
            4: int(expires),
            6: int(issued),
            65534: int(_),
            65533: {"bits": 2, "lst": bytes(packed)},
        }:
            ends = datetime.fromtimestamp(expires, UTC)
            if now >= ends:
                raise Refused(Why.STALE, uri)
            begins = datetime.fromtimestamp(issued, UTC)
            return SignedStatus(uri, begins, ends, StatusList.unpack(packed))
        case _:
            raise Refused(Why.MALFORMED, "not a status list")


def random_index(
    taken: Collection[int] | Callable[[int], bool], size: int = SLOTS, tries: int = 64
) -> int:
    """Return a free random index, so that a slot says nothing of order or volume.

    `taken` is a collection or a question to the database. Raise `Conflict` when the list is
    so full that `tries` draws find nothing: the caller opens the next list.
    """
    for _ in range(tries):
        index = secrets.randbelow(size)
        if not (taken(index) if callable(taken) else index in taken):
            return index
    raise Conflict("这份状态清单快满了，请启用下一份。")


def _shift(index: int) -> int:
    return index % PER_BYTE * BITS
