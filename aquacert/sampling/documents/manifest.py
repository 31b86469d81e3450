"""The manifest that lies in the box: what the laboratory may know, and nothing of the farm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.papers import Paper, docx


@dataclass(frozen=True)
class ManifestLine:
    """One sample in the box."""

    blind_code: str
    species: str
    matrix: str
    individuals: int
    pools: str
    sampled_on: str
    diseases: str


@dataclass(frozen=True)
class ManifestFacts:
    """One box."""

    box_number: str
    lab: str
    carrier: str
    preservation: str
    sent_at: datetime
    expected_at: datetime | None
    lines: Sequence[ManifestLine]
    is_demo: bool


def manifest(facts: ManifestFacts) -> bytes:
    """Return the manifest as .docx. It names no sender but the sampling side."""
    return docx(
        Paper(
            title="盲样送样清单",
            number=facts.box_number,
            rows=[
                ("收样单位", facts.lab),
                ("箱号", facts.box_number),
                ("样品份数", str(len(facts.lines))),
                ("送样方式", facts.carrier),
                ("保存方式", facts.preservation),
                ("送出时间", _when(facts.sent_at)),
                ("预计到达", _when(facts.expected_at) if facts.expected_at else "未填"),
            ],
            tables=[
                (
                    "样品",
                    ("盲样号", "品种", "样品类型", "个体数", "混样管", "抽样日期", "检测项目"),
                    [
                        (
                            line.blind_code,
                            line.species,
                            line.matrix,
                            str(line.individuals),
                            line.pools,
                            line.sampled_on,
                            line.diseases,
                        )
                        for line in facts.lines
                    ],
                )
            ],
            signatures=("送样人签字", "收样人签字"),
            notes=("收样时逐份扫码核对；缺少、破损、渗漏请当场登记。",),
            is_demo=facts.is_demo,
        )
    )


def _when(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
