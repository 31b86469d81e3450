"""HTML doors of the hatcheries: registering, the county's review, the farm's own record."""

from aquacert.hatcheries.views import farm, origins, registering, review, stock, stocksheets
from aquacert.hatcheries.views.blueprint import bp, prepare

__all__ = ["bp", "farm", "origins", "prepare", "registering", "review", "stock", "stocksheets"]
