"""What a long-lived process gives back of its memory (glibc only; elsewhere nothing happens)."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

ARENAS = 2
"""Heaps that glibc keeps for threads: by default eight for each core, each with holes of its own."""
M_ARENA_MAX = -8
EVERY = 256
"""Requests between two times that free pages are given back: each takes a few milliseconds."""
TURN = count(1)


def keep_few_heaps() -> None:
    """Let the threads of this process share two heaps; call it before they start."""
    _call("mallopt", M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give free pages back to the system, once in so many calls."""
    if next(TURN) % EVERY == 0:
        _call("malloc_trim", 0)


@contextmanager
def without_pauses() -> Iterator[None]:
    """Look for no cycles meanwhile: with many new objects that takes a third of the time.

    For stretches of bulk work, a second at most, that make no cycles.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _call(name: str, *given: Any) -> None:  # noqa: ANN401 (plain numbers)
    try:
        getattr(ctypes.CDLL(None), name)(*given)
    except (OSError, AttributeError):
        return
