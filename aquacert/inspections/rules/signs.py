"""Which diseases the findings may point to, pure: a hint from a table, never a verdict.

Source of the table: seed_data/disease_signs.csv, each row with how sure it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aquacert.inspections.rules.items import (
    Answer,
    Item,
    Kind,
    Sign,
    Value,
    unfolded,
    value_words,
)

TEMPERATURE: Final = "water_temperature"
"""Key of the item that holds the water's temperature."""


@dataclass(frozen=True)
class Suspect:
    """A disease that findings may point to.

    `why`: the findings in words. `in_window`: False only when the temperature was measured and
    lies outside the disease's usual window.
    """

    disease_code: str
    why: tuple[str, ...]
    in_window: bool
    window: tuple[int, int] | None = None


def suspects(
    items: Iterable[Item], answers: Mapping[str, Value], temperature: int | None
) -> list[Suspect]:
    """Return the diseases that what was found may point to, the likeliest first.

    `temperature` in tenths of a degree Celsius. An abnormal item whose menu was filled points by
    what was picked; without a pick it points to everything that any of its signs may mean.
    """
    every = tuple(items)
    found: dict[str, list[str]] = {}
    windows: dict[str, tuple[int, int] | None] = {}
    for item in unfolded(every, answers):
        if item.kind is not Kind.CHOICE or answers.get(item.key) is not Answer.ABNORMAL:
            continue
        picked, words = _picked(item, every, answers)
        for sign in _pointing(item.points, picked):
            word = words.get(sign.option, f"{item.ask}（异常）")
            why = found.setdefault(sign.disease_code, [])
            if word not in why:
                why.append(word)
            windows[sign.disease_code] = sign.window
    return _ranked(found, windows, temperature)


def temperature_of(answers: Mapping[str, Value]) -> int | None:
    """Return the measured temperature of the water, tenths of a degree Celsius."""
    value = answers.get(TEMPERATURE)
    return value if isinstance(value, int) else None


def _picked(
    item: Item, items: Iterable[Item], answers: Mapping[str, Value]
) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return the keys picked in this item's menus of signs, and every key with its words."""
    keys: set[str] = set()
    words: dict[str, str] = {}
    for menu in items:
        value = answers.get(menu.key)
        if menu.only_if != item.key or menu.is_single or not isinstance(value, tuple):
            continue
        keys.update(value)
        words |= {key: f"{item.ask}（{value_words(menu, (key,))}）" for key in value}
    return frozenset(keys), words


def _pointing(points: Iterable[Sign], picked: frozenset[str]) -> tuple[Sign, ...]:
    rows = tuple(points)
    if not picked:
        return tuple({row.disease_code: row for row in reversed(rows)}.values())[::-1]
    return tuple(row for row in rows if not row.option or row.option in picked)


def _ranked(
    found: Mapping[str, list[str]],
    windows: Mapping[str, tuple[int, int] | None],
    temperature: int | None,
) -> list[Suspect]:
    made = [
        Suspect(code, tuple(why), _fits(windows[code], temperature), windows[code])
        for code, why in found.items()
    ]
    return sorted(made, key=lambda one: (not one.in_window, -len(one.why), one.disease_code))


def _fits(window: tuple[int, int] | None, temperature: int | None) -> bool:
    if window is None or temperature is None:
        return True
    return window[0] <= temperature <= window[1]
