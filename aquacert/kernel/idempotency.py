"""The same request twice has one effect: same key and body → same answer for a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, Session, mapped_column

from aquacert.kernel.db import Base
from aquacert.kernel.scope import Actor

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
    return Once(kept_key(key), digest.hexdigest())


def kept_key(key: str) -> str:
    """Return a key as it is kept: as it is, or its digest when it is long."""
    return key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()


def owner_of(actor: Actor) -> str:
    """Return whose keys an actor's are: the person's, the session's, or everybody's."""
    return str(actor.person_id or actor.session_id or "public")


def answered(session: Session, actor: Actor, key: str, now: datetime) -> IdempotencyKey | None:
    """Return the key as an earlier request of the same actor left it; None = it is fresh."""
    found = session.get(IdempotencyKey, (owner_of(actor), kept_key(key)))
    return found if found is not None and found.at >= now - KEPT else None
