"""Tables of the reference room. What the country publishes: nobody's own, so no row scope."""

from aquacert.reference.models.kinds import (
    BASIS_WORDS,
    GROUP_WORDS,
    TRIGGER_WORDS,
    WATER_WORDS,
    WOAH_WORDS,
    Basis,
    Disease,
    DiseaseSpecies,
    Group,
    Method,
    Species,
    SpeciesAlias,
    Trigger,
    Woah,
)
from aquacert.reference.models.places import LEVEL_WORDS, Division, DivisionLevel
from aquacert.reference.models.rulebook import (
    Holiday,
    HolidayKind,
    ReferenceLoad,
    Rule,
    RuleAdoption,
)

__all__ = [
    "BASIS_WORDS",
    "GROUP_WORDS",
    "LEVEL_WORDS",
    "TRIGGER_WORDS",
    "WATER_WORDS",
    "WOAH_WORDS",
    "Basis",
    "Disease",
    "DiseaseSpecies",
    "Division",
    "DivisionLevel",
    "Group",
    "Holiday",
    "HolidayKind",
    "Method",
    "ReferenceLoad",
    "Rule",
    "RuleAdoption",
    "Species",
    "SpeciesAlias",
    "Trigger",
    "Woah",
]
