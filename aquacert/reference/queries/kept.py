"""Answers kept for one unit of work: reference rows do not change while a page is made."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from aquacert.kernel.work import Look

T = TypeVar("T")


def kept(look: Look, key: Hashable, make: Callable[[], T]) -> T:
    """Return the answer already given to `key` in this unit, or make it."""
    answers = look.session.info.setdefault("reference", {})
    if key not in answers:
        answers[key] = make()
    return cast("T", answers[key])
