"""The printed label, with QR and Code 128 of the blind code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Unavailable
from aquacert.sampling.rules import code128
from aquacert.trust.qr import qr_matrix, qr_svg

ROOT = Path(__file__).parents[3]
LABEL = ROOT / "templates" / "documents" / "label.typ"
FONTS = ROOT / "aquacert" / "http" / "static" / "vendor" / "fonts"
QUIET_MODULES = 10


@dataclass(frozen=True)
class LabelFacts:
    """What a sample's label shows."""

    blind_code: str
    seal_number: str
    matrix: str
    individuals: int
    taken_at: datetime


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
