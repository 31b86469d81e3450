"""The base of the crosswalk: tables under version control, each row with how sure we are of it.

Known traps kept apart on purpose: viral haemorrhagic septicaemia and epizootic haematopoietic
necrosis have no row in our catalogue and map to nothing; AHPND is not NHP; Mikrocytos is not
Bonamia; gyrodactylosis is Gyrodactylus salaris to WAHIS and the whole genus to our list. (A shared
key of another project has the first four wrong.) Names that several diseases share stand nowhere.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aquacert.surveillance.rules.crosswalk import (
    Line,
    Meaning,
    Subject,
    System,
    canonical,
    choose,
)
from aquacert.surveillance.rules.events import Realm

SEED = Path(__file__).parents[3] / "seed_data"
TABLE = SEED / "feed_diseases.csv"
SPECIES_TABLE = SEED / "feed_species.csv"
OWN_SPECIES = "本系统品种表"


@dataclass(frozen=True)
class Mapped:
    """What a written disease name means: a code of the catalogue or None, and its realm."""

    realm: Realm
    disease_code: str | None


UNMAPPED = Mapped(Realm.UNMAPPED, None)


@dataclass(frozen=True)
class BaseRow:
    """One row of the base tables."""

    subject: Subject
    written: str
    system: System
    realm: Realm
    code: str | None
    sureness: str
    note: str

    @property
    def line(self) -> Line:
        """The row as the rule sees it."""
        return Line(self.system, Meaning(self.realm, self.code))


@cache
def base_rows() -> tuple[BaseRow, ...]:
    """Return every base row: diseases as tabled, species as tabled and as our own list names them."""
    return (*_diseases(), *_species(), *_own_species())


@cache
def base_lines(subject: Subject) -> Mapping[str, tuple[Line, ...]]:
    """Return the base rows of one subject by canonical spelling."""
    found: dict[str, list[Line]] = {}
    for row in base_rows():
        if row.subject is subject:
            found.setdefault(canonical(row.written), []).append(row.line)
    return {key: tuple(lines) for key, lines in found.items()}


@cache
def crosswalk() -> Mapping[str, Mapped]:
    """Return what each spelling of the base means to a source whose names are nobody's."""
    return {key: _mapped(choose(lines, System.ANY)) for key, lines in _disease_lines().items()}


def mapped(written: str) -> Mapped:
    """Return what a disease name means by the base alone; an unknown name stays visible."""
    return crosswalk().get(canonical(written), UNMAPPED)


def _mapped(meaning: Meaning) -> Mapped:
    return Mapped(meaning.realm, meaning.code)


def _disease_lines() -> Mapping[str, tuple[Line, ...]]:
    return base_lines(Subject.DISEASE)


def _diseases() -> list[BaseRow]:
    return [
        BaseRow(
            Subject.DISEASE,
            row["written"],
            System(row["system"]),
            Realm(row["realm"]),
            row["disease_code"] or None,
            row["sureness"],
            row["note"],
        )
        for row in _read(TABLE)
    ]


def _species() -> list[BaseRow]:
    return [
        _kind(row["written"], System(row["system"]), row["species_code"], row)
        for row in _read(SPECIES_TABLE)
    ]


def _own_species() -> list[BaseRow]:
    """Return the names of our own list; a broad name (several species share it) is none."""
    quiet = {"sureness": "verified", "note": OWN_SPECIES}
    rows = [
        _kind(row[column], system, row["code"], quiet)
        for row in _read(SEED / "species.csv")
        for column, system in (
            ("name_zh", System.CN),
            ("name_en", System.CN),
            ("scientific_name", System.LATIN),
            ("other_scientific_name", System.LATIN),
        )
        if row[column]
    ]
    return rows + [
        _kind(row["alias"], System.LOCAL, row["species_code"], quiet)
        for row in _read(SEED / "species_aliases.csv")
        if row["kind"] in {"name", "scientific"}
    ]


def _kind(written: str, system: System, code: str, row: Mapping[str, str]) -> BaseRow:
    return BaseRow(
        Subject.SPECIES, written, system, Realm.AQUATIC, code, row["sureness"], row["note"]
    )


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
