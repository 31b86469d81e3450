"""Tables of the hatcheries: registration, licences, ponds, lots and the append-only ledger."""

from __future__ import annotations

from aquacert.hatcheries.models.campaigns import Campaign, CampaignAnswer
from aquacert.hatcheries.models.farms import (
    Hatchery,
    Licence,
    LicenceSpecies,
    LicenceTerm,
    Pond,
)
from aquacert.hatcheries.models.records import FarmPerson, FarmRecord, FarmSign
from aquacert.hatcheries.models.stock import (
    Lot,
    StockImport,
    StockMovement,
    StockOrigin,
)
from aquacert.hatcheries.models.twins import TwinJudgement

__all__ = [
    "Campaign",
    "CampaignAnswer",
    "FarmPerson",
    "FarmRecord",
    "FarmSign",
    "Hatchery",
    "Licence",
    "LicenceSpecies",
    "LicenceTerm",
    "Lot",
    "Pond",
    "StockImport",
    "StockMovement",
    "StockOrigin",
    "TwinJudgement",
]
