"""What may be asked about hatcheries. Every question takes a `Look` first."""

from aquacert.hatcheries.queries.farms import (
    HatcheryLine,
    LicenceLine,
    hatchery,
    hatchery_lines,
    hatchery_of,
    hatchery_page,
    licence_standing,
    licences,
    own_hatchery,
    waiting_count,
)
from aquacert.hatcheries.queries.fitness import confirm_within, fit_to_declare
from aquacert.hatcheries.queries.places import find_place
from aquacert.hatcheries.queries.stock import (
    LotLine,
    balance,
    entries,
    ledger,
    lot_lines,
    lot_of,
    lots,
    ponds,
)

__all__ = [
    "HatcheryLine",
    "LicenceLine",
    "LotLine",
    "balance",
    "confirm_within",
    "entries",
    "find_place",
    "fit_to_declare",
    "hatchery",
    "hatchery_lines",
    "hatchery_of",
    "hatchery_page",
    "ledger",
    "licence_standing",
    "licences",
    "lot_lines",
    "lot_of",
    "lots",
    "own_hatchery",
    "ponds",
    "waiting_count",
]
