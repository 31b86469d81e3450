"""Tables of the instruments: a laboratory's own profiles, version by version, and what a file said of itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json


class LabProfile(Base):
    """One version of a laboratory's profile. Append-only: a change is the next version, so a run can name what read it."""

    __tablename__ = "lab_profiles"
    __table_args__ = (
        UniqueConstraint("lab_id", "code", "version"),
        CheckConstraint("version > 0", name="version"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    rows: Mapped[list[Any]] = mapped_column(Json)
    is_retired: Mapped[bool]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]


class FileReading(Base):
    """How a file was read, and which version of which run it says it is. Append-only, one row a file.

    `series` is the same in every version of one run's file, "" when the file does not tell; `version_at` is the file's
    own time of change. `worksheet_id` names the plate whose places tell the samples the file does not.
    """

    __tablename__ = "lab_file_readings"
    __table_args__ = (
        UniqueConstraint("file_id"),
        Index("ix_lab_file_readings_series", "lab_id", "series"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("lab_files.id"))
    profile: Mapped[str]
    series: Mapped[str]
    version_at: Mapped[datetime | None]
    worksheet_id: Mapped[UUID | None]
