"""How far each certificate's PDF can be proven, and the copies that were printed of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.levels import PdfLevel
from aquacert.kernel.db import Base, state_check


class DocumentLevel(Base):
    """One revision of a certificate's PDF and the level that validation found. Append-only.

    The newest revision of a certificate is the one that counts; each holds the bytes of the one
    before it as its beginning.
    """

    __tablename__ = "document_levels"
    __parties__ = None
    __table_args__ = (
        state_check("level", PdfLevel),
        CheckConstraint("revision > 0", name="revision"),
        UniqueConstraint("certificate_id", "revision"),
        Index("ix_document_levels_due", "next_due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    revision: Mapped[int]
    """1 as signed; each timestamp or security store added makes one more"""
    level: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    sha256: Mapped[str]
    size: Mapped[int]
    """bytes"""
    asserted_at: Mapped[datetime]
    next_due_at: Mapped[datetime]
    """When something has to be added: at once below B-LTA, else before the last timestamp ends."""


class DocumentCopy(Base):
    """One further printing of a certificate, marked 副本 with its count. Append-only."""

    __tablename__ = "document_copies"
    __parties__ = None
    __table_args__ = (
        CheckConstraint("ordinal > 0", name="ordinal"),
        CheckConstraint("because <> ''", name="because"),
        UniqueConstraint("certificate_id", "ordinal"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    ordinal: Mapped[int]
    because: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None]
