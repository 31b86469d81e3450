"""Tables of what a laboratory holds: accreditations, instruments, lots, authorisations, proficiency tests."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from labs.register.rules.holdings import Authorised, Calibrated, LotDays, StaffAct
from labs.register.rules.sending import AccreditationKind, Entitled, ProficiencyOutcome, Tried


class Accreditation(Base):
    """One accreditation of a laboratory over a span. `ended_on` is the first day it no longer holds."""

    __tablename__ = "lab_accreditations"
    __table_args__ = (
        state_check("kind", AccreditationKind),
        UniqueConstraint("lab_id", "kind", "from_on"),
        CheckConstraint("from_on <= until_on", name="span"),
        CheckConstraint("(ended_on IS NULL) = (ended_because = '')", name="ended"),
    )
    # Whoever may send samples may know what entitles a laboratory.
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    kind: Mapped[str]
    number: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_because: Mapped[str]
    recorded_at: Mapped[datetime]

    @property
    def fact(self) -> Entitled:
        """What the rules read."""
        return Entitled(AccreditationKind(self.kind), self.from_on, self.until_on, self.ended_on)


class Instrument(Base):
    """One instrument of a laboratory, known by the laboratory's own number of it."""

    __tablename__ = "lab_instruments"
    __table_args__ = (
        UniqueConstraint("lab_id", "code"),
        CheckConstraint("(retired_on IS NULL) = (retired_because = '')", name="retired"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    model: Mapped[str]
    serial_number: Mapped[str]
    retired_on: Mapped[date | None]
    retired_because: Mapped[str]
    added_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this instrument is looked for by."""
        return f"{self.code} {self.name} {self.model} {self.serial_number}"


class Calibration(Base):
    """One calibration of an instrument. Append-only."""

    __tablename__ = "lab_calibrations"
    __table_args__ = (CheckConstraint("calibrated_on <= until_on", name="span"),)
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("lab_instruments.id"), index=True)
    calibrated_on: Mapped[date]
    until_on: Mapped[date]
    is_passed: Mapped[bool]
    number: Mapped[str]
    body: Mapped[str]
    recorded_at: Mapped[datetime]

    @property
    def fact(self) -> Calibrated:
        """What the rules read."""
        return Calibrated(self.calibrated_on, self.until_on, self.is_passed)


class KitLot(Base):
    """One lot of a kit or reagent, and the test it is for ("" = any). `days_after_opening` None = no limit."""

    __tablename__ = "lab_kit_lots"
    __table_args__ = (
        UniqueConstraint("lab_id", "kit", "lot"),
        CheckConstraint("days_after_opening IS NULL OR days_after_opening >= 0", name="opening"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_because = '')", name="withdrawn"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    kit: Mapped[str]
    maker: Mapped[str]
    lot: Mapped[str] = mapped_column(index=True)
    disease_code: Mapped[str]
    method_code: Mapped[str]
    expires_on: Mapped[date]
    opened_on: Mapped[date | None]
    days_after_opening: Mapped[int | None]
    finished_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_because: Mapped[str]
    added_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this lot is looked for by."""
        return f"{self.kit} {self.lot} {self.maker}"

    @property
    def days(self) -> LotDays:
        """What the rules read."""
        return LotDays(
            f"{self.kit} {self.lot}",
            self.expires_on,
            self.opened_on,
            self.days_after_opening,
            self.finished_on,
            self.withdrawn_on,
            self.withdrawn_because,
        )


class ProficiencyTest(Base):
    """How a laboratory did in one round of proficiency testing. Append-only; "" method = every method."""

    __tablename__ = "lab_proficiency_tests"
    __table_args__ = (
        state_check("outcome", ProficiencyOutcome),
        CheckConstraint("next_due_on IS NULL OR next_due_on > taken_on", name="due"),
    )
    __parties__ = None

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    disease_code: Mapped[str]
    method_code: Mapped[str]
    organiser: Mapped[str]
    round_name: Mapped[str]
    taken_on: Mapped[date]
    outcome: Mapped[str]
    next_due_on: Mapped[date | None]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    @property
    def fact(self) -> Tried:
        """What the rules read."""
        return Tried(
            self.disease_code,
            self.method_code,
            self.taken_on,
            ProficiencyOutcome(self.outcome),
            self.next_due_on,
        )


class Authorisation(Base):
    """A person may do one act for a test ("" = every) over a span, until the laboratory takes it back."""

    __tablename__ = "lab_authorisations"
    __table_args__ = (
        state_check("act", StaffAct),
        CheckConstraint("from_on <= until_on", name="span"),
        CheckConstraint("(ended_on IS NULL) = (ended_because = '')", name="ended"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    act: Mapped[str]
    disease_code: Mapped[str]
    method_code: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_because: Mapped[str]
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]

    @property
    def fact(self) -> Authorised:
        """What the rules read."""
        return Authorised(
            StaffAct(self.act),
            self.disease_code,
            self.method_code,
            self.from_on,
            self.until_on,
            self.ended_on,
        )
