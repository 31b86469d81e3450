"""Dated rules, who adopted an unverified one, the working calendar, and what was loaded."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.reference.rules.dated import DatedRule, RuleUnit, Sureness


class HolidayKind(StrEnum):
    """How a day differs from the plain week."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"
    """A weekend day worked in exchange (调休)."""


class Rule(Base):
    """A value from a text of law between two legal days (`until_on` is the last; None = open)."""

    __tablename__ = "rules"
    __table_args__ = (
        state_check("unit", RuleUnit),
        state_check("sureness", Sureness),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("until_on >= from_on", name="period"),
        UniqueConstraint("rule_id", "from_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[str]
    name_zh: Mapped[str]
    value: Mapped[int]
    unit: Mapped[str]
    article: Mapped[str]
    sureness: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source: Mapped[str]
    note: Mapped[str]

    def dated(self) -> DatedRule:
        """Return the row as the frozen value that rules reckon with."""
        return DatedRule(
            rule_id=self.rule_id,
            value=self.value,
            unit=RuleUnit(self.unit),
            article=self.article,
            sureness=Sureness(self.sureness),
            from_on=self.from_on,
            until_on=self.until_on,
            source=self.source,
        )


class RuleAdoption(Base):
    """One province officer's word that an unverified rule is to bind from a day on.

    Two different people are needed; the second line makes it bind. Append-only by trigger.
    """

    __tablename__ = "rule_adoptions"
    __table_args__ = (UniqueConstraint("rule_row_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_row_id: Mapped[UUID] = mapped_column(ForeignKey("rules.id"))
    person_id: Mapped[UUID]
    person_label: Mapped[str]
    from_on: Mapped[date]
    adopted_at: Mapped[datetime]


class Holiday(Base):
    """A day that differs from the plain week by the State Council's yearly notice."""

    __tablename__ = "holidays"
    __table_args__ = (state_check("kind", HolidayKind),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    source: Mapped[str]


class ReferenceLoad(Base):
    """One loading of the seed folder.

    While a row is open the published tables may be written; a trigger refuses them otherwise. It
    is opened and closed inside one transaction, so no other unit ever sees it open.
    """

    __tablename__ = "reference_loads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str]
    is_open: Mapped[bool]
    loaded_at: Mapped[datetime]
