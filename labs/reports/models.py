"""Tables of the reports. What a report says never changes; only its standing does."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.reports.rules import ReportAct, ReportState, Stands

STANDING = text("state = 'authorised'")
OPEN = text("settled_at IS NULL")


class Report(Base):
    """One report on one blind item: its content, the SHA-256 of it, and who authorised that hash.

    `standing` says how it stands; `state` is true to it in two values, for the index that lets one report stand.
    `record` holds the bytes that are signed and `public_id` the page they are asked for on; reports from before them
    have neither. `place` counts the year's reports; a later version takes none of those numbers and counts below zero.
    """

    __tablename__ = "lab_reports"
    __table_args__ = (
        state_check("state", Stands),
        state_check("standing", ReportState),
        UniqueConstraint("lab_id", "number"),
        UniqueConstraint("lab_id", "year", "place"),
        Index(
            "uq_lab_reports_standing",
            "item_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("state <> 'withdrawn' OR withdrawn_because <> ''", name="because"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"))
    blind_code: Mapped[str] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(index=True)
    year: Mapped[int]
    place: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str]
    is_positive: Mapped[bool]
    state: Mapped[str]
    authorised_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    authorised_at: Mapped[datetime]
    authorised_on: Mapped[date]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("lab_reports.id"))
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str]
    standing: Mapped[str] = mapped_column(default="authorised", server_default="authorised")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    public_id: Mapped[str | None] = mapped_column(index=True, unique=True)
    record: Mapped[bytes | None]

    def search_text(self) -> str:
        """Return the words this report is looked for by."""
        return f"{self.number} {self.blind_code}"


class ReportSignature(Base):
    """The laboratory's signature over a report, made after it was authorised. Append-only."""

    __tablename__ = "lab_report_signatures"
    __table_args__ = (UniqueConstraint("report_id"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("lab_reports.id"))
    cose: Mapped[bytes]
    key_id: Mapped[str]
    pdf_sha256: Mapped[str]
    signed_at: Mapped[datetime]


class ReportAsk(Base):
    """One person's request to retract or invalidate a report, with what was previewed; another settles it."""

    __tablename__ = "lab_report_asks"
    __table_args__ = (
        state_check("act", ReportAct),
        CheckConstraint("settled_by_id IS NULL OR settled_by_id <> asked_by_id", name="two"),
        CheckConstraint("(settled_at IS NULL) = (is_done IS NULL)", name="settled"),
        Index(
            "uq_lab_report_asks_open",
            "report_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("lab_reports.id"))
    act: Mapped[str]
    because: Mapped[str]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    settled_at: Mapped[datetime | None]
    is_done: Mapped[bool | None]


class ReportStatement(Base):
    """What the laboratory states about an item beside its results; the last one counts. Append-only.

    `external` maps a disease's code to the provider that gave its result.
    """

    __tablename__ = "lab_report_statements"
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("lab_items.id"), index=True)
    deviations: Mapped[str]
    sampling_deviations: Mapped[str]
    external: Mapped[dict[str, Any]] = mapped_column(Json)
    stated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    stated_at: Mapped[datetime]
