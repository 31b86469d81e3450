"""The water temperatures at which a disease shows, and what to say outside them: never a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Window:
    """Temperatures in °C at which a disease breaks out; the peak may be unknown."""

    disease_code: str
    low: Decimal
    high: Decimal
    peak_low: Decimal | None
    peak_high: Decimal | None
    from_on: date
    until_on: date | None
    sureness: str
    source: str


class Outside(StrEnum):
    """Which way the water misses a window."""

    COLD = "cold"
    WARM = "warm"


SENTENCES: Mapping[Outside, str] = {
    Outside.COLD: "水温低于发病水温，阴性结果的把握较小",
    Outside.WARM: "水温高于发病水温，阴性结果的把握较小",
}


@dataclass(frozen=True)
class Warned:
    """One disease whose window the water misses."""

    disease_code: str
    outside: Outside
    low: Decimal
    high: Decimal
    sureness: str


def outside(window: Window, water: Decimal) -> Outside | None:
    """Say which way the water misses the window; None when it is inside, both ends included."""
    if water < window.low:
        return Outside.COLD
    return Outside.WARM if water > window.high else None


def warnings(
    windows: Iterable[Window], diseases: Iterable[str], water: Decimal | None, on: date
) -> tuple[Warned, ...]:
    """Return the diseases whose window the water misses; nothing when no temperature was taken."""
    if water is None:
        return ()
    wanted = set(diseases)
    found = []
    for window in windows:
        dated = window.from_on <= on and (window.until_on is None or on <= window.until_on)
        way = outside(window, water) if dated and window.disease_code in wanted else None
        if way is not None:
            found.append(Warned(window.disease_code, way, window.low, window.high, window.sureness))
    return tuple(found)
