"""Questions and answers on a declaration between its owner and the office; append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Encrypted


class DeclarationWord(Base):
    """One question or answer. Names and phones may be in it, so it lies encrypted."""

    __tablename__ = "declaration_words"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    said_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    from_office: Mapped[bool]
    words: Mapped[str] = mapped_column(Encrypted)
    said_at: Mapped[datetime]
