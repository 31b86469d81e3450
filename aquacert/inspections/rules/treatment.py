"""What a notice of treatment and a record of disposal must say (domain.md §1.3, §2.4), pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.text import clean

MOST_MEASURES: Final = 4
"""The norm's form has places for 一、二、三、四."""
ARTICLE: Final = re.compile(r"第[〇零一二三四五六七八九十百0-9]+条")


@dataclass(frozen=True)
class Said:
    """What is ordered, trimmed."""

    law: str
    measures: tuple[str, ...]
    method: str


def read_order(law: str, measures: Sequence[str], method: str) -> Said:
    """Return what the notice says; raise `Invalid` naming everything it still lacks."""
    law, method = clean(law, field="law"), clean(method, field="method")
    kept = tuple(text for one in measures if (text := clean(one, field="measures")))
    faults: dict[str, str] = {}
    if not ARTICLE.search(law):
        faults["law"] = "写明法律依据到条、款、项，例如《……法》第几条第几款。"
    if not kept:
        faults["measures"] = "写明怎样处理，一行一条。"
    if len(kept) > MOST_MEASURES:
        faults["measures"] = f"通知单上最多写 {MOST_MEASURES} 条，请合并。"
    if any("无害化" in one for one in kept) and not method:
        faults["method"] = "有无害化处理的，写明方法。"
    if faults:
        raise Invalid("通知单还不能出具。", **faults)
    return Said(law, kept, method)


def check_done(method: str, place: str, operator: str) -> None:
    """Raise `Invalid` naming everything that a record of disposal still lacks."""
    faults = {
        name: sentence
        for name, text, sentence in (
            ("method", method, "写明处理方法，例如：深埋、焚烧、化制。"),
            ("place", place, "写明处理地点。"),
            ("operator", operator, "写明处理人姓名。"),
        )
        if not text.strip()
    }
    if faults:
        raise Invalid("无害化处理记录还没有填全。", **faults)
