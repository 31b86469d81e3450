"""Which farms may be one farm with two accounts (S2): a score with its reasons. Pure.

Weights are a proposal of this house, no law: they only order a queue that a person reads. A pair is
shown from `WORTH_A_LOOK` on. Only pairs that share something exact (telephone, sound of the name, a
piece of the code, a place) are compared, so a province of thousands stays quick.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from uuid import UUID

WORTH_A_LOOK = 50
MOST_IN_A_BLOCK = 60
"""A block larger than this says nothing: a telephone of sixty farms is an agency's."""
KEPT = 50_000
"""Names and places kept folded: a queue compares each with many."""
PIECES = frozenset({"head", "tail"})
"""Marks that are pieces of a code."""
BRACKETED = re.compile(r"\([^()]*\)")
GENERIC = re.compile(
    r"(省|市|县|区|镇|乡|村)|(有限责任|股份|有限)?(公司|合作社|专业合作社|家庭农场)|个体|"
    r"水产|养殖|苗种|育苗|种苗|良种|原种|繁育|孵化|场|厂|基地"
)


class Outcome(StrEnum):
    """What an officer said of a pair."""

    DIFFERENT = "different"
    MERGED = "merged"


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.DIFFERENT: "不是同一家",
    Outcome.MERGED: "已合并",
}


class Like(StrEnum):
    """In what two farms are alike."""

    CODE_NEAR = "code_near"
    SAME_BODY = "same_body"
    PHONE = "phone"
    NAME_SAME = "name_same"
    NAME_SOUND = "name_sound"
    NAME_NEAR = "name_near"
    NAME_HELD = "name_held"
    PLACE_SAME = "place_same"
    PLACE_NEAR = "place_near"


SENTENCES: Mapping[Like, str] = {
    Like.CODE_NEAR: "信用代码只差一位",
    Like.SAME_BODY: "信用代码里的组织机构代码相同",
    Like.PHONE: "联系电话相同",
    Like.NAME_SAME: "名称相同，或只差“场”“厂”“公司”这类字",
    Like.NAME_SOUND: "名称读音相同",
    Like.NAME_NEAR: "名称只差一两个字",
    Like.NAME_HELD: "一家的名称含在另一家的里面",
    Like.PLACE_SAME: "塘口地点相同",
    Like.PLACE_NEAR: "塘口地点相近",
}
# A near code alone is not enough: the check character lets no single slip through, so both stand.
WEIGHTS: Mapping[Like, int] = {
    Like.CODE_NEAR: 35,
    Like.SAME_BODY: 70,
    Like.PHONE: 45,
    Like.NAME_SAME: 45,
    Like.NAME_SOUND: 35,
    Like.NAME_NEAR: 25,
    Like.NAME_HELD: 25,
    Like.PLACE_SAME: 30,
    Like.PLACE_NEAR: 15,
}


@dataclass(frozen=True, slots=True)
class FarmMarks:
    """What a farm is recognised by. `phone` is a blind index, `sound` the name's full pinyin."""

    key: UUID
    code: str
    name: str
    sound: str
    division: str
    place: str
    phone: str


@dataclass(frozen=True, slots=True)
class Twins:
    """A pair that a person should look at: 0–100, with the reasons, strongest first."""

    one: UUID
    other: UUID
    score: int
    reasons: tuple[Like, ...]


