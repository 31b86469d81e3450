"""The same request twice has one effect: same key and body → same answer for a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base

KEPT = timedelta(hours=24)
LONGEST = 200
"""Characters of a key kept as they are; a longer one is kept as its digest: an index has bounds."""


class IdempotencyKey(Base):
    """A key somebody sent, the digest of what came with it, and the answer it got."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    reply: Mapped[str | None]


@dataclass(frozen=True)
class Once:
    """A request's key and the digest of its method, path and body."""

    key: str
    digest: str


def once(key: str, *parts: bytes | str) -> Once:
    """Return the `Once` of a key and everything that makes the request what it is."""
    digest = hashlib.sha256()
    for part in parts:
        blob = part.encode() if isinstance(part, str) else part
        digest.update(len(blob).to_bytes(8, "big") + blob)
    kept = key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()
    return Once(kept, digest.hexdigest())
