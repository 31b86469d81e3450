"""The signed annex (抽样附页) that ties a blind report to its batch: never seen by the laboratory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aquacert.kernel.papers import Paper, docx

TITLE = "检测报告抽样附页"


@dataclass(frozen=True)
class AnnexPaper:
    """What the paper shows: facts, tests, and the digest of what was signed."""

    number: str
    rows: Sequence[tuple[str, str]]
    lines: Sequence[tuple[str, str, str, str]]
    """(disease, why asked, method, outcome)"""
    digest: str


def signed_annex(paper: AnnexPaper, *, is_demo: bool) -> bytes:
    """Return the annex as .docx."""
    return docx(
        Paper(
            title=TITLE,
            number=paper.number,
            rows=paper.rows,
            tables=[("检测结果", ("疫病", "为什么检", "检测方法", "结果"), paper.lines)],
            notes=(
                "本附页由抽样方在报告签发时作出，与报告一起才完整；实验室检测时不知道样品来自哪个苗种场。",
                f"本附页内容已由抽样机构签名，签名内容的摘要（SHA-256）：{paper.digest}",
            ),
            is_demo=is_demo,
        )
    )
