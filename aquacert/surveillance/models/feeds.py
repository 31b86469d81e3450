"""Tables of feeds: files with how far they came, raw rows, rows set aside, records besides events."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, Json, state_check


class FileState(StrEnum):
    """A file is received (kept, previewed, on its way in), then imported."""

    RECEIVED = "received"
    IMPORTED = "imported"


class AsideState(StrEnum):
    """A row set aside waits, until it came in after all or a person dropped it."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DROPPED = "dropped"


class RecordKind(StrEnum):
    """What a record is that is no event."""

    FIGURE = "figure"
    SAMPLE = "sample"


class FeedFile(Base):
    """One file of one feed; its raw bytes are kept by hash. Frozen once imported."""

    __tablename__ = "feed_files"
    __table_args__ = (
        state_check("state", FileState),
        CheckConstraint("(state = 'imported') = (imported_at IS NOT NULL)", name="imported"),
        UniqueConstraint("source", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    """The feed it belongs to: keys of subjects are unique within it."""
    header_set: Mapped[str]
    sha256: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    imported_at: Mapped[datetime | None]
    newest_on: Mapped[date | None]
    """The latest report day in the file (数据截至)."""
    rows: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    stale: Mapped[int]
    vanished: Mapped[int]
    quarantined: Mapped[int]
    format: Mapped[str] = mapped_column(default="empresi")
    """Name of the reader (parsers.formats)."""
    mapping_id: Mapped[UUID | None]
    """The mapping it was read by; no foreign key, mappings are versioned elsewhere."""
    is_whole: Mapped[bool] = mapped_column(default=False)
    """A whole snapshot: what it lacks is marked as missing."""
    size: Mapped[int | None]
    header: Mapped[list[Any] | None] = mapped_column(Json)
    """The head row of a table, cell by cell; None for anything else."""
    received_by_id: Mapped[UUID | None]
    """Who brought it; its rows act with this person's rights, also from a task."""
    started_at: Mapped[datetime | None]
    """When the import began; with `imported_at` empty it is under way, or was cut off."""
    done: Mapped[int] = mapped_column(default=0)
    """Rows written so far."""
    raw_line: Mapped[int] = mapped_column(default=0)
    """The last line whose raw row is written: where an import that was cut off goes on."""
    reached: Mapped[list[Any] | None] = mapped_column(Json)
    """The last (kind, key) that is written."""
    again_stale: Mapped[int | None]
    """How many of its reports would be stale if it came again at once; None: not known."""
    turn: Mapped[int | None]
    """The feed's turn when this file was in: while it stands, the same bytes change nothing."""
    reading: Mapped[str] = mapped_column(default="")
    """Format, version of the readers and mapping: another reading may read other rows."""
    fault: Mapped[str] = mapped_column(default="")
    """Why the background import stopped, for people; empty when it did not."""


class FeedTurn(Base):
    """Counts the imports of a feed; its row is locked while one writes, so they queue up."""

    __tablename__ = unaudited(
        "feed_turns", "the queue of a feed's imports: what each did is in its own fact"
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int]


class FeedRawRow(Base):
    """One row of a file exactly as received. Append-only by trigger."""

    __tablename__ = "feed_raw_rows"
    __table_args__ = {"sqlite_with_rowid": False}

    file_id: Mapped[UUID] = mapped_column(ForeignKey("feed_files.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    raw: Mapped[str]


class FeedSetAside(Base):
    """A row set aside, to be mended and replayed: never lost. Frozen once settled."""

    __tablename__ = "feed_set_asides"
    __table_args__ = (state_check("state", AsideState), UniqueConstraint("file_id", "line"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("feed_files.id"))
    line: Mapped[int]
    code: Mapped[str]
    """One of parsers.shape.Code (no CHECK: readers add codes)."""
    column_name: Mapped[str]
    value: Mapped[str]
    state: Mapped[str]
    mended: Mapped[str | None]
    """The raw row as a person mended it; the received one stays in `feed_raw_rows`."""
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]
    because: Mapped[str]


class FeedRecord(Base):
    """A figure or a sample, folded from its reports as events are. No row scope."""

    __tablename__ = "feed_records"
    __table_args__ = (
        state_check("kind", RecordKind),
        UniqueConstraint("source", "kind", "source_key"),
        Index("ix_feed_records_disease", "kind", "disease_code", "period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    kind: Mapped[str]
    source_key: Mapped[str]
    content_hash: Mapped[str]
    """Digest of the highest-ranking report."""
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    disease_written: Mapped[str]
    disease_code: Mapped[str | None] = mapped_column(ForeignKey("diseases.code"))
    country: Mapped[str]
    place: Mapped[str]
    division_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"))
    period: Mapped[str | None]
    observed_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    words: Mapped[str]
    missing_since_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FeedRecordReport(Base):
    """One report of a record. Append-only by trigger."""

    __tablename__ = "feed_record_reports"
    __table_args__ = (UniqueConstraint("record_id", "content_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("feed_records.id"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("feed_files.id"), index=True)
    line: Mapped[int]
    content_hash: Mapped[str]
    rank: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class FeedRecordChange(Base):
    """What changed in a record, field by field. Append-only by trigger."""

    __tablename__ = "feed_record_changes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("feed_records.id"), index=True)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("feed_files.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    by_id: Mapped[UUID | None]
    reason: Mapped[str]
    diff: Mapped[dict[str, Any]] = mapped_column(Json)
