"""The files of the seed folder, and how one line of each becomes the values of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aquacert.kernel.db import Base
from aquacert.reference.models import (
    Disease,
    DiseaseSpecies,
    Division,
    Holiday,
    Method,
    Rule,
    Species,
    SpeciesAlias,
)
from aquacert.reference.rules.text import folded

Line = Mapping[str, str]
Values = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """One file. `key` names the row in the world; `removes` lets a load take rows away."""

    name: str
    model: type[Base]
    key: tuple[str, ...]
    shape: Callable[[Line], Values]
    removes: bool = False

    def ordered(self, rows: list[Values]) -> list[Values]:
        """Return the rows in an order that foreign keys allow: parents first."""
        if self.model is not Division:
            return rows
        rows = sorted(rows, key=lambda row: (LEVELS.index(row["level"]), row["code"]))
        return _found_by_parents(rows)


LEVELS = ("province", "prefecture", "county")


def _found_by_parents(rows: list[Values]) -> list[Values]:
    """Let a division be found by the names above it too: 江苏 玄武. Parents come first."""
    above: dict[str | None, str] = {None: ""}
    for row in rows:
        inherited = above[row["parent_code"]]
        above[row["code"]] = f"{inherited} {folded(row['name_zh'])}"
        row["words"] += inherited
    return rows


def _division(line: Line) -> Values:
    values = _same(line, "code", "name_zh", "name_en", "level", "kind", "sureness", "source")
    former = line["former_names"]
    words = (line["code"], line["name_zh"], line["name_en"], former, line["initials"])
    return values | {
        "parent_code": line["parent_code"] or None,
        "successor_code": line["successor_code"] or None,
        "from_on": _day(line["from_on"]),
        "until_on": _day(line["until_on"]),
        "former_names": former.replace("|", "、"),
        "words": _words(words),
    }


def _species(line: Line) -> Values:
    names = ("code", "name_zh", "name_en", "scientific_name", "other_scientific_name")
    values = _same(line, *names, "group", "water", "base_unit", "sureness", "source")
    words = [line[name] for name in (*names, "initials")]
    return values | {"fao_code": line["fao_code"] or None, "words": _words(words)}


def _alias(line: Line) -> Values:
    return _same(line, "species_code", "alias", "kind", "initials") | {
        "folded": folded(line["alias"])
    }


def _disease(line: Line) -> Values:
    names = ("code", "name_zh", "name_en", "agent", "former_names")
    values = _same(line, *names, "agent_kind", "woah", "trigger", "sureness", "source")
    words = _words([line[name] for name in names])
    return values | {"class_573": int(line["class_573"]), "words": words}


def _affects(line: Line) -> Values:
    return _same(line, "disease_code", "species_code", "basis", "sureness", "source")


def _method(line: Line) -> Values:
    names = ("code", "disease_code", "standard", "technique", "used_for", "sureness", "source")
    return _same(line, *names)


def _rule(line: Line) -> Values:
    names = ("rule_id", "name_zh", "unit", "article", "sureness", "source", "note")
    return _same(line, *names) | {
        "value": int(line["value"]),
        "from_on": date.fromisoformat(line["from_on"]),
        "until_on": _day(line["until_on"]),
    }


def _holiday(line: Line) -> Values:
    day = {"day_on": date.fromisoformat(line["day_on"])}
    return _same(line, "kind", "name_zh", "source") | day


def _same(line: Line, *names: str) -> Values:
    return {name: line[name] for name in names}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _words(parts: tuple[str, ...] | list[str]) -> str:
    """Return what a row is searched by: folded parts, kept apart so that none runs into the next."""
    return " ".join(folded(part.replace("|", " ")) for part in parts if part)


SOURCES = (
    Source("divisions.csv", Division, ("code",), _division),
    Source("species.csv", Species, ("code",), _species),
    Source("species_aliases.csv", SpeciesAlias, ("species_code", "alias"), _alias, removes=True),
    Source("diseases.csv", Disease, ("code",), _disease),
    Source(
        "disease_species.csv",
        DiseaseSpecies,
        ("disease_code", "species_code", "basis"),
        _affects,
        removes=True,
    ),
    Source("methods.csv", Method, ("code",), _method),
    Source("rules.csv", Rule, ("rule_id", "from_on"), _rule),
    Source("holidays.csv", Holiday, ("day_on",), _holiday, removes=True),
)
"""In an order that foreign keys allow."""
