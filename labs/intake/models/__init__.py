"""Tables of intake: boxes and items, what was not as it should be, temperatures, storage, limits."""

from labs.intake.models.care import LabLimit, NonConformity, Storage, TemperatureLog
from labs.intake.models.items import AssayOrder, Consignment, Item

__all__ = [
    "AssayOrder",
    "Consignment",
    "Item",
    "LabLimit",
    "NonConformity",
    "Storage",
    "TemperatureLog",
]
