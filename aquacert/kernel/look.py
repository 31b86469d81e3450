"""Look: a read as one person at one moment, with that person's row scope in every question."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from aquacert.kernel import quick, search
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import Base
from aquacert.kernel.errors import NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.journal import JournalEntry
from aquacert.kernel.paging import Page, Pages, cursor_of, key_of, within
from aquacert.kernel.scope import Actor
from aquacert.kernel.settings import Settings

if TYPE_CHECKING:
    from aquacert.kernel.work import Database

M = TypeVar("M", bound=Base)
T = TypeVar("T")


@lru_cache(maxsize=256)
def by_key(model: type[Base]) -> Select[Any]:
    """Return the statement that reads one row of `model`: made once, asked for every act."""
    return select(model).where(model.id == bindparam("key"))  # type: ignore[attr-defined]


class Look:
    """A read: who asks, when, and which rows are theirs."""

    def __init__(self, session: Session, actor: Actor, now: datetime, home: Database) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.home = home
        self._line: Connection | None = None

    @property
    def line(self) -> Connection:
        """The connection of this unit's transaction, for statements that are run often."""
        if self._line is None:
            self._line = self.session.connection()
        return self._line

    def rows(self, statement: quick.Quick, **values: object) -> list[Any]:
        """Run a quick statement and return its rows as named tuples."""
        return quick.run(self.line, statement, values)

    def row(self, statement: quick.Quick, **values: object) -> Any:  # noqa: ANN401 (a named tuple)
        """Run a quick statement and return its first row, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.home.settings

    @property
    def today(self) -> date:
        """The legal day (Asia/Shanghai) of this unit's one clock reading."""
        return legal_day(self.now)

    def visible(self, model: type[Base]) -> ColumnElement[bool]:
        """Return the condition under which a row of `model` is this actor's to see."""
        return self.actor.scope.where(model)

    def sees(self, model: type[Base], row: object) -> bool:
        """Say whether a row read without the condition is this actor's to see (its pure twin).

        `row` carries the columns that `model.__parties__` names.
        """
        parties = model.__parties__
        if parties is None:
            return True
        names = {name for columns in parties.values() for name in columns}
        return self.actor.scope.covers(parties, {name: getattr(row, name) for name in names})

    def get(self, model: type[M], key: UUID) -> M:
        """Return the row, or raise `NotFound`: also for a row out of scope."""
        row: M | None = self.session.scalar(by_key(model), {"key": key})
        if row is None or not self.sees(model, row):
            raise NotFound
        return row

    def scalars(self, statement: Select[T]) -> list[T]:
        """Return the first column of every row."""
        return list(self.session.scalars(statement))

    def one(self, statement: Select[T]) -> T | None:
        """Return the first column of the first row, or None."""
        return self.session.scalar(statement.limit(1))

    def matching(self, model: type[Base], words: str) -> ColumnElement[bool]:
        """Return the condition under which a row of `model` is found by `words`."""
        return search.matching(model, words)

    def pages(self, statement: Select[T], number: int = 1, size: int = 20) -> Pages[T]:
        """Return one numbered page of a list, for people."""
        total = self.session.scalar(
            select(func.count()).select_from(statement.order_by(None).subquery())
        )
        number = within(number, size, total or 0)
        rows = self.scalars(statement.limit(size).offset((number - 1) * size))
        return Pages(rows, number, size, total or 0)

    def page(
        self,
        statement: Select[M],
        key: Any,  # noqa: ANN401 (a mapped UUID column)
        after: str | None = None,
        size: int = 50,
    ) -> Page[M]:
        """Return the stretch after a cursor, newest last, for programs."""
        size = min(max(1, size), 200)
        start = key_of(after) if after else None
        if start is not None:
            statement = statement.where(key > start)
        rows = self.scalars(statement.order_by(None).order_by(key).limit(size + 1))
        more = len(rows) > size
        items = rows[:size]
        return Page(items, cursor_of(items[-1].id) if more else None)  # type: ignore[attr-defined]

    def files_of(self, row: Base) -> list[StoredFile]:
        """Return the files that `row` owns, oldest first; none that was taken away again."""
        return self._files(row, StoredFile.withdrawn_at.is_(None))

    def withdrawn_files_of(self, row: Base) -> list[StoredFile]:
        """Return the files of `row` that were taken away again: for the trail, not for pages."""
        return self._files(row, StoredFile.withdrawn_at.is_not(None))

    def _files(self, row: Base, which: ColumnElement[bool]) -> list[StoredFile]:
        mine = (StoredFile.owner_kind == row.__tablename__, StoredFile.owner_id == row.id)  # type: ignore[attr-defined]
        return self.scalars(select(StoredFile).where(*mine, which).order_by(StoredFile.id))

    def read_file(self, file: StoredFile) -> bytes:
        """Return a file's bytes; the caller has shown that its owner row is visible."""
        return self.home.files.get(file.sha256)

    def journal_of(self, row: Base) -> list[JournalEntry]:
        """Return every move of `row`, oldest first."""
        return self.scalars(
            select(JournalEntry)
            .where(
                JournalEntry.subject_kind == row.__tablename__,
                JournalEntry.subject_id == row.id,  # type: ignore[attr-defined]
            )
            .order_by(JournalEntry.seq)
        )

    def impact(self, kind: str, subject: object) -> dict[str, int]:
        """Return how many things of higher rooms a change would touch: counts only."""
        return self.home.impact.preview(self, kind, subject)
