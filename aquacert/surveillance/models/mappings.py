"""Tables of mappings: named, in versions that never change, and tables laid out to be mapped."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Json


class FeedMapping(Base):
    """How files of one source are read; what it says stands in its versions."""

    __tablename__ = "feed_mappings"
    __table_args__ = (UniqueConstraint("plain"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    plain: Mapped[str]
    """The name as names are compared; also the feed's key, so that it never changes."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    made_by_id: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
    """Since when it is offered no more; old files keep naming it."""


class FeedMappingVersion(Base):
    """One version of a mapping. Append-only by trigger: what a file was read by stays readable."""

    __tablename__ = "feed_mapping_versions"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("mapping_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mapping_id: Mapped[UUID] = mapped_column(ForeignKey("feed_mappings.id"))
    number: Mapped[int]
    spec: Mapped[dict[str, Any]] = mapped_column(Json)
    """rules.mapping.spec.Spec as kept."""
    digest: Mapped[str]
    note: Mapped[str]
    """Why it was changed, in somebody's words."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    made_by_id: Mapped[UUID | None]


class FeedDraft(Base):
    """A table somebody brought that is being mapped: its bytes are kept, nothing was read in."""

    __tablename__ = unaudited(
        "feed_drafts", "work in progress of one person; the version that comes of it is audited"
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mapping_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_mappings.id"))
    """The mapping of which this is to be another version."""
    name: Mapped[str]
    sha256: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None]
    changed_at: Mapped[datetime]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_files.id"))
    """The file whose rows set aside it is to mend."""
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_mapping_versions.id"))
    """The version that came of it; it can then be changed no more."""
