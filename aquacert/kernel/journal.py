"""State is stored and journaled: each move leaves a row, and replaying them gives the state."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base


class JournalEntry(Base):
    """One move of one thing. Append-only by trigger."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_subject", "subject_kind", "subject_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    act: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
    because: Mapped[str]
