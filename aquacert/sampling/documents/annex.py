"""The annex that names the batch a blind report belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aquacert.kernel.papers import Paper, docx


@dataclass(frozen=True)
class AnnexFacts:
    """What ties a blind report to its batch: never seen by the laboratory."""

    report_no: str
    lab: str
    blind_code: str
    sheet_number: str
    seal_number: str
    declaration_no: str
    farm: str
    batch: str
    lines: Sequence[tuple[str, str, str]]
    is_demo: bool


def annex(facts: AnnexFacts) -> bytes:
    """Return the annex that names the batch a blind report belongs to, as .docx."""
    return docx(
        Paper(
            title="检测报告与批次对应附页",
            number=facts.report_no,
            rows=[
                ("检测单位", facts.lab),
                ("盲样号", facts.blind_code),
                ("抽样单编号", facts.sheet_number),
                ("封样号", facts.seal_number),
                ("申报单编号", facts.declaration_no),
                ("货主", facts.farm),
                ("批次", facts.batch),
            ],
            tables=[("检测结果", ("疫病", "检测方法", "结果"), facts.lines)],
            notes=("本附页由抽样方出具，实验室检测时不知道样品来自哪个苗种场。",),
            is_demo=facts.is_demo,
        )
    )
