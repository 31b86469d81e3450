"""Tables of the hatcheries: registration, licences, ponds, lots and the append-only ledger."""

from __future__ import annotations

from aquacert.hatcheries.models.farms import (
    Hatchery,
    Licence,
    LicenceSpecies,
    Pond,
)
from aquacert.hatcheries.models.stock import (
    Lot,
    StockMovement,
)

__all__ = [
    "Hatchery",
    "Licence",
    "LicenceSpecies",
    "Lot",
    "Pond",
    "StockMovement",
]
