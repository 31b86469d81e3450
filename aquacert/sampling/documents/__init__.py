"""Papers of sampling: the sheet 抽样单, the annex that names the batch, the printed label."""

from aquacert.sampling.documents.annex import AnnexFacts, annex
from aquacert.sampling.documents.label import LabelFacts, bars_svg, label, label_sheet
from aquacert.sampling.documents.manifest import ManifestFacts, ManifestLine, manifest
from aquacert.sampling.documents.sheet import SheetFacts, sampling_sheet

__all__ = [
    "AnnexFacts",
    "LabelFacts",
    "ManifestFacts",
    "ManifestLine",
    "SheetFacts",
    "annex",
    "bars_svg",
    "label",
    "label_sheet",
    "manifest",
    "sampling_sheet",
]
