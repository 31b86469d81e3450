"""A profile: how one kind of table is to be read. It is data, so that a laboratory can keep its own.

A profile says which headings hold which field, how a decimal is written, which words mean “no Cq”, what the words for a
well's use mean, how wells are named and after how many cycles a run ends. It is kept as rows (kind, key, rank, value),
the same rows the shipped ones have in seed_data/instruments/profiles.csv.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, TypeVar

from labs.instruments.rules import Role, plain, row_letters, well_name, well_of_number

FIELDS = ("well", "sample", "target", "cq", "role", "omit")
REQUIRED = ("sample", "target", "cq")
FIELD_WORDS: Mapping[str, str] = {
    "well": "孔位",
    "sample": "样品号",
    "target": "靶标",
    "cq": "Cq",
    "role": "用途",
    "omit": "废孔",
}
CYRILLIC_T = str.maketrans({"т": "t", "Т": "t"})  # QuantStudio spells Cт with a Cyrillic letter
S = TypeVar("S", bound=StrEnum)
NEVER_NO_CQ = frozenset("0123456789+-<>≤≥")
"""A word that begins so is a number or a limit: no profile may call it “nothing detected”."""
LARGEST = re.compile(r"[A-P](?:[1-9]|1[0-9]|2[0-4])")
"""A well of a plate of 384, the largest that tables of wells are read for: S1 is a sample's name."""
SAYS_OTHERWISE = re.compile(
    r"n\.?\s?d\.?|not done|pos(itive|\.)?|neg(ative|\.)?|fail(ed)?|err(or)?|invalid|inconclusive|excluded|omit(ted)?"
    r"|.*[阳阴弱废错].*|未[做测检加].*|.*失败.*|.*无效.*"
)
"""Words that say something else or may: “ND” may be “not done”, “阴性” is a person's conclusion, an error is no reading."""


class Decimals(StrEnum):
    """How a decimal is written."""

    POINT = "."
    COMMA = ","
    AUTO = "auto"


class Wells(StrEnum):
    """How wells are named: as A1, or counted row by row on a plate of 96 or 384."""

    ANY = "any"
    NUMBERS_96 = "number96"
    NUMBERS_384 = "number384"


class ProfileRow(NamedTuple):
    """One row of a profile."""

    kind: str
    key: str
    rank: int
    value: str


class BadProfile(Exception):
    """Rows that make no profile, with the field at fault and its sentence."""

    def __init__(self, field_name: str, sentence: str) -> None:
        """Keep what is wrong."""
        super().__init__(sentence)
        self.field_name = field_name
        self.sentence = sentence


