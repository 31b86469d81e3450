"""Tables of the control charts. The values themselves are the control wells of the bench; nothing is copied."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from labs.quality.rules.charts import TargetState


class ControlTarget(Base):
    """Mean and SD that two persons set for one control of one lot, in thousandths of a cycle.

    It stands instead of what the first runs of the lot gave. A newer confirmed row stands before an older one.
    """

    __tablename__ = "lab_control_targets"
    __table_args__ = (
        state_check("state", TargetState),
        CheckConstraint("mean_milli > 0 AND sd_milli > 0", name="positive"),
        CheckConstraint(
            "settled_by_id IS NULL OR settled_by_id <> proposed_by_id", name="two_persons"
        ),
        Index("ix_lab_control_targets_series", "lab_id", "disease_code", "method_code"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    disease_code: Mapped[str]
    method_code: Mapped[str]
    control: Mapped[str]
    lot: Mapped[str]
    mean_milli: Mapped[int]
    sd_milli: Mapped[int]
    because: Mapped[str]
    state: Mapped[str]
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    settled_at: Mapped[datetime | None]


class ControlNote(Base):
    """What a person found and did about one value of a chart. Append-only; it lifts no rejection."""

    __tablename__ = "lab_control_notes"
    __table_args__ = (
        UniqueConstraint("run_id", "scope_id", "control", "number"),
        Index("ix_lab_control_notes_lab", "lab_id", "run_id"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("lab_runs.id"))
    scope_id: Mapped[UUID] = mapped_column(ForeignKey("lab_scopes.id"))
    control: Mapped[str]
    number: Mapped[int]
    rules: Mapped[str]
    cause: Mapped[str]
    action: Mapped[str]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
