"""Identifiers: UUIDv7 made by the row's creator (RFC 9562 §5.7), so also offline."""

from __future__ import annotations

import itertools
import os
import secrets
from datetime import datetime
from uuid import UUID

COUNTED, DRAWN = 34, 40
"""Bits behind the time: a count of this process (RFC 9562 §6.2, method 1), then chance."""


def _any_start() -> itertools.count[int]:
    """Return a count that begins anywhere in the lower half, so that it does not run over."""
    return itertools.count(secrets.randbits(COUNTED - 1))


_counts = {"ids": _any_start()}
os.register_at_fork(after_in_child=lambda: _counts.update(ids=_any_start()))


def new_id(now: datetime) -> UUID:
    """Return a UUIDv7 whose time part is `now` (milliseconds).

    Ids that one process makes in one millisecond, as in one act, are in the order of their making.
    """
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    count = next(_counts["ids"]) & (2**COUNTED - 1)
    tail = count << DRAWN | secrets.randbits(DRAWN)
    high, low = tail >> 62, tail & (2**62 - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def new_ids(now: datetime, count: int) -> list[UUID]:
    """Return many UUIDv7 of `now`, in order: one draw of chance for all of them."""
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    fixed = milliseconds << 80 | 0x7 << 76 | 0b10 << 62
    drawn, width = secrets.token_bytes(count * DRAWN // 8), DRAWN // 8
    found = []
    for at in range(0, len(drawn), width):
        counted = next(_counts["ids"]) & (2**COUNTED - 1)
        tail = counted << DRAWN | int.from_bytes(drawn[at : at + width])
        found.append(UUID(int=fixed | tail >> 62 << 64 | tail & (2**62 - 1)))
    return found
