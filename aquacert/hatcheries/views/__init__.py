"""HTML doors of the hatcheries: registering, the county's review, the farm's own record."""

from aquacert.hatcheries.views import (
    assignment,
    campaigns,
    closing,
    correcting,
    farm,
    keeping,
    origins,
    records,
    registering,
    review,
    sign,
    stock,
    stocksheets,
    twins,
)
from aquacert.hatcheries.views.blueprint import bp, prepare

__all__ = [
    "assignment",
    "bp",
    "campaigns",
    "closing",
    "correcting",
    "farm",
    "keeping",
    "origins",
    "prepare",
    "records",
    "registering",
    "review",
    "sign",
    "stock",
    "stocksheets",
    "twins",
]
