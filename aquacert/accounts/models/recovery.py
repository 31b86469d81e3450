"""Getting back in: requests checked in person, codes printed once, the rules for passwords."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.passwords import Audience
from aquacert.accounts.rules.recovery import Document, RecoveryState
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, state_check
from aquacert.kernel.scope import Parties

REASON = "asked for by strangers; what officers do and the new password are audited"


class Recovery(Base):
    """Somebody who forgot the password asks on his own device; officers who see him let him in.

    The device keeps a secret, the officer learns only the number: so no officer ever holds
    anything that opens the account. `person_id` is empty where the typed name is nobody's.
    """

    __tablename__ = unaudited("recoveries", REASON)
    __table_args__ = (
        state_check("state", RecoveryState),
        CheckConstraint(
            "document IS NULL OR document IN ("
            + ", ".join(f"'{one.value}'" for one in Document)
            + ")",
            name="document",
        ),
        CheckConstraint("started_by_id <> person_id", name="not_own"),
        CheckConstraint(
            "confirmed_by_id <> started_by_id AND confirmed_by_id <> person_id", name="two_officers"
        ),
        Index(
            "uq_recoveries_number",
            "number",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
    __parties__: ClassVar[Parties | None] = {"people": ("person_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    """Eight digits on the person's own screen, told to the officer."""
    state: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    document: Mapped[str | None]
    because: Mapped[str]
    loses_factor: Mapped[bool]
    """The second factor is lost too: it is taken away with the old password."""
    started_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten codes printed once, for when phone and keys are lost; each opens one sign-in."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasswordRules(Base):
    """What is asked of the passwords of some people from an instant on. Append-only."""

    __tablename__ = "password_rules"
    __table_args__ = (
        state_check("audience", Audience),
        CheckConstraint("shortest BETWEEN 8 AND 64", name="shortest"),
        CheckConstraint("kinds BETWEEN 0 AND 4", name="kinds"),
        CheckConstraint("days IS NULL OR days BETWEEN 30 AND 730", name="days"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    audience: Mapped[str]
    shortest: Mapped[int]
    kinds: Mapped[int]
    days: Mapped[int | None]
    because: Mapped[str]
    set_by: Mapped[str]
    from_at: Mapped[datetime]
