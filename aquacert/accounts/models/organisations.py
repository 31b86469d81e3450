"""Bodies in a tree: agencies, laboratories, hatcheries, carriers, dealers."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.roles import Kind
from aquacert.accounts.rules.states import Level, OrganisationState
from aquacert.kernel.db import Base, state_check
from aquacert.kernel.scope import Parties


class Organisation(Base):
    """A body that acts. One legal entity, one organisation: the USCC is unique (S2)."""

    __tablename__ = "organisations"
    __table_args__ = (
        state_check("kind", Kind),
        state_check("state", OrganisationState),
        # A farm or a firm is found by its code; stations of one agency may share the agency's.
        CheckConstraint("kind = 'agency' OR uscc IS NOT NULL", name="uscc_known"),
    )
    __parties__: ClassVar[Parties | None] = {
        "divisions": ("division_code",),
        "organisations": ("id",),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str] = mapped_column(index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    uscc: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(default="")
    """The body's public telephone, printed on its papers; never a person's."""
    state: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    def search_text(self) -> str:
        """Return the words this body is looked for by."""
        return f"{self.name_zh} {self.name_en} {self.uscc or ''}"


class OrganisationName(Base):
    """What a body was called from a day until another: reforms rename bodies (domain.md §5)."""

    __tablename__ = "organisation_names"
    __table_args__ = (
        Index(
            "uq_organisation_names_current",
            "organisation_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Standing(Base):
    """The credit of an organisation from an instant on; the newest row counts. Append-only."""

    __tablename__ = "standings"
    __table_args__ = (
        state_check("level", Level),
        Index("ix_standings_organisation_from", "organisation_id", "from_at"),
    )
    __parties__: ClassVar[Parties | None] = {"organisations": ("organisation_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    level: Mapped[str]
    reason: Mapped[str]
    from_at: Mapped[datetime]
    set_by: Mapped[str]


class Capability(Base):
    """Whether a capability is switched on in a division and below it (M28: phased roll-out)."""

    __tablename__ = "capabilities"
    __table_args__ = (UniqueConstraint("name", "division_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    division_code: Mapped[str]
    is_on: Mapped[bool]
    because: Mapped[str]
    since_at: Mapped[datetime]
