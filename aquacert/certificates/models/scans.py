"""How often each certificate's page was asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base


class ScanCount(Base):
    """Scans of one certificate, folded in every minute; who scanned is never known."""

    __tablename__ = unaudited("certificate_scans", "counts strangers' scans; decides nothing")
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
    """When the last of them was folded in: up to a minute and a half after the scan."""


class ScanPlace(Base):
    """Scans of one certificate in one county and hour, as somebody chose to tell. No person."""

    __tablename__ = unaudited(
        "scan_places", "coarse places of scans, kept 90 days; decides nothing"
    )
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        CheckConstraint("source IN ('visitor', 'officer')", name="source"),
        CheckConstraint("length(county) = 6", name="county"),
        UniqueConstraint("certificate_id", "county", "hour_at", "source"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    county: Mapped[str]
    hour_at: Mapped[datetime] = mapped_column(index=True)
    """The full hour (UTC) it fell into."""
    source: Mapped[str]
    count: Mapped[int]
