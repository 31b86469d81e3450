"""Tables of the declarations: the paper itself, its batches and loads, serials of a day, words said."""

from __future__ import annotations

from aquacert.declarations.models.desk import Bulk, BulkDraft, PhoneCall, ProxyConsent
from aquacert.declarations.models.papers import (
    Batch,
    Declaration,
    DeclarationSerial,
    Load,
    LoadLine,
)

__all__ = [
    "Batch",
    "Bulk",
    "BulkDraft",
    "Declaration",
    "DeclarationSerial",
    "Load",
    "LoadLine",
    "PhoneCall",
    "ProxyConsent",
]
