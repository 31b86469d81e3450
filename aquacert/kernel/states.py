"""State machines: the moves of a thing are one table, and asking it is pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from aquacert.kernel.errors import NotAllowedNow

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Moves(Generic[S, A]):
    """Every lawful (state, act) and where it leads. Anything else raises `NotAllowedNow`."""

    def __init__(
        self, table: Mapping[tuple[S, A], S], *, words: Mapping[S, str] | None = None
    ) -> None:
        self.table = dict(table)
        self.words = dict(words or {})

    def after(self, state: S, act: A) -> S:
        """Return the state that `act` leads to from `state`; raise `NotAllowedNow` otherwise."""
        try:
            return self.table[(state, act)]
        except KeyError:
            word = self.words.get(state, str(state))
            raise NotAllowedNow(
                f"现在的状态是“{word}”，不能这样办理。请刷新页面看最新情况。",
                detail=f"{act} from {state}",
            ) from None

    def allows(self, state: S, act: A) -> bool:
        """Say whether `act` is lawful from `state`."""
        return (state, act) in self.table

    def replay(self, start: S, acts: Iterable[A]) -> S:
        """Return the state that a journal of acts leads to."""
        state = start
        for act in acts:
            state = self.after(state, act)
        return state
