"""The table of authorised reports. What a report says never changes; only its standing does."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json, state_check
from labs.reports.rules import ReportState

STANDING = text("state = 'authorised'")


class Report(Base):
    """One report on one blind item: its content, the SHA-256 of it, and who authorised that hash."""

    __tablename__ = "lab_reports"
    __table_args__ = (
        state_check("state", ReportState),
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
    number: Mapped[str]
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

    def search_text(self) -> str:
        """Return the words this report is looked for by."""
        return f"{self.number} {self.blind_code}"
