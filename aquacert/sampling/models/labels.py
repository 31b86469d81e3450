"""Tables of pre-printed labels: handed to a unit, used once, printed again only for a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.sampling.rules import LabelState


class LabelSheet(Base):
    """A range of labels handed to one unit. Its number is a serial; its codes are random."""

    __tablename__ = "label_sheets"
    __parties__ = {"divisions": ("division_code",), "organisations": ("unit_id",)}
    __table_args__ = (CheckConstraint("labels > 0", name="labels"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    labels: Mapped[int]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    def search_text(self) -> str:
        """Found by its serial."""
        return self.number


class SampleLabel(Base):
    """One label of a sheet."""

    __tablename__ = "sample_labels"
    __parties__ = {"organisations": ("unit_id",)}
    __table_args__ = (
        state_check("state", LabelState),
        CheckConstraint("(state = 'void') = (void_because <> '')", name="void"),
        UniqueConstraint("sheet_id", "ordinal"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("label_sheets.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    ordinal: Mapped[int]
    blind_code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    void_because: Mapped[str]
    used_at: Mapped[datetime | None]


class LabelPrint(Base):
    """One printing of a sheet of labels, of a sample's or a self-test's label; append-only."""

    __tablename__ = "label_prints"
    __parties__ = None
    __table_args__ = (
        UniqueConstraint("subject_id", "ordinal"),
        CheckConstraint("ordinal = 1 OR because <> ''", name="because"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    """A label sheet, a sample or a self-test."""
    ordinal: Mapped[int]
    """1 for the first printing, 2 for the first reprint …"""
    because: Mapped[str]
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
