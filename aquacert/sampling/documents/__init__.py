"""Papers of sampling: the sheet 抽样单, the annex that names the batch, the printed label."""

from aquacert.sampling.documents.annex import AnnexFacts, annex
from aquacert.sampling.documents.label import LabelFacts, bars_svg, label
from aquacert.sampling.documents.sheet import SheetFacts, sampling_sheet

__all__ = [
    "AnnexFacts",
    "LabelFacts",
    "SheetFacts",
    "annex",
    "bars_svg",
    "label",
    "sampling_sheet",
]
