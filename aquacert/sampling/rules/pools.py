"""Individuals into pools: how many go into one tube, by method and life stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ANY = "*"


@dataclass(frozen=True)
class PoolRule:
    """So many in one tube, usually and at most. `*` fits everything."""

    group: str
    stage: str
    technique: str
    usual: int
    most: int
    from_on: date
    until_on: date | None
    sureness: str
    source: str


def pool_rule(
    rules: Iterable[PoolRule], group: str, stage: str, technique: str, on: date
) -> PoolRule | None:
    """Return the rule that says most about this case on a day: method, then stage, then group."""
    found = [
        rule
        for rule in rules
        if rule.group in {ANY, group}
        and rule.stage in {ANY, stage}
        and rule.technique in {ANY, technique}
        and rule.from_on <= on
        and (rule.until_on is None or on <= rule.until_on)
    ]
    return max(
        found,
        key=lambda r: (r.technique != ANY, r.stage != ANY, r.group != ANY, r.from_on),
        default=None,
    )


def in_pools(individuals: int, size: int) -> tuple[int, ...]:
    """Return the sizes of the pools: full ones, and the rest in a last smaller one."""
    if individuals < 1 or size < 1:
        raise ValueError(individuals, size)
    full, rest = divmod(individuals, size)
    return (size,) * full + ((rest,) if rest else ())


def in_words(pools: tuple[int, ...]) -> str:
    """Return 30 × 5, or 29 × 5 + 3."""
    if not pools:
        return ""
    full = [size for size in pools if size == pools[0]]
    rest = pools[len(full) :]
    return f"{len(full)} × {pools[0]}" + (f" + {rest[0]}" if rest else "")
