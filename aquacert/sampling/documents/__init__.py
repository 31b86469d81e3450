"""Papers of sampling: the annex that names the batch, the printed label."""

from aquacert.sampling.documents.annex import AnnexFacts, annex
from aquacert.sampling.documents.label import LabelFacts, bars_svg, label, label_sheet
from aquacert.sampling.documents.manifest import ManifestFacts, ManifestLine, manifest

__all__ = [
    "AnnexFacts",
    "LabelFacts",
    "ManifestFacts",
    "ManifestLine",
    "annex",
    "bars_svg",
    "label",
    "label_sheet",
    "manifest",
]
