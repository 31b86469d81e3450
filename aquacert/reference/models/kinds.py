"""Species, diseases, which affects which, and the methods that test for them.

FAO calls silver carp SVC and the profession calls spring viraemia of carp SVC: the two kinds of
code never share a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, state_check
from aquacert.reference.rules.dated import Sureness


class Group(StrEnum):
    """Animal groups; the procedures exist for the first three."""

    FISH = "fish"
    CRUSTACEAN = "crustacean"
    MOLLUSC = "mollusc"
    AMPHIBIAN_REPTILE = "amphibian_reptile"
    ECHINODERM = "echinoderm"


class Trigger(StrEnum):
    """When a test for a disease is asked for."""

    ALWAYS = "always"
    SUSPICION = "suspicion"
    CATEGORY = "category"
    """A must-check category (必检)."""
    PLAN = "plan"
    """Only by a provincial plan."""
    CLINICAL = "clinical"
    """As shipped: checked clinically in every batch, tested on suspicion or by plan."""


class Basis(StrEnum):
    """Why a disease is set against a species."""

    EDITION_2011 = "2011"
    EDITION_2023 = "2023"
    HOST = "host"
    """Biology: the species can have it. Used for feeds and zones, makes no duty."""


class Woah(StrEnum):
    """Whether the world organisation lists the disease."""

    LISTED = "listed"
    NO = "no"
    UNSURE = "unsure"


GROUP_WORDS: Mapping[Group, str] = {
    Group.FISH: "鱼类",
    Group.CRUSTACEAN: "甲壳类",
    Group.MOLLUSC: "贝类",
    Group.AMPHIBIAN_REPTILE: "两栖爬行类",
    Group.ECHINODERM: "棘皮类",
}
WATER_WORDS: Mapping[str, str] = {"fresh": "淡水", "brackish": "咸淡水", "marine": "海水"}
TRIGGER_WORDS: Mapping[Trigger, str] = {
    Trigger.ALWAYS: "每批检测",
    Trigger.SUSPICION: "可疑时检测",
    Trigger.CATEGORY: "必检类别检测",
    Trigger.PLAN: "按省级计划检测",
    Trigger.CLINICAL: "每批临床检查；可疑或按计划检测",
}
BASIS_WORDS: Mapping[Basis, str] = {
    Basis.EDITION_2011: "2011 年规程",
    Basis.EDITION_2023: "2023 年规程",
    Basis.HOST: "已知宿主（不构成检疫对象）",
}
WOAH_WORDS: Mapping[Woah, str] = {
    Woah.LISTED: "WOAH 名录内",
    Woah.NO: "不在 WOAH 名录",
    Woah.UNSURE: "WOAH 名录待核",
}


class Species(Base):
    """One farmed species, with the unit its seed is counted in."""

    __tablename__ = "species"
    __table_args__ = (
        state_check("sureness", Sureness),
        CheckConstraint(
            "\"group\" IN ('fish', 'crustacean', 'mollusc', 'amphibian_reptile', 'echinoderm')",
            name="group",
        ),
        CheckConstraint("water IN ('fresh', 'brackish', 'marine')", name="water"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Ours; equal to the FAO code where FAO has one."""
    name_zh: Mapped[str]
    name_en: Mapped[str]
    scientific_name: Mapped[str]
    other_scientific_name: Mapped[str]
    fao_code: Mapped[str | None] = mapped_column(unique=True)
    group: Mapped[str]
    water: Mapped[str]
    base_unit: Mapped[str]
    words: Mapped[str]
    sureness: Mapped[str]
    source: Mapped[str]


class SpeciesAlias(Base):
    """Another word people use for a species (南美白对虾 for 凡纳滨对虾).

    A `broad` one covers several species: it suggests and never decides.
    """

    __tablename__ = "species_aliases"
    __table_args__ = (
        UniqueConstraint("species_code", "alias"),
        CheckConstraint("kind IN ('name', 'variety', 'stage', 'broad', 'scientific')", name="kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"))
    alias: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    initials: Mapped[str]
    kind: Mapped[str]


class Disease(Base):
    """One disease of the catalogue (公告第573号), or an older or foreign one kept for feeds."""

    __tablename__ = "diseases"
    __table_args__ = (
        state_check("trigger", Trigger),
        state_check("woah", Woah),
        state_check("sureness", Sureness),
        CheckConstraint("class_573 IN (0, 1, 2, 3)", name="class_573"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    agent: Mapped[str]
    agent_kind: Mapped[str]
    class_573: Mapped[int]
    """1, 2 or 3; 0 = not in the catalogue."""
    woah: Mapped[str]
    trigger: Mapped[str]
    former_names: Mapped[str]
    words: Mapped[str]
    sureness: Mapped[str]
    source: Mapped[str]


class DiseaseSpecies(Base):
    """A disease affects a species: by an edition of the procedures, or by biology."""

    __tablename__ = "disease_species"
    __table_args__ = (
        state_check("basis", Basis),
        state_check("sureness", Sureness),
        UniqueConstraint("disease_code", "species_code", "basis"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"))
    species_code: Mapped[str] = mapped_column(ForeignKey("species.code"), index=True)
    basis: Mapped[str]
    sureness: Mapped[str]
    source: Mapped[str]


class Method(Base):
    """One standard by which a disease is tested for."""

    __tablename__ = "methods"
    __table_args__ = (state_check("sureness", Sureness),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    disease_code: Mapped[str] = mapped_column(ForeignKey("diseases.code"), index=True)
    standard: Mapped[str]
    """What a report prints: GB/T 28630.2-2012."""
    technique: Mapped[str]
    """culture, microscopy, nested_pcr, qpcr; empty where we do not know."""
    used_for: Mapped[str]
    sureness: Mapped[str]
    source: Mapped[str]
