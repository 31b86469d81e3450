"""HTML doors of the hatcheries: registering, the county's review, the farm's own record."""

from aquacert.hatcheries.views import farm, registering, review
from aquacert.hatcheries.views.blueprint import bp, prepare

__all__ = ["bp", "farm", "prepare", "registering", "review"]
