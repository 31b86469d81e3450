"""Printed labels: QR and Code 128 of a blind code, and the code in letters.

No label holds a time, a seal or a place: when it is printed says nothing of when a sample was
taken, and whoever finds the tube learns nothing of the farm.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aquacert.kernel.errors import Invalid
from aquacert.kernel.typesetting import typesetter
from aquacert.sampling.rules import code128
from aquacert.trust.qr import qr_matrix, qr_svg

QUIET_MODULES = 10


@dataclass(frozen=True)
class LabelFacts:
    """What a sample's own label shows."""

    blind_code: str
    matrix: str
    individuals: int
    tubes: int = 1


def label(facts: LabelFacts) -> bytes:
    """Return labels of 50 × 30 mm as PDF, for a label printer: one page for each tube.

    Every tube of a sample bears the same blind code; with several tubes each says which it is.
    """
    content = _drawn(facts.blind_code) | {
        "matrix": facts.matrix,
        "individuals": f"{facts.individuals}",
        "tubes": str(facts.tubes),
    }
    return typesetter().pdf("label.typ", {"label": json.dumps(content)})


def label_sheet(codes: Sequence[str]) -> bytes:
    """Return A4 pages of 27 labels each (3 × 9, 63 × 30 mm), cut or on sticky paper.

    Each code stands twice on its label, to be torn apart: one half for the tube, one for the sheet.
    """
    if not codes:
        raise Invalid("没有要打印的标签。")
    content = [_drawn(code) for code in codes]
    return typesetter().pdf("labels.typ", {"labels": json.dumps(content)})


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


def _drawn(code: str) -> dict[str, str]:
    return {
        "code": code,
        "qr": qr_svg(qr_matrix(code), label=code),
        "bars": bars_svg(code),
    }
