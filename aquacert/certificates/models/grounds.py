"""What a suspension rests on: one row for each reason, so that the end of one ends only its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.certificates.rules.grounds import Ground
from aquacert.kernel.db import Base, state_check

LIVE = text("ended_at IS NULL")


class SuspensionGround(Base):
    """One reason why one certificate is suspended. Ended, never deleted.

    A certificate that rests on nothing any more is good again, if a zone was all it rested on.
    What a person or a recall order says is outside: a person's word is a ground like any other
    that only a person ends, an order has its own hits.
    """

    __tablename__ = "suspension_grounds"
    __parties__ = None
    __table_args__ = (
        state_check("kind", Ground),
        CheckConstraint("was IN ('valid', 'suspended')", name="was"),
        CheckConstraint("ended IN ('', 'released', 'overruled')", name="ended"),
        CheckConstraint("(ended = '') = (ended_at IS NULL)", name="over"),
        Index(
            "uq_suspension_grounds_live",
            "certificate_id",
            "kind",
            "source_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_suspension_grounds_source", "source_id", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    kind: Mapped[str]
    source_id: Mapped[UUID]
    """The zone or the report; the certificate's own id for a person's word."""
    because: Mapped[str]
    was: Mapped[str]
    """What the certificate was when this came: suspended already, or made so by this."""
    since_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When the people concerned were told of it; a crash before leaves it empty."""
    ended: Mapped[str]
    ended_at: Mapped[datetime | None]
    freed: Mapped[bool]
    """Its end made the certificate good again."""
    end_told_at: Mapped[datetime | None]
