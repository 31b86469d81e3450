"""People, and what each is in which body, where, and for how long."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.states import PersonState
from aquacert.kernel.db import Base, Encrypted, state_check
from aquacert.kernel.scope import Parties


class Person(Base):
    """One person, one account (S1). Name, phone and identity number lie encrypted."""

    __tablename__ = "people"
    __table_args__ = (
        state_check("state", PersonState),
        Index("uq_people_phone_login", "phone_login", unique=True),
    )
    __parties__: ClassVar[Parties | None] = {"people": ("id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    must_change_password: Mapped[bool]
    password_stopped_at: Mapped[datetime | None]
    """Since when the password opens no new sign-in: its owner said that somebody else used it."""
    name: Mapped[str | None] = mapped_column(Encrypted)
    name_index: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_index: Mapped[str | None] = mapped_column(index=True)
    phone_login: Mapped[str | None]
    """The same digest where the number is this person's user name: one active person a number."""
    identity: Mapped[str | None] = mapped_column(Encrypted)
    identity_index: Mapped[str | None] = mapped_column(unique=True)
    wants_second_factor: Mapped[bool]
    state: Mapped[str]
    elder: Mapped[bool]
    locale: Mapped[str]
    created_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this account is looked for by; personal data is never among them."""
        return self.username


class Membership(Base):
    """A role of a person in a body. `until_on` is the first day it no longer holds."""

    __tablename__ = "memberships"
    __table_args__ = (
        state_check("role", Role),
        CheckConstraint(
            "role <> 'official_vet' OR appointment_number IS NOT NULL", name="vet_numbered"
        ),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="order"),
        Index(
            "uq_memberships_open",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index(
            "uq_memberships_number",
            "appointment_number",
            unique=True,
            sqlite_where=text("appointment_number IS NOT NULL AND until_on IS NULL"),
            postgresql_where=text("appointment_number IS NOT NULL AND until_on IS NULL"),
        ),
    )
    __parties__: ClassVar[Parties | None] = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
        "people": ("person_id",),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str]
    division_code: Mapped[str] = mapped_column(index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    appointment_number: Mapped[str | None]
    """统一编号 of an official vet, given by the province (Measures 2022 art. 29-33)."""