def folded(text: str) -> str:
    """Return a heading or word as it is compared."""
    return plain(text).lower().translate(CYRILLIC_T)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of table is read. `columns`: field → headings by falling rank; a lower rank counts only where no higher one stands; `markers`: headings that
    must stand there too, though no field is read from them.
    """

    code: str
    version: int
    title: str
    source: str
    columns: Mapping[str, tuple[frozenset[str], ...]]
    markers: frozenset[str]
    no_cq: frozenset[str]
    tasks: Mapping[str, Role]
    decimals: Decimals = Decimals.AUTO
    wells: Wells = Wells.ANY
    blank_is_none: bool = False
    cycle_cap: int | None = None
    rows: tuple[ProfileRow, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """The profile with its version, as a run names it."""
        return f"{self.code} v{self.version}"

    def with_columns(self, asked: Mapping[str, str]) -> "Profile":
        """Return the profile with some fields read from headings a person named."""
        named = {name: (frozenset({folded(text)}),) for name, text in asked.items()}
        return replace(self, columns={**self.columns, **named})

    def well(self, text: str) -> str | None:
        """Return the well a cell names, "" for an empty one, None when it is no well."""
        word = plain(text)
        if not word:
            return ""
        if word.isdecimal() and self.wells is not Wells.ANY:
            rows, columns = (8, 12) if self.wells is Wells.NUMBERS_96 else (16, 24)
            number = int(word)
            return well_of_number(number, columns) if 1 <= number <= rows * columns else None
        if word.isdecimal():
            return word
        name = well_name(word)
        return name if name and LARGEST.fullmatch(name) else None


def last_well(wells: Wells) -> str:
    """Return the last well of a plate whose wells are counted, for a page to show."""
    rows, columns = (16, 24) if wells is Wells.NUMBERS_384 else (8, 12)
    return f"{row_letters(rows - 1)}{columns}"


def profile_of(code: str, version: int, rows: Iterable[ProfileRow]) -> Profile:
    """Return the profile that rows describe. Raises `BadProfile` naming the field that is wrong."""
    kept = tuple(rows)
    settings = {row.key: row.value for row in kept if row.kind == "setting"}
    columns = {name: _ranks(kept, name) for name in FIELDS}
    for name in REQUIRED:
        if not columns[name]:
            raise BadProfile(name, f"须写明{FIELD_WORDS[name]}在哪一列")
    _no_heading_twice(kept)
    return Profile(
        code=code,
        version=version,
        title=next((row.value for row in kept if row.kind == "title"), code),
        source=next((row.value for row in kept if row.kind == "source"), "CSV"),
        columns={name: ranks for name, ranks in columns.items() if ranks},
        markers=frozenset(folded(row.value) for row in kept if row.kind == "marker"),
        no_cq=_no_cq(kept),
        tasks={folded(row.key): _role(row) for row in kept if row.kind == "task"},
        decimals=_one_of(Decimals, settings.get("decimal", "auto"), "decimals"),
        wells=_one_of(Wells, settings.get("wells", "any"), "wells"),
        blank_is_none=settings.get("blank_is_none") == "yes",
        cycle_cap=_cap(settings.get("cycle_cap", "")),
        rows=kept,
    )


def _ranks(rows: Iterable[ProfileRow], name: str) -> tuple[frozenset[str], ...]:
    """Return a field's headings by rank."""
    mine = [row for row in rows if row.kind == "column" and row.key == name and row.value.strip()]
    return tuple(
        frozenset(folded(row.value) for row in mine if row.rank == rank)
        for rank in sorted({row.rank for row in mine})
    )


def _no_heading_twice(rows: Iterable[ProfileRow]) -> None:
    """Refuse one heading for two fields: which one counts must not be luck."""
    seen: dict[str, str] = {}
    for row in rows:
        if row.kind != "column" or not row.value.strip():
            continue
        before = seen.setdefault(folded(row.value), row.key)
        if before != row.key:
            words = f"{FIELD_WORDS[before]}和{FIELD_WORDS[row.key]}"
            raise BadProfile(row.key, f"“{row.value}”同时写在{words}，一列只能是一项")


def _no_cq(rows: Iterable[ProfileRow]) -> frozenset[str]:
    """Return the words for “no Cq”; none may be empty, a number, a limit, or a word that may mean something else."""
    words = frozenset(folded(row.value) for row in rows if row.kind == "no_cq")
    for word in words:
        if not word or word[0] in NEVER_NO_CQ:
            raise BadProfile("no_cq", f"“{word}”像数值或限值，不能当作没有检出")
        if SAYS_OTHERWISE.fullmatch(word):
            raise BadProfile(
                "no_cq", f"“{word}”可能是别的意思（没有做、出错或结论），不能当作没有检出"
            )
    return words


def _role(row: ProfileRow) -> Role:
    """Return what a word for a well's use means."""
    try:
        return Role(row.value)
    except ValueError as error:
        raise BadProfile("tasks", f"“{row.value}”不是孔的用途") from error


def _one_of(kind: type[S], value: str, name: str) -> S:
    """Return a setting's value, or refuse it."""
    try:
        return kind(value)
    except ValueError as error:
        raise BadProfile(name, "请选一项") from error


def _cap(text: str) -> int | None:
    """Return the cycles of a run; None when the profile leaves them open."""
    if not text.strip():
        return None
    if not text.isdecimal() or not 10 <= int(text) <= 99:
        raise BadProfile("cycle_cap", "循环数应在 10 到 99 之间")
    return int(text)
