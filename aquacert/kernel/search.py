"""Search over normalised two-character grams and pinyin initials, alike on both databases.

Encrypted fields are never indexed here; they match exactly through their blind index.
"""

from __future__ import annotations

import os
import unicodedata
from functools import lru_cache
from itertools import pairwise, product
from typing import Any, Protocol, cast, runtime_checkable
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    false,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel import quick
from aquacert.kernel.db import Base
from aquacert.kernel.quick import Quick

# Its dictionary of phrases takes 44 MB of every process. Here each reading of a character counts.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, pinyin

LONGEST = 400


@runtime_checkable
class Searchable(Protocol):
    """A row that says by which words people look for it."""

    id: Any

    def search_text(self) -> str:
        """Return the words, separated by spaces; no personal data."""
        ...


class SearchGram(Base):
    """One gram of one row."""

    __tablename__ = "search_grams"

    kind: Mapped[str] = mapped_column(primary_key=True)
    gram: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


FORGET = Quick(
    delete(SearchGram).where(
        SearchGram.kind == bindparam("of_kind"), SearchGram.row_id == bindparam("of_row")
    )
)
WRITE = Quick(insert(SearchGram), ("kind", "gram", "row_id"))


def normal(text: str) -> str:
    """Return `text` in NFKC, lower case, with punctuation as spaces."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(c if c.isalnum() else " " for c in folded)[:LONGEST]


def grams(text: str) -> set[str]:
    """Return the two-character grams of each word; a single character stands for itself."""
    found: set[str] = set()
    for word in normal(text).split():
        found.update(word[i : i + 2] for i in range(len(word) - 1))
        if len(word) == 1:
            found.add(word)
    return found


def indexed(text: str) -> set[str]:
    """Return everything a row is found by: its grams, last characters, and pinyin initials."""
    words = normal(text).split()
    edges = {word[-1] for word in words} | {word[0] for word in words}
    return grams(text) | edges | {gram for word in words for gram in _spelt(word)}


def _spelt(word: str) -> set[str]:
    """Return the two-letter grams of a word's initials: 重庆 gives cq and zq, for both are typed."""
    heads = [_initials(character) for character in word]
    if len(heads) == 1:
        return set(heads[0])
    return {one + other for pair in pairwise(heads) for one, other in product(*pair)}


@lru_cache(maxsize=8192)
def _initials(character: str) -> frozenset[str]:
    """Return the first letters of a character's readings; anything else stands for itself."""
    if character.isascii():
        return frozenset(character)
    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]
    return frozenset(reading[:1] for reading in readings if reading)


class _Before:
    """A row as it was before its unflushed changes: reads what is in the database."""

    def __init__(self, row: Any) -> None:  # noqa: ANN401 (any mapped row)
        self._row = row

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any column)
        row = self._row
        state = inspect(row)
        if name in state.attrs:
            old = state.attrs[name].history.deleted
            if old:
                return old[0]
        return getattr(row, name)


def changed(row: Searchable) -> bool:
    """Say whether the words of a row with unflushed changes are other than before."""
    return type(row).search_text(cast("Any", _Before(row))) != row.search_text()


def reindex(line: Connection, row: Searchable, *, is_new: bool) -> None:
    """Write the row's grams, anew when it had some."""
    kind = type(row).__name__
    if not is_new:
        quick.run(line, FORGET, {"of_kind": kind, "of_row": row.id})
    rows = [{"kind": kind, "gram": g, "row_id": row.id} for g in indexed(row.search_text())]
    if rows:
        quick.run_many(line, WRITE, rows)


def matching(model: Any, words: str) -> ColumnElement[bool]:  # noqa: ANN401 (any mapped class)
    """Return the condition under which a row of `model` has every gram of `words`."""
    wanted = grams(words)
    if not wanted:
        return false()
    return and_(
        *(
            model.id.in_(
                select(SearchGram.row_id).where(
                    SearchGram.kind == model.__name__, SearchGram.gram == gram
                )
            )
            for gram in sorted(wanted)
        )
    )
