"""JSON doors of the hatcheries: farms and stock, the farm's record. No personal data out."""

from aquacert.hatcheries.api import farms, records, stock
from aquacert.hatcheries.api.farms import bp

__all__ = ["bp", "farms", "records", "stock"]
