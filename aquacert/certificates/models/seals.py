"""Electronic seals in bodies' hands, and every putting of one on a certificate."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check

IN_USE = text("state = 'in-use'")


class SealState(StrEnum):
    """Whether a seal may be put on anything."""

    IN_USE = "in-use"
    STOPPED = "stopped"


class SealOrigin(StrEnum):
    """Who made it."""

    MADE = "made"
    """here: no legal force; its key is in this installation's key ring"""
    IMPORTED = "imported"
    """by an authorised platform; its key stays there, or on the holder's token"""


class HeldSeal(Base):
    """One electronic seal of one body (SESeal). Its bytes never change: a trigger holds that."""

    __tablename__ = "seals"
    __parties__ = {"divisions": ("division_code",), "organisations": ("body_id",)}
    __table_args__ = (
        state_check("state", SealState),
        state_check("origin", SealOrigin),
        CheckConstraint("state <> 'stopped' OR length(stopped_because) >= 2", name="stopped"),
        Index(
            "uq_seals_in_use",
            "body_id",
            unique=True,
            sqlite_where=IN_USE,
            postgresql_where=IN_USE,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    """esID"""
    name: Mapped[str]
    version: Mapped[int]
    origin: Mapped[str]
    state: Mapped[str]
    maker: Mapped[str]
    """whom the maker's certificate names"""
    der: Mapped[bytes]
    key_id: Mapped[str]
    """kid (hex) of the signing key in this installation's ring; empty when it is elsewhere"""
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    received_at: Mapped[datetime]
    received_by_id: Mapped[UUID | None]
    received_by: Mapped[str]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str]
    stopped_because: Mapped[str]

    def search_text(self) -> str:
        """Return what a search for a seal looks through."""
        return f"{self.name} {self.number} {self.maker}"


class SealApplication(Base):
    """A seal put on the signed record of a certificate. Append-only: a trigger holds that."""

    __tablename__ = "seal_applications"
    __parties__ = {"divisions": ("county",), "organisations": ("office_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), unique=True)
    seal_id: Mapped[UUID] = mapped_column(ForeignKey("seals.id"), index=True)
    county: Mapped[str]
    office_id: Mapped[UUID]
    value: Mapped[bytes]
    """SES_Signature, DER"""
    applied_at: Mapped[datetime]
