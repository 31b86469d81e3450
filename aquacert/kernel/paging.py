"""Pages of a list: by cursor for programs, by number for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A stretch of a list; `next_cursor` is None at the end."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True)
class Pages(Generic[T]):
    """One numbered page of a list that knows its length."""

    items: list[T]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first item on this page, from 1; 0 when the list is empty."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last item on this page."""
        return min(self.number * self.size, self.total)


def within(number: int, size: int, total: int) -> int:
    """Return the page to show: the first for less than 1, the last for one beyond the end.

    Addresses are typed and kept: a number no database can count to must not reach one.
    """
    return min(max(1, number), max(1, -(-total // size)))


def cursor_of(key: UUID) -> str:
    """Return the cursor that follows the row with this key."""
    return key.hex


def key_of(cursor: str) -> UUID | None:
    """Return the key a cursor stands for, or None when it is not one of ours."""
    try:
        return UUID(hex=cursor)
    except ValueError:
        return None
