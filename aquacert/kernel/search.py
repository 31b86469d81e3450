"""Search over normalised two-character grams and pinyin initials, alike on both databases.

Encrypted fields are never indexed here; they match exactly through their blind index.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Protocol, cast, runtime_checkable
from uuid import UUID

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, and_, delete, false, insert, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from aquacert.kernel.db import Base

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
    initials = ["".join(lazy_pinyin(word, style=Style.FIRST_LETTER)) for word in words]
    edges = {word[-1] for word in words} | {word[0] for word in words}
    return grams(text) | grams(" ".join(initials)) | edges


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


def reindex(session: Session, row: Searchable) -> None:
    """Write the row's grams anew."""
    kind = type(row).__name__
    session.execute(delete(SearchGram).where(SearchGram.kind == kind, SearchGram.row_id == row.id))
    rows = [{"kind": kind, "gram": g, "row_id": row.id} for g in indexed(row.search_text())]
    if rows:
        session.execute(insert(SearchGram), rows)


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
