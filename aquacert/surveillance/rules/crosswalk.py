"""Which written name means which disease or species: exact spellings, ranked rows, no guessing.

A name is compared in one canonical spelling. Besides `plain_name` only the grammar of the WAHIS
list is undone, which is a way of writing and no likeness: the years in which a name was in use
(`(2006-)`, `(-2014)`, `(2006-2008)`) fall away, and `X (inf. with)` is read as `infection with X`.
Likeness only ranks suggestions for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from aquacert.surveillance.rules.events import Realm, plain_name

YEARS = re.compile(r"\s*\((?:\d{4})?-(?:\d{4})?\)")
WITH = re.compile(r"\s*\(inf\. with\)\s*")
BRACKET = re.compile(r"\s*\(")
FAMILY = re.compile(r"\s*\([a-z]+idae\)$")
WORDS = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]")
HAN = re.compile(r"[\u4e00-\u9fff]")
WEAK = frozenset({"with", "of", "and", "the", "in", "infection", "disease", "virus", "syndrome"})
LIKE = 30
"""Least likeness, in hundredths, that is worth showing."""


class Subject(StrEnum):
    """What a written name names."""

    DISEASE = "disease"
    SPECIES = "species"


class System(StrEnum):
    """Whose name it is; a row of `ANY` counts for every source."""

    ANY = ""
    CN = "cn"
    WOAH = "woah"
    WAHIS = "wahis"
    NACA = "naca"
    EMPRES = "empres"
    LATIN = "latin"
    LOCAL = "local"


SYSTEM_WORDS: Mapping[System, str] = {
    System.ANY: "所有来源",
    System.CN: "国家名录",
    System.WOAH: "世界动物卫生组织",
    System.WAHIS: "WAHIS",
    System.NACA: "NACA 季报",
    System.EMPRES: "EMPRES-i",
    System.LATIN: "拉丁名、病原名",
    System.LOCAL: "曾用名、地方名",
}
SUBJECT_WORDS: Mapping[Subject, str] = {Subject.DISEASE: "疫病", Subject.SPECIES: "品种"}
SYSTEMS_OF_SOURCES: Mapping[str, System] = {
    "empresi": System.EMPRES,
    "wahis": System.WAHIS,
    "wahis_json": System.WAHIS,
    "qaad": System.NACA,
    "china_monthly": System.CN,
    "china_samples": System.CN,
}


class State(StrEnum):
    """Where a later row stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATE_WORDS: Mapping[State, str] = {
    State.PROPOSED: "等另一人核准",
    State.APPROVED: "已核准，在用",
    State.REJECTED: "未核准",
    State.WITHDRAWN: "已撤回",
    State.REPLACED: "已被新版替换",
}


@dataclass(frozen=True)
class Meaning:
    """What a written name means: a code of our lists or None, and for diseases its realm."""

    realm: Realm
    code: str | None


UNKNOWN = Meaning(Realm.UNMAPPED, None)


@dataclass(frozen=True)
class Line:
    """One row of the crosswalk as the rule sees it."""

    system: System
    meaning: Meaning
    is_later: bool = False
    """Decided by two persons after the base table was shipped: it outranks the base."""


@dataclass(frozen=True)
class Likeness:
    """A suggestion: a code, how like its names are (0 to 100) and the name that is like it."""

    code: str
    points: int
    name: str
    ground: str


def system_of(source: str) -> System:
    """Return whose names a source writes; an unknown source writes nobody's."""
    if source in SYSTEMS_OF_SOURCES:
        return SYSTEMS_OF_SOURCES[source]
    return System(source) if source in set(System) else System.ANY


def canonical(written: str) -> str:
    """Return a name as it is compared."""
    name = YEARS.sub("", plain_name(written))
    if WITH.search(name):
        name = "infection with " + WITH.sub(" ", name)
    return BRACKET.sub(" (", name).strip()


def species_spellings(written: str) -> tuple[str, ...]:
    """Return how a species cell may be meant: `name:Latin name(Family)` says it twice."""
    name = FAMILY.sub("", plain_name(written))
    parts = [part.strip() for part in name.split(":") if part.strip()]
    return tuple(dict.fromkeys([name, *reversed(parts)]))


def choose(lines: Collection[Line], system: System) -> Meaning:
    """Return what the rows of one spelling mean to a source.

    A later row outranks the base; the source's own row outranks the others'. Rows of other systems
    count when they agree; where they differ, the name is unmapped and a person decides.
    """
    for is_later in (True, False):
        for wanted in (system, System.ANY):
            own = {
                row.meaning for row in lines if row.is_later is is_later and row.system is wanted
            }
            if len(own) == 1:
                return own.pop()
        if not is_later:
            meant = {row.meaning for row in lines if not row.is_later}
            if len(meant) == 1:
                return meant.pop()
    return UNKNOWN


def suggest(written: str, names: Iterable[tuple[str, str]], limit: int = 3) -> tuple[Likeness, ...]:
    """Rank codes by how like one of their names is to what was written; nothing is accepted.

    `names`: (code, name). Equal but for punctuation 100, else the shared part of the words (Han
    characters by pairs) in hundredths, and 90 at most.
    """
    asked = _tokens(canonical(written))
    best: dict[str, Likeness] = {}
    for code, name in names:
        points, ground = _like(canonical(written), asked, canonical(name))
        known = best.get(code)
        if points >= LIKE and (known is None or points > known.points):
            best[code] = Likeness(code, points, name, ground)
    ranked = sorted(best.values(), key=lambda one: (-one.points, one.code))
    return tuple(ranked[:limit])


def refusal(*, proposer: object, decider: object, state: State) -> str:
    """Return why this person may not decide this row now, or nothing."""
    if state is not State.PROPOSED:
        return "这一条已经有人处理过了。"
    if decider is None or proposer == decider:
        return "提出的人不能自己核准，请另一个人核准。"
    return ""


def lacks(
    *, subject: Subject, written: str, realm: Realm, code: str | None, grounds: str
) -> dict[str, str]:
    """Return what a proposal lacks: field → sentence."""
    wrong: dict[str, str] = {}
    if not plain_name(written):
        wrong["written"] = "请写来源里的名称。"
    if len(grounds.strip()) < 4:
        wrong["grounds"] = "请写依据，例如名录、手册的页码。"
    if subject is Subject.SPECIES and not code:
        wrong["code"] = "请选一个品种。"
    if realm is Realm.UNMAPPED:
        wrong["realm"] = "请选水生或陆生。"
    if code and realm is Realm.TERRESTRIAL:
        wrong["code"] = "陆生动物疫病不对应本国水生名录。"
    return wrong


def _like(whole: str, asked: frozenset[str], name: str) -> tuple[int, str]:
    if "".join(WORDS.findall(whole)) == "".join(WORDS.findall(name)):
        return 100, "只差标点"
    tokens = _tokens(name)
    if not asked or not tokens:
        return 0, ""
    shared = len(asked & tokens)
    smaller = min(len(asked), len(tokens))
    points = int(90 * (0.5 * shared / smaller + 0.5 * shared / len(asked | tokens)))
    return points, "用词相近"


def _tokens(name: str) -> frozenset[str]:
    words = WORDS.findall(name)
    han = [word for word in words if HAN.match(word)]
    pairs = {a + b for a, b in pairwise(han)}
    return frozenset(pairs | {w for w in words if not HAN.match(w) and w not in WEAK})
