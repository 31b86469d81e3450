"""Tables of the declarations: the paper itself, its batches and loads, serials of a day."""

from __future__ import annotations

from aquacert.declarations.models.papers import (
    Batch,
    Declaration,
    DeclarationSerial,
    Load,
    LoadLine,
)

__all__ = [
    "Batch",
    "Declaration",
    "DeclarationSerial",
    "Load",
    "LoadLine",
]
