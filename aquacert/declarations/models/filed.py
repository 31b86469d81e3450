"""Tables of the filed forms: numbers of a county and year, what each form says, its signed paper."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.db import Base, Encrypted, state_check


class FiledForm(Base):
    """A statutory form under its number, append-only by trigger.

    It is read through its declaration, whose row scope is its own. A corrected form is a next
    version under the same number.
    """

    __tablename__ = "filed_forms"
    __table_args__ = (
        state_check("kind", FormKind),
        CheckConstraint("version > 0 AND serial > 0", name="counts"),
        UniqueConstraint("kind", "subject_id", "version"),
        UniqueConstraint("county_code", "kind", "year", "serial", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declarations.id"), index=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    """What the form is about: the declaration, a sample, an order of treatment, a disposal."""
    version: Mapped[int]
    county_code: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str]
    layout: Mapped[int]
    """Version of the layouts that the form was made with."""
    facts: Mapped[str] = mapped_column(Encrypted)
    """What it says, as JSON: names and phones are in it, so it lies encrypted."""
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class FormSerial(Base):
    """The last serial a county gave in a year to one kind of form; locked while the next is taken."""

    __tablename__ = "form_serials"
    __table_args__ = (
        state_check("kind", FormKind),
        UniqueConstraint("county_code", "kind", "year"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_code: Mapped[str]
    kind: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]


class SignedPaper(Base):
    """A photograph of the signed paper of a form. Its original bytes serve once in the system."""

    __tablename__ = "signed_papers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("filed_forms.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    original_sha256: Mapped[str] = mapped_column(unique=True)
    filed_at: Mapped[datetime]
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