@lru_cache(maxsize=KEPT)
def core(text: str) -> str:
    """Return what is left of a name without the words every farm's name has; itself if nothing.

    >>> core("示例县示例苗种繁育场"), core("苗种场")
    ('示例示例', '苗种场')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
    return GENERIC.sub("", plain) or plain


def distance(one: str, other: str, most: int = 2) -> int:
    """Return the edit distance (Levenshtein), or `most + 1` as soon as it is larger."""
    one, other = _differing(one, other)
    if abs(len(one) - len(other)) > most:
        return most + 1
    if most == 1 or not one or not other:
        return min(max(len(one), len(other)), most + 1)
    row = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        before, row[0] = row[0], at
        for under, right in enumerate(other, 1):
            kept = before + (left != right)
            before, row[under] = row[under], min(row[under] + 1, row[under - 1] + 1, kept)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _differing(one: str, other: str) -> tuple[str, str]:
    """Return what is left of two texts without the same beginning and the same end.

    What begins and ends in a difference is one edit apart only when it is one character long.
    """
    begin, shorter = 0, min(len(one), len(other))
    while begin < shorter and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[begin : len(one) - end], other[begin : len(other) - end]


def likeness(one: FarmMarks, other: FarmMarks) -> tuple[int, tuple[Like, ...]]:
    """Return how alike two farms are (0–100) and in what."""
    found = [*_codes(one, other), *_names(one, other), *_places(one, other)]
    if one.phone and one.phone == other.phone:
        found.append(Like.PHONE)
    found.sort(key=lambda like: (-WEIGHTS[like], like))
    return min(100, sum(WEIGHTS[like] for like in found)), tuple(found)


def _codes(one: FarmMarks, other: FarmMarks) -> Iterator[Like]:
    """Digits 9-17 of a USCC are the body's own code (GB 32100-2015); the rest may be mistyped."""
    if one.code[8:17] and one.code[8:17] == other.code[8:17]:
        yield Like.SAME_BODY
    elif distance(one.code[:17], other.code[:17], 1) <= 1:
        # The check character follows from the rest: one wrong digit changes it as well.
        yield Like.CODE_NEAR


def _names(one: FarmMarks, other: FarmMarks) -> Iterator[Like]:
    left, right = core(one.name), core(other.name)
    if one.name == other.name or left == right:
        yield Like.NAME_SAME
    elif one.sound and one.sound == other.sound:
        yield Like.NAME_SOUND
    elif min(len(left), len(right)) > 2 and distance(left, right, 1) <= 1:
        yield Like.NAME_NEAR
    elif _holds(_bare(one.name), _bare(other.name)):
        yield Like.NAME_HELD


def _holds(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and short in long


@lru_cache(maxsize=KEPT)
def _bare(name: str) -> str:
    """Return the core of a name without what stands in brackets: 东滩水产苗种场（新） is 东滩."""
    return core(BRACKETED.sub("", unicodedata.normalize("NFKC", name)))


def _places(one: FarmMarks, other: FarmMarks) -> Iterator[Like]:
    if one.division != other.division:
        return
    left, right = _ground(one.place), _ground(other.place)
    if left and left == right:
        yield Like.PLACE_SAME
    elif min(len(left), len(right)) > 3 and distance(left, right) <= 2:
        yield Like.PLACE_NEAR


@lru_cache(maxsize=KEPT)
def _ground(place: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", place).lower() if c.isalnum())


def likely_twins(
    farms: Sequence[FarmMarks], judged: Iterable[tuple[UUID, UUID]] = ()
) -> list[Twins]:
    """Return the pairs worth a look, most alike first, without those already judged."""
    done = {tuple(sorted(pair)) for pair in judged}
    by_key = {farm.key: farm for farm in farms}
    found: list[Twins] = []
    for one, other in _candidates(farms) - done:
        score, reasons = likeness(by_key[one], by_key[other])
        if score >= WORTH_A_LOOK:
            found.append(Twins(one, other, score, reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def _candidates(farms: Sequence[FarmMarks]) -> set[tuple[UUID, UUID]]:
    """Return the pairs that share a mark, the smaller id first.

    A piece of a code makes a pair only of codes that are near: whatever else is alike has a mark.
    """
    blocks: dict[tuple[str, ...], list[FarmMarks]] = {}
    for farm in sorted(farms, key=lambda one: one.key):
        for mark in _marks(farm):
            blocks.setdefault(mark, []).append(farm)
    return {
        (one.key, other.key)
        for mark, block in blocks.items()
        if 1 < len(block) <= MOST_IN_A_BLOCK
        for one, other in combinations(block, 2)
        if mark[0] not in PIECES or any(_codes(one, other))
    }


def _marks(farm: FarmMarks) -> Iterator[tuple[str, ...]]:
    """Return what a pair worth a look shares: at least one of these, as the rest adds up to less.

    A name that is near or held in the other and a place that is near come to 40 of the 50 that are
    needed, so neither is looked for by itself: in a county most names begin alike. One edit of a
    code leaves one of its halves whole, and its body in its place.
    """
    if farm.phone:
        yield "phone", farm.phone
    if farm.sound:
        yield "sound", farm.sound
    yield "body", farm.code[8:17]
    yield "head", farm.code[:8], farm.code[8:12]
    yield "tail", farm.code[12:17]
    yield "name", core(farm.name)
    if ground := _ground(farm.place):
        yield "place", farm.division, ground
