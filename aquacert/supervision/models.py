"""Table of supervision: when the audit chains were last checked, and what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json


class ChainCheck(Base):
    """One check of every audit chain from its first entry. Append-only."""

    __tablename__ = "chain_checks"
    __parties__ = None
    __table_args__ = (CheckConstraint("chains >= 0 AND entries >= 0", name="counts"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str]
    chains: Mapped[int]
    entries: Mapped[int]
    breaks: Mapped[list[Any]] = mapped_column(Json)
    """Sentences; empty when every chain holds."""
