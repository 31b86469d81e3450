"""Tables of the declarations: the paper itself, its batches and loads, serials, words."""

from __future__ import annotations

from aquacert.declarations.models.desk import Bulk, BulkDraft, PhoneCall, ProxyConsent
from aquacert.declarations.models.filed import FiledForm, FormSerial, SignedPaper
from aquacert.declarations.models.holds import DeclarationHold
from aquacert.declarations.models.papers import (
    Batch,
    Declaration,
    DeclarationSerial,
    Load,
    LoadLine,
)
from aquacert.declarations.models.words import DeclarationWord

__all__ = [
    "Batch",
    "Bulk",
    "BulkDraft",
    "Declaration",
    "DeclarationHold",
    "DeclarationSerial",
    "DeclarationWord",
    "FiledForm",
    "FormSerial",
    "Load",
    "LoadLine",
    "PhoneCall",
    "ProxyConsent",
    "SignedPaper",
]
