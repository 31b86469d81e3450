"""Papers of sampling: the sheet 抽样单, the annex that names the batch, the printed label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.papers import Paper, docx
from aquacert.sampling.rules import code128
from aquacert.trust.qr import qr_matrix, qr_svg

ROOT = Path(__file__).parents[2]
LABEL = ROOT / "templates" / "documents" / "label.typ"
FONTS = ROOT / "aquacert" / "http" / "static" / "vendor" / "fonts"
QUIET_MODULES = 10


@dataclass(frozen=True)
class SheetFacts:
    """Everything a sampling sheet says (domain notes §2.8; no national form was found)."""

    number: str
    declaration_no: str
    farm: str
    pond: str
    species: str
    latin: str
    stage: str
    batch_quantity: str
    individuals: int
    matrix: str
    water_temperature: str
    seal_number: str
    blind_code: str
    diseases: Sequence[tuple[str, str]]
    taken_at: datetime
    samplers: str
    lab: str
    is_demo: bool


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


@dataclass(frozen=True)
class LabelFacts:
    """What a sample's label shows."""

    blind_code: str
    seal_number: str
    matrix: str
    individuals: int
    taken_at: datetime


def sampling_sheet(facts: SheetFacts) -> bytes:
    """Return the sampling sheet as .docx."""
    return docx(
        Paper(
            title="水产苗种产地检疫抽样单",
            number=facts.number,
            rows=[
                ("申报单编号", facts.declaration_no),
                ("被抽样单位", facts.farm),
                ("塘（池）号", facts.pond),
                ("品种（学名）", f"{facts.species}（{facts.latin}）"),
                ("规格", facts.stage),
                ("批次数量", facts.batch_quantity),
                ("抽样数", str(facts.individuals)),
                ("样品类型", facts.matrix),
                ("水温", facts.water_temperature),
                ("封样号", facts.seal_number),
                ("盲样号", facts.blind_code),
                ("抽样时间", _when(facts.taken_at)),
                ("抽样人", facts.samplers),
                ("送检单位", facts.lab),
            ],
            tables=[("检测项目", ("疫病", "检测方法"), facts.diseases)],
            signatures=("抽样人签字", "货主签字"),
            is_demo=facts.is_demo,
        )
    )


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


def label(facts: LabelFacts) -> bytes:
    """Return a 50 × 30 mm label as PDF, with QR and Code 128 of the blind code."""
    content = {
        "code": facts.blind_code,
        "qr": qr_svg(qr_matrix(facts.blind_code), label=facts.blind_code),
        "bars": bars_svg(facts.blind_code),
        "matrix": facts.matrix,
        "individuals": f"{facts.individuals}",
        "seal": facts.seal_number,
        "taken": _when(facts.taken_at),
    }
    pdf = _compiler().compile(sys_inputs={"label": json.dumps(content)}, format="pdf")
    if not isinstance(pdf, bytes):
        raise Unavailable("标签没能排出来，请再试一次。", detail="more than one page")
    return pdf


def bars_svg(text: str) -> str:
    """Return Code 128 of `text` as SVG: one path of bars, quiet zones included."""
    at, path = QUIET_MODULES, ""
    for index, width in enumerate(code128(text)):
        if index % 2 == 0:
            path += f"M{at} 0h{width}v20h-{width}z"
        at += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at + QUIET_MODULES} 20"'
        f' preserveAspectRatio="none" shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(LABEL), root=str(LABEL.parent), font_paths=[str(FONTS)])


def _when(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
