"""申报点, who may sign, vehicles, and who switched what: the officials' registers."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base
from aquacert.kernel.scope import Parties


class Office(Base):
    """A 检疫申报点 (Measures 2022 art. 10: the body sets them and publishes them)."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="order"),
        UniqueConstraint("organisation_id", "name_zh"),
    )
    __parties__: ClassVar[Parties | None] = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    """The agency that runs it and answers for what is declared there."""
    division_code: Mapped[str] = mapped_column(index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    """The office's public telephone; never a person's."""
    hours: Mapped[str]
    takes: Mapped[str]
    """What may be declared here, in words."""
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    """First day on which it takes nothing any more."""
    closed_because: Mapped[str]
    published: Mapped[bool]

    def search_text(self) -> str:
        """Return the words this office is looked for by."""
        return f"{self.name_zh} {self.name_en} {self.address}"


class OfficeDivision(Base):
    """A division that an office serves."""

    __tablename__ = "office_divisions"
    __table_args__ = (UniqueConstraint("office_id", "division_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    division_code: Mapped[str] = mapped_column(index=True)


class SigningStop(Base):
    """An official vet's permission to sign was withdrawn, and maybe given back.

    The appointment stands meanwhile: he may still visit and write down, never sign.
    """

    __tablename__ = "signing_stops"
    __table_args__ = (
        Index(
            "uq_signing_stops_live",
            "membership_id",
            unique=True,
            sqlite_where=text("restored_at IS NULL"),
            postgresql_where=text("restored_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id"))
    withdrawn_on: Mapped[date]
    withdrawn_at: Mapped[datetime]
    because: Mapped[str]
    by: Mapped[str]
    restored_on: Mapped[date | None]
    restored_at: Mapped[datetime | None]
    restored_because: Mapped[str]
    restored_by: Mapped[str]


class Vehicle(Base):
    """A vehicle that a carrier or dealer drives seed with, by its plate."""

    __tablename__ = "vehicles"
    __table_args__ = (
        Index(
            "uq_vehicles_live",
            "plate",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )
    __parties__: ClassVar[Parties | None] = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str]
    plate: Mapped[str]
    fitted: Mapped[str]
    """How it carries live seed: oxygen, tanks, bags; in words."""
    from_on: Mapped[date]
    ended_on: Mapped[date | None]


class CapabilitySwitch(Base):
    """One turn of a roll-out switch: what, where, which way, who and why. Append-only."""

    __tablename__ = "capability_switches"
    __table_args__ = (Index("ix_capability_switches_place", "division_code", "name", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    division_code: Mapped[str]
    is_on: Mapped[bool]
    because: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by: Mapped[str]
