"""Divisions of the country, GB/T 2260, down to the county, with parent and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.reference.rules.dated import Sureness


class DivisionLevel(StrEnum):
    """The three levels of the list."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


LEVEL_WORDS: Mapping[DivisionLevel, str] = {
    DivisionLevel.PROVINCE: "省级",
    DivisionLevel.PREFECTURE: "地级",
    DivisionLevel.COUNTY: "县级",
}


class Division(Base):
    """One division at one time. Its parent is a fact of its own: a code's prefix is not."""

    __tablename__ = "divisions"
    __table_args__ = (
        state_check("level", DivisionLevel),
        state_check("sureness", Sureness),
        CheckConstraint("length(code) = 6", name="code"),
        CheckConstraint("(parent_code IS NULL) = (level = 'province')", name="parent"),
        CheckConstraint("parent_code <> code", name="own_parent"),
        CheckConstraint("until_on >= from_on", name="period"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("divisions.code"), index=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    level: Mapped[str]
    kind: Mapped[str]
    """地级市, 县级市, 市辖区, 自治县 … as the ministry calls it."""
    from_on: Mapped[date | None]
    """First legal day, None when it stood before the first list we have."""
    until_on: Mapped[date | None]
    """Last legal day, None while it stands."""
    successor_code: Mapped[str | None]
    """What to suggest in its place; a hint for people, never followed by itself."""
    former_names: Mapped[str]
    words: Mapped[str]
    """Everything it is searched by, folded: names, former names, pinyin initials, code."""
    sureness: Mapped[str]
    source: Mapped[str]
