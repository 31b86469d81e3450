"""Which zones hold which open declarations: told once, and told again when it is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base

LIVE = text("ended_at IS NULL")


class DeclarationHold(Base):
    """One zone over one open declaration. What forbids acceptance is asked anew each time.

    This only remembers who was told of what, so that news that come twice are told once.
    """

    __tablename__ = "declaration_holds"
    __parties__ = None
    __table_args__ = (
        Index(
            "uq_declaration_holds_live",
            "declaration_id",
            "zone_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_declaration_holds_zone", "zone_id", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zones.id"))
    bars: Mapped[bool]
    """It stops the declaration; else it asks for something more (a fresh negative, another look)."""
    because: Mapped[str]
    since_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
