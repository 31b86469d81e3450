"""Tables of the review: signatures (append-only), what each covers, and how many must verify a method."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Json


class Signature(Base):
    """One person's signature under results, at one moment, for exactly the record it carries.

    `record_hash` is the SHA-256 (hex) of `record` as canonical JSON; the record holds the meaning, the results with
    their wells, the runs with their controls and the decision rules as they were shown. Append-only by trigger.
    """

    __tablename__ = "lab_signatures"
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    meaning: Mapped[str]
    record_hash: Mapped[str]
    record: Mapped[dict[str, Any]] = mapped_column(Json)
    signed_at: Mapped[datetime]


class SignedResult(Base):
    """That a signature covers a result as it then stood. Append-only by trigger.

    A signature counts for a result only while `result_hash` is still that of the result: a well entered later
    takes it out of the count.
    """

    __tablename__ = "lab_signed_results"
    __table_args__ = (UniqueConstraint("result_id", "person_id", "result_hash"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    signature_id: Mapped[UUID] = mapped_column(ForeignKey("lab_signatures.id"), index=True)
    result_id: Mapped[UUID] = mapped_column(ForeignKey("lab_results.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    result_hash: Mapped[str]


class ReviewLevel(Base):
    """How many persons must verify a result of a method from a day on; the authoriser comes on top."""

    __tablename__ = "lab_review_levels"
    __table_args__ = (
        CheckConstraint("verifiers >= 1", name="floor"),
        UniqueConstraint("method_code", "from_on"),
    )
    # Every laboratory works by the same rule.
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    method_code: Mapped[str]
    verifiers: Mapped[int]
    from_on: Mapped[date]
    because: Mapped[str]
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]
