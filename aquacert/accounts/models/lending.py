"""Powers lent from day to day: one role of one colleague, on record."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base
from aquacert.kernel.scope import Parties


class Delegation(Base):
    """A role lent to a colleague of the same body. `until_on` is the first day it is over.

    The role and its place are those of the lender's appointment: it ends with that appointment.
    """

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("lender_id <> borrower_id", name="two_people"),
        CheckConstraint("until_on > from_on", name="order"),
    )
    __parties__: ClassVar[Parties | None] = {
        "divisions": ("division_code",),
        "organisations": ("organisation_id",),
        "people": ("lender_id", "borrower_id"),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("memberships.id"), index=True)
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    borrower_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    division_code: Mapped[str]
    role: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    because: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]
    """Public label of who took it back; "" while it stands."""
