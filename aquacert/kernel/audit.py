"""The trail: typed facts in append-only hash chains, one chain per county.

Each entry's hash covers its content and the hash before it, so an edit, a removal or a reorder
shows. The chain's head is one row that a writer locks, which makes the order of a county's facts
the order of their commits. Facts hold no personal data; what a person must read is in `change`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from aquacert.kernel.clock import rfc3339
from aquacert.kernel.db import Base, Json

WHOLE = "000000"
"""The chain of acts that belong to no county."""
GENESIS = "0" * 64

UNAUDITED: dict[str, str] = {
    "audit_entries": "it is the trail itself",
    "audit_heads": "the trail's own heads",
    "idempotency_keys": "remembers answers for a day; the act itself is audited",
    "journal": "written with each audited move",
    "outbox": "a queue; the act that filled it is audited",
    "search_grams": "derived from audited rows",
    "files": "written with the audited row that owns the file",
    "alembic_version": "written by migrations only",
}
"""Tables that may change without an audit fact, each with its reason (a house test holds this).

Rooms add theirs with `unaudited(...)`, so that the reason stands beside the table.
"""


def unaudited(table: str, because: str) -> str:
    """Name a table that may change without a fact, and why; return the table's name."""
    UNAUDITED[table] = because
    return table


@dataclass(frozen=True)
class Fact:
    """Something that happened. Subclasses set `tag` (room:thing:act), `title` and their fields."""

    tag: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def change(self) -> dict[str, Any]:
        """Return the fact's fields as plain JSON values."""
        return {name: plain(value) for name, value in asdict(self).items()}


def plain(value: object) -> Any:  # noqa: ANN401 (JSON)
    """Return `value` as JSON can hold it: ids and days as text, tuples as lists."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


class AuditHead(Base):
    """Where a county's chain stands. Locked by whoever writes the next entry."""

    __tablename__ = "audit_heads"

    chain: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    hash: Mapped[str]


class AuditEntry(Base):
    """One fact in one chain. Append-only by trigger."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        Index("ix_audit_entries_subject", "subject_kind", "subject_id"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    chain: Mapped[str]
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor: Mapped[str]
    tag: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    reason: Mapped[str]
    change: Mapped[dict[str, Any]] = mapped_column(Json)
    request_id: Mapped[str]
    previous: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


def entry_hash(values: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of an entry's content, canonical JSON without seq and hash."""
    body = {key: plain(value) for key, value in values.items() if key not in {"seq", "hash"}}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


COLUMNS = tuple(column.name for column in AuditEntry.__table__.columns)


def broken_links(entries: Iterable[AuditEntry]) -> list[str]:
    """Return what is wrong with one chain's entries in order of position; empty = it holds."""
    wrong: list[str] = []
    previous, position = GENESIS, 0
    for entry in entries:
        position += 1
        values = {name: getattr(entry, name) for name in COLUMNS}
        if entry.position != position:
            wrong.append(f"{entry.chain} 第 {position} 条缺失")
            position = entry.position
        if entry.previous != previous:
            wrong.append(f"{entry.chain} 第 {entry.position} 条与前一条接不上")
        if entry_hash(values) != entry.hash:
            wrong.append(f"{entry.chain} 第 {entry.position} 条被改过")
        previous = entry.hash
    return wrong


def verify_chains(session: Session) -> list[str]:
    """Return every break in every chain, and every head that does not match its last entry."""
    wrong: list[str] = []
    for head in session.scalars(select(AuditHead)):
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.chain == head.chain).order_by(AuditEntry.position)
        ).all()
        wrong += broken_links(rows)
        if not rows or rows[-1].hash != head.hash or rows[-1].position != head.position:
            wrong.append(f"{head.chain} 的链头与最后一条不符")
    return wrong
