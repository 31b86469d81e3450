"""Runs of the check of everything issued, and what each found."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json

OPEN = text("settled_at IS NULL")


class CheckRun(Base):
    """One check of everything issued: when, by whom, and good and bad counts per lint."""

    __tablename__ = "check_runs"
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    by: Mapped[str]
    issued: Mapped[int]
    """Certificates looked at."""
    bad: Mapped[int]
    """Findings of severity error."""
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    """Lint id → [good, bad]."""


class CheckFinding(Base):
    """One thing that is wrong, from the run that found it until it is right again or settled."""

    __tablename__ = "check_findings"
    __parties__ = {"divisions": ("county",)}
    __table_args__ = (
        CheckConstraint("settled_at IS NULL OR settled_because <> ''", name="settled"),
        Index("ix_check_findings_certificate", "certificate_id"),
        Index("ix_check_findings_open", "county", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "uq_check_findings_open",
            "lint",
            "subject",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lint: Mapped[str]
    subject: Mapped[str]
    """Number of the certificate, name of the chain, position in the log …"""
    certificate_id: Mapped[UUID | None]
    """Without a foreign key: a row that should not be there may be gone tomorrow."""
    county: Mapped[str]
    """Division of the certificate or of the audit chain; "000000" for the whole province."""
    spreads: Mapped[bool]
    """Puts every certificate of the county in doubt (a broken audit chain), not only its own."""
    is_error: Mapped[bool]
    detail: Mapped[str]
    found_at: Mapped[datetime]
    first_run_id: Mapped[UUID] = mapped_column(ForeignKey("check_runs.id"))
    last_run_id: Mapped[UUID] = mapped_column(ForeignKey("check_runs.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]
    settled_by: Mapped[str]
    settled_because: Mapped[str]
