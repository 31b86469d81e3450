"""Answers of a healthy batch: what a vet taps when nothing is wrong (the story, tests, benches)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aquacert.inspections.rules import TEMPERATURE, Answer, Item, Kind, Value, unfolded

AMOUNTS: Mapping[str, int] = {TEMPERATURE: 245, "facility-salinity": 150}
"""24.5 ℃ and 15 ‰; every other number is none at all, or the least that can be measured."""


def healthy(items: Iterable[Item], *, abnormal: str = "") -> dict[str, Value]:
    """Return an answer to every item that is asked; `abnormal` names one with its menus filled."""
    every = tuple(items)
    found: dict[str, Value] = {
        item.key: Answer.ABNORMAL if item.key == abnormal else Answer.NORMAL
        for item in every
        if item.kind is Kind.CHOICE
    }
    return found | {
        item.key: AMOUNTS.get(item.key, item.least)
        if item.kind is Kind.NUMBER
        else (item.options[0].key,)
        for item in unfolded(every, found)
        if item.kind is not Kind.CHOICE
    }
