"""Items of a checklist, pure: what they ask, which answers they take, which of them unfold.

The healthy path is taps and numbers only; an abnormal finding unfolds menus, never a text field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from aquacert.kernel.errors import Invalid

NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9])?")
TENTHS = 10
"""Every measured number is kept as a whole number of tenths of its unit."""


class Answer(StrEnum):
    """What was found at an item that is judged."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


class Section(StrEnum):
    """Parts of the check, in their order."""

    PAPERS = "papers"
    FACILITY = "facility"
    GROUP = "group"
    INDIVIDUAL = "individual"


class Kind(StrEnum):
    """How an item is answered."""

    CHOICE = "choice"
    NUMBER = "number"
    PICK = "pick"


Value: TypeAlias = Answer | int | tuple[str, ...]
"""An answer: a judgement, a number in tenths of the item's unit, or the keys picked of a menu."""

SECTION_WORDS: Mapping[Section, str] = {
    Section.PAPERS: "资料",
    Section.FACILITY: "设施",
    Section.GROUP: "群体检查",
    Section.INDIVIDUAL: "个体检查",
}
ANSWER_WORDS: Mapping[Answer, str] = {Answer.NORMAL: "正常", Answer.ABNORMAL: "异常"}


@dataclass(frozen=True)
class Option:
    """One line of a menu."""

    key: str
    label: str


@dataclass(frozen=True)
class Sign:
    """A disease that an abnormal finding may point to.

    `option` empty: any abnormal finding at the item. `window`: the water temperatures in which the
    disease is usually seen, tenths of a degree Celsius; None when the source names none.
    """

    disease_code: str
    option: str
    window: tuple[int, int] | None = None


@dataclass(frozen=True)
class Item:
    """One thing to look at, from the procedures as data."""

    key: str
    section: Section
    ask: str
    normal: str
    points: tuple[Sign, ...] = ()
    kind: Kind = Kind.CHOICE
    unit: str = ""
    decimals: int = 0
    """0 or 1: how many decimals a number may have; kept in tenths either way."""
    least: int = 0
    most: int = 0
    """Bounds of a number, in tenths of its unit."""
    options: tuple[Option, ...] = ()
    is_single: bool = False
    """Only one line of the menu may be picked."""
    only_if: str = ""
    """Key of the item that must be abnormal for this one to be asked at all."""
    is_needed: bool = True

    @property
    def signs(self) -> tuple[str, ...]:
        """Codes of the diseases that an abnormal finding here may point to, each once."""
        return tuple(dict.fromkeys(sign.disease_code for sign in self.points))


def read_value(item: Item, raw: object) -> Value:
    """Return an answer as this item takes it; raise `Invalid` naming what it takes instead.

    A number comes as a whole number of tenths, or as text in its unit ("24.5").
    """
    readers = {Kind.CHOICE: _choice, Kind.NUMBER: _number, Kind.PICK: _picked}
    return readers[item.kind](item, raw)


def read_number(item: Item, text: str) -> int:
    """Return a number as people type it (24.5, ２４．５) in tenths; raise `Invalid`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not NUMBER.fullmatch(plain):
        raise _not_number(item)
    whole, _dot, rest = plain.lstrip("-").partition(".")
    tenths = int(whole) * TENTHS + int(rest or 0)
    return _number(item, -tenths if plain.startswith("-") else tenths)


def unfolded(items: Iterable[Item], answers: Mapping[str, Value]) -> tuple[Item, ...]:
    """Return the items that are asked, given what was answered so far."""
    return tuple(
        item for item in items if not item.only_if or answers.get(item.only_if) is Answer.ABNORMAL
    )


def unanswered(items: Iterable[Item], answers: Mapping[str, Value]) -> tuple[Item, ...]:
    """Return the items that are asked, must be answered and are not yet."""
    return tuple(
        item for item in unfolded(items, answers) if item.is_needed and item.key not in answers
    )


def progress(
    items: Iterable[Item], answers: Mapping[str, Value], sections: Collection[Section]
) -> tuple[int, int]:
    """Return (answered, asked) of the items of some parts that must be answered."""
    asked = [
        item.key for item in unfolded(items, answers) if item.is_needed and item.section in sections
    ]
    return sum(key in answers for key in asked), len(asked)


def value_words(item: Item, value: Value) -> str:
    """Return an answer in words: 正常, 24.5 ℃, 出血、白点."""
    if isinstance(value, Answer):
        return ANSWER_WORDS[value]
    if isinstance(value, int):
        return f"{number_words(value)} {item.unit}".strip()
    labels = {option.key: option.label for option in item.options}
    return "、".join(labels.get(key, key) for key in value)


def number_words(tenths: int) -> str:
    """Return tenths as people write them: 245 → 24.5, 240 → 24, -5 → -0.5."""
    sign, (whole, rest) = "-" if tenths < 0 else "", divmod(abs(tenths), TENTHS)
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _choice(item: Item, raw: object) -> Value:
    if isinstance(raw, str) and raw in {answer.value for answer in Answer}:
        return Answer(raw)
    raise Invalid("检查结果只能是正常或异常。", **{item.key: f"{item.ask}：请选正常或异常。"})


def _number(item: Item, raw: object) -> int:
    if isinstance(raw, str):
        return read_number(item, raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not item.least <= raw <= item.most:
        raise _not_number(item)
    if not item.decimals and raw % TENTHS:
        raise _not_number(item)
    return raw


def _not_number(item: Item) -> Invalid:
    low, high = number_words(item.least), number_words(item.most)
    kind = "最多一位小数" if item.decimals else "整数"
    sentence = f"{item.ask}：请填 {low} 到 {high} 之间的数，{kind}，单位{item.unit}。"
    return Invalid("测量值不对。", **{item.key: sentence})


def _picked(item: Item, raw: object) -> Value:
    known = [option.key for option in item.options]
    if isinstance(raw, (list, tuple)) and raw and all(one in known for one in raw):
        picked = tuple(key for key in known if key in raw)
        if len(picked) == 1 or not item.is_single:
            return picked
    many = "只选一项" if item.is_single else "至少选一项"
    raise Invalid("请从菜单里选。", **{item.key: f"{item.ask}：{many}。"})
