"""Whether seed declared as caught in the wild was, by what the farm's own ledger says of its lot."""

from __future__ import annotations

from collections.abc import Collection

from aquacert.hatcheries.rules import KIND_NAMES, Kind

WILD_FROM = frozenset({Kind.CAPTURE, Kind.ARRIVAL})
"""What a lot of wild seed begins with: caught, or arrived here from who caught it."""


def not_wild(begun: Collection[Kind]) -> str:
    """Return why seed that began so was not caught, or an empty text; a silent ledger says nothing."""
    if not begun or WILD_FROM & set(begun):
        return ""
    words = "、".join(KIND_NAMES[one] for one in sorted(begun))
    return (
        f"台账里这一批记的是“{words}”，不是合法捕获。来源请选“人工饲养”；"
        "真是捕获的，先在存塘里另记一批，变动原因选“合法捕获”。"
    )
