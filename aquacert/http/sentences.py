"""Sentences in the reader's language, also those that already have their values in them.

Rules and commands speak Chinese and know no language: they fill the values in and hand the finished
sentence up. Here it is recognised by the shape it was made from (`还有 {0} 孔没有录`; `make words`
gathers those too) and said in the reader's language with the same values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.dates import get_day_names
from babel.messages.mofile import read_mo
from flask_babel import get_locale, gettext
from markupsafe import Markup

FOLDER = Path(__file__).parent / "translations"
HAN = re.compile(r"[\u3400-\u9fff]")
PLACE = re.compile(r"\{(\w+)\}")
ENDS = re.compile(r"(?<=[。；])")
STOPS = re.compile(r"[：；。]")
BETWEEN = re.compile(r"([、，；： ])")
MARKS = {"、": ", ", "，": ", ", "；": "; ", "：": ": ", "。": ". "}
FRAMES = (
    (re.compile(r"([^：]+)：(.+)", re.DOTALL), "{}: {}"),
    (re.compile(r"(.+)（([^（）]+)）", re.DOTALL), "{} ({})"),
    (re.compile(r"([0-9A-Z][0-9A-Z-]{5,}) (.+)"), "{} {}"),
)
LONGEST = 1000
"""Characters; what is longer is no sentence of ours."""
MYRIADS = re.compile(r"([0-9,]{1,15})(?:\.([0-9]))? 万(\w{0,2})")
"""A quantity as people say it: 4.5 万尾, of which English knows 45,000 only."""
WEEK = "一二三四五六日天"
WEEKDAY = re.compile(rf"(?<=\d{{4}}-\d\d-\d\d)（周([{WEEK}])）|(?<=，不是)周([{WEEK}])(?=。)")
"""Where our own sentences say the day of the week: 2026-11-20（周五）."""
DEEPEST = 12
"""Sentences within sentences, and sentences one after another."""
ENOUGH = 3
"""Chinese characters a shape has of its own before its values may be Chinese too; one less is enough
where the sentence begins with them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One sentence with places: the words between them, the places' names, how it is said."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    said: str

    def values_in(self, text: str) -> Mapping[str, str] | None:
        """Return what stands in the places of `text`; None = made from another sentence.

        One walk from left to right, never back: the time is linear whatever a person wrote.
        """
        first, *middle, last = self.pieces
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = {}
        for name, piece in zip(self.names, middle, strict=False):
            there = text.find(piece, at, end)
            if there < 0:
                return None
            found[name] = text[at:there]
            at = there + len(piece)
        found[self.names[-1]] = text[at:end]
        if not first and (STOPS.search(found[self.names[0]]) or "；" in "".join(found.values())):
            return None  # what stands before or behind is a sentence of its own
        return found

    @property
    def is_telling(self) -> bool:
        """Whether it has words enough to be known by them whatever its values are."""
        return len(HAN.findall("".join(self.pieces))) + bool(self.pieces[0]) >= ENOUGH

    @property
    def is_begun(self) -> bool:
        """Whether a word of its own begins it (剩 {0}): its values may be words that are known."""
        return HAN.search(self.pieces[0]) is not None


def worded(message: object, **values: object) -> str:
    """Return a message of a template. Without values it is text like any other and is escaped."""
    if not values:
        return said(message)
    return Markup(gettext(str(message))) % values  # noqa: S704 (templates hold the message)


def said(sentence: object) -> str:
    """Return a finished sentence in the reader's language; as it is if nobody translated it."""
    text = str(sentence)
    if not HAN.search(text):
        return text
    plain = str(gettext(text))
    language = str(get_locale())
    if plain != text or language.startswith("zh") or len(text) > LONGEST:
        return plain
    return _recognised(language, _with_weekdays(language, text))


@lru_cache(maxsize=4096)
def _recognised(language: str, text: str, depth: int = 0) -> str:
    if depth > DEEPEST:
        return text
    known = _known(language, text, depth)
    return _in_parts(language, text, depth) if known is None else known


