"""HTML doors of the hatcheries: registering, the county's review, the farm's own record."""

from aquacert.hatcheries.views import (
    closing,
    farm,
    keeping,
    origins,
    records,
    registering,
    review,
    sign,
    stock,
    stocksheets,
)
from aquacert.hatcheries.views.blueprint import bp, prepare

__all__ = [
    "bp",
    "closing",
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
]
