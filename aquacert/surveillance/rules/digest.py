"""The weekly digest (每周摘要): what happened in one ISO week within one division, in few lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SHOWN = 20
"""Lines listed of each kind; the count says how many there were."""
WEEK = timedelta(days=7)
KINDS: Mapping[str, str] = {
    "created": "新的疫情",
    "changed": "有变化的疫情",
    "opened": "新划的管控区",
    "lifted": "解除的管控区",
    "positive": "检出阳性",
    "late": "迟报的测报月报",
}
QUIET = "这一周没有新的疫情、管控区变化和阳性。"


@dataclass(frozen=True)
class Item:
    """One thing that happened, where, and the path of its page."""

    kind: str
    division_code: str
    text: str
    link: str = ""
    count: int = 1


def content(
    items: Iterable[Item], inside: Collection[str], stale: Collection[str], unmapped: int
) -> dict[str, Any]:
    """Return what a digest of the divisions `inside` holds.

    `stale`: names of feeds that brought nothing new for long; `unmapped`: names without a meaning.
    Both concern everybody, so a digest is quiet when nothing happened inside, whatever they say.
    """
    kept = [item for item in items if item.division_code in inside]
    parts = {
        kind: {
            "count": sum(item.count for item in kept if item.kind == kind),
            "lines": [{"text": item.text, "link": item.link} for item in kept if item.kind == kind][
                :SHOWN
            ],
        }
        for kind in KINDS
    }
    return {"parts": parts, "stale": sorted(stale), "unmapped": unmapped, "is_quiet": not kept}


def body(said: Mapping[str, Any]) -> str:
    """Return a digest as the text of a message; a quiet week is one line."""
    if said["is_quiet"]:
        return QUIET
    lines = []
    for kind, title in KINDS.items():
        part = said["parts"][kind]
        if part["count"]:
            texts = [line["text"] for line in part["lines"][:3]]
            more = ["等"] if part["count"] > 3 and texts else []
            lines.append(f"{title} {part['count']}：{'；'.join(texts + more)}")
    if said["stale"]:
        lines.append(f"久未更新的数据来源：{'、'.join(said['stale'])}")
    return "\n".join(lines)


def week_before(today: date) -> date:
    """Return the Monday of the last whole week."""
    return today - timedelta(days=today.weekday()) - WEEK