def _known(language: str, text: str, depth: int) -> str | None:
    whole, shapes = _catalogue(language)
    if text in whole or not HAN.search(text):
        return whole.get(text, text)
    people = MYRIADS.fullmatch(text)
    if people:
        return _in_digits(people, whole)
    for shape in shapes:
        values = shape.values_in(text)
        if values is None:
            continue
        if shape.is_telling or not any(map(HAN.search, values.values())):
            return _filled(language, shape, values, depth)
        if shape.is_begun and not HAN.search(known := _filled(language, shape, values, depth)):
            return known
    return None


def _with_weekdays(language: str, text: str) -> str:
    names = get_day_names("abbreviated", locale=language)

    def named(found: re.Match[str]) -> str:
        name = names[min(WEEK.index(found[1] or found[2]), 6)]
        return f" ({name})" if found[1] else name

    return WEEKDAY.sub(named, text)


def _in_digits(people: re.Match[str], whole: Mapping[str, str]) -> str:
    """Say 4.5 万尾 as 45,000 head: nothing is rounded, and the unit is a word of its own."""
    tens, tenths, unit = people.groups()
    number = int(f"0{tens.replace(',', '')}{tenths or 0}") * 1_000
    return f"{number:,} {whole.get(unit, unit)}".rstrip()


def _in_parts(language: str, text: str, depth: int) -> str:
    """Say sentence after sentence, the longest run first that is known; else by its frame."""
    whole, _shapes = _catalogue(language)
    parts = [part for part in ENDS.split(text) if part]
    for count in range(len(parts), 0, -1):
        head = "".join(parts[:count])
        bare = head.rstrip("；。")
        mark = " " if head in whole else MARKS.get(head[len(bare) :], " ")
        known = whole.get(head) or (_known(language, bare, depth) if bare != text else None)
        if known is None and head not in (bare, text):
            known, mark = _known(language, head, depth), " "
        if known is not None:
            rest = _recognised(language, "".join(parts[count:]), depth + 1)
            return f"{known}{mark}{rest}".rstrip()
    return _by_frame(language, text, depth)


def _by_frame(language: str, text: str, depth: int) -> str:
    """Say `name（reason）：sentence。` and the like, if something in the frame is known."""
    for frame, written in FRAMES:
        found = frame.fullmatch(text)
        if found:
            inner = [_recognised(language, part, depth + 1) for part in found.groups()]
            if tuple(inner) != found.groups():
                return written.format(*inner)
    return _by_words(language, text)


def _by_words(language: str, text: str) -> str:
    """Say a list (A1 无、B1 无), if every word of it is known."""
    whole, _shapes = _catalogue(language)
    text = MYRIADS.sub(lambda people: _in_digits(people, whole), text)
    words = BETWEEN.split(text)
    if any(HAN.search(word) and word not in whole for word in words):
        return text
    return "".join(MARKS.get(word, whole.get(word, word)) for word in words)


def _filled(language: str, shape: Shape, values: Mapping[str, str], depth: int) -> str:
    def value(place: re.Match[str]) -> str:
        return _recognised(language, values[place[1]], depth + 1)

    return PLACE.sub(value, shape.said)


@lru_cache(maxsize=4)
def _catalogue(language: str) -> tuple[Mapping[str, str], tuple[Shape, ...]]:
    path = FOLDER / language / "LC_MESSAGES" / "messages.mo"
    if not path.exists():
        return {}, ()
    with path.open("rb") as file:
        whole = {
            message.id: message.string
            for message in read_mo(file)
            if message.id and isinstance(message.id, str) and isinstance(message.string, str)
        }
    shapes = [_shape(made, english) for made, english in whole.items() if PLACE.search(made)]
    return whole, tuple(sorted(shapes, key=lambda shape: -len("".join(shape.pieces))))


def _shape(made: str, english: str) -> Shape:
    parts = PLACE.split(made)
    return Shape(tuple(parts[::2]), tuple(parts[1::2]), english)
