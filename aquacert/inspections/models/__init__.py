"""Tables of the inspections: checks and their evidence, what follows a failed batch."""

from __future__ import annotations

from aquacert.inspections.models.checks import BatchCheck, Finding, Photo
from aquacert.inspections.models.doubts import VerdictDoubt
from aquacert.inspections.models.draws import DrawDay, DrawDuty, DrawTicket
from aquacert.inspections.models.evidence import (
    Clip,
    EvidenceFlag,
    PhotoKey,
    PhotoPrint,
    SecondLook,
)
from aquacert.inspections.models.sync import DeviceRecord, Upload, UploadState
from aquacert.inspections.models.treatment import (
    Disposal,
    DisposalPhoto,
    NoticeReceipt,
    Redeclaration,
    TreatmentCase,
    TreatmentOrder,
    TreatmentStep,
)

__all__ = [
    "BatchCheck",
    "Clip",
    "DeviceRecord",
    "Disposal",
    "DisposalPhoto",
    "DrawDay",
    "DrawDuty",
    "DrawTicket",
    "EvidenceFlag",
    "Finding",
    "NoticeReceipt",
    "Photo",
    "PhotoKey",
    "PhotoPrint",
    "Redeclaration",
    "SecondLook",
    "TreatmentCase",
    "TreatmentOrder",
    "TreatmentStep",
    "Upload",
    "UploadState",
    "VerdictDoubt",
]
