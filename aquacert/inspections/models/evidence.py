"""Tables of the evidence: prints of pictures, clips by hash, flags, the supervisors' second look."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.inspections.models.checks import BatchCheck
from aquacert.inspections.rules.evidence import ClipKind, FlagKind, FlagState, SecondVerdict
from aquacert.kernel.db import Base, Json, state_check


class PhotoPrint(Base):
    """What a stored picture is recognised by: its whole hash and its points.

    `number` is short and stands for the row in `photo_keys`. Pictures without any detail have none.
    """

    __tablename__ = "photo_prints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"), unique=True)
    whole: Mapped[int] = mapped_column(BigInteger)
    """64-bit hash of the whole picture, as a signed number."""
    points: Mapped[bytes]
    """Where its points lie, packed; see parsers/likeness.py."""
    made_at: Mapped[datetime]


class PhotoKey(Base):
    """One band of one hash of one picture: looked up exactly, verified afterwards."""

    __tablename__ = "photo_keys"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Clip(Base):
    """A short video, or a recorder's file, as evidence of one check: by its hash.

    `file_id` is empty when only the hash was registered; `kept_at` then says where the original is.
    """

    __tablename__ = "inspection_clips"
    __table_args__ = (
        state_check("kind", ClipKind),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("file_id IS NOT NULL OR kept_at <> ''", name="kept"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"), index=True)
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    kept_at: Mapped[str]
    taken_at: Mapped[datetime | None]
    """When the device says it was recorded; evidence only."""
    added_at: Mapped[datetime]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class EvidenceFlag(Base):
    """Something a person should look at in a picture or clip: never a verdict, never an accusation."""

    __tablename__ = "evidence_flags"
    __parties__ = BatchCheck.__parties__
    __table_args__ = (
        state_check("kind", FlagKind),
        state_check("state", FlagState),
        CheckConstraint("state = 'open' OR judged_at IS NOT NULL", name="judged"),
        CheckConstraint("photo_id IS NOT NULL OR clip_id IS NOT NULL", name="subject"),
        Index("ix_evidence_flags_open", "state", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("batch_checks.id"), index=True)
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection_photos.id"))
    clip_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspection_clips.id"))
    origin_code: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str]
    other_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    """The picture it resembles."""
    score: Mapped[int | None]
    """Per mille: likeness, strength of the pattern; metres or minutes for place and time."""
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str]
    made_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]
    judged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    because: Mapped[str]


class SecondLook(Base):
    """A finished visit that was chosen for a supervisor's second look, and what came of it.

    Who was not chosen has a row too, so that nobody can be left out unseen.
    """

    __tablename__ = "second_looks"
    __parties__ = {"divisions": ("origin_code",)}
    __table_args__ = (
        state_check("verdict", SecondVerdict),
        UniqueConstraint("declaration_id"),
        Index("ix_second_looks_due", "is_chosen", "verdict", "due_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"))
    origin_code: Mapped[str]
    vet_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    ticket: Mapped[str]
    """HMAC-SHA256 over the declaration's id, hex; chosen when its first 8 bytes fall below the rate."""
    percent: Mapped[int]
    is_chosen: Mapped[bool]
    chosen_at: Mapped[datetime]
    due_on: Mapped[date]
    verdict: Mapped[str]
    because: Mapped[str]
    looked_at: Mapped[datetime | None]
    looked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
