"""Tables of the inspections: checks and their evidence, what follows a failed batch."""

from __future__ import annotations

from aquacert.inspections.models.checks import BatchCheck, Finding, Photo
from aquacert.inspections.models.evidence import (
    Clip,
    EvidenceFlag,
    PhotoKey,
    PhotoPrint,
    SecondLook,
)
from aquacert.inspections.models.treatment import Disposal, TreatmentOrder

__all__ = [
    "BatchCheck",
    "Clip",
    "Disposal",
    "EvidenceFlag",
    "Finding",
    "Photo",
    "PhotoKey",
    "PhotoPrint",
    "SecondLook",
    "TreatmentOrder",
]
