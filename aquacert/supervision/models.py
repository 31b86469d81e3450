"""Tables of supervision: checks of the audit chains, archives of whole cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from aquacert.supervision.rules import CaseState


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


class CaseFile(Base):
    """An archive of a whole case that somebody asked for: made by the worker, kept as a file."""

    __tablename__ = "case_files"
    __parties__ = {"divisions": ("origin_code",), "organisations": ("office_id",)}
    __table_args__ = (
        state_check("state", CaseState),
        CheckConstraint("state <> 'ready' OR file_id IS NOT NULL", name="ready"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str]
    because: Mapped[str]
    """Why it was asked for: personal data leaves the system with it."""
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    entries: Mapped[int]
    made_at: Mapped[datetime | None]
