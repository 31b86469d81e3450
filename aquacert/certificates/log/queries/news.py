"""What may be asked about the news and the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from aquacert.certificates.models import Change, Leaf, ScanCount
from aquacert.kernel.work import Look

MOST = 10_000
LEAF_ROWS = select(Leaf.position, Leaf.certificate_id, Leaf.act, Leaf.entry, Leaf.hash)


class LeafRow(NamedTuple):
    """A leaf as the table has it."""

    position: int
    certificate_id: UUID
    act: str
    entry: bytes
    hash: bytes


def changes_since(look: Look, seq: int) -> list[tuple[int, str]]:
    """Return (seq, public id) of every change after `seq`, in order, at most 10,000.

    Whoever gets 10,000 asks again from the last.
    """
    rows = look.session.execute(
        select(Change.seq, Change.public_id)
        .where(Change.seq > seq)
        .order_by(Change.seq)
        .limit(MOST)
    )
    return [(seq, public_id) for seq, public_id in rows]


def last_change(look: Look) -> int:
    """Return the newest seq; 0 when nothing ever happened."""
    return look.session.scalar(select(func.max(Change.seq))) or 0


def scan_count(look: Look, certificate_id: UUID) -> int:
    """Return how often a certificate's page was asked for, as folded in until now."""
    return look.one(select(ScanCount.count).where(ScanCount.certificate_id == certificate_id)) or 0


def size(look: Look) -> int:
    """Return how many leaves the log holds."""
    last = look.session.scalar(select(func.max(Leaf.position)))
    return 0 if last is None else last + 1


def leaves(look: Look, first: int, count: int = MOST) -> list[Leaf]:
    """Return leaves from position `first`, in order."""
    return look.scalars(
        select(Leaf).where(Leaf.position >= first).order_by(Leaf.position).limit(count)
    )


def leaf_rows(look: Look, first: int, count: int = MOST) -> Sequence[LeafRow]:
    """Return leaves from position `first` as plain rows, for whoever reads the whole log."""
    return [
        LeafRow(*row)
        for row in look.session.execute(
            LEAF_ROWS.where(Leaf.position >= first).order_by(Leaf.position).limit(count)
        )
    ]
