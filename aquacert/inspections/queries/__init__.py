"""Reads of the inspections: verdicts for the rooms above, visits and checks for pages."""

from aquacert.inspections.queries.checks import (
    CheckLine,
    CheckSheet,
    batch_check,
    checks_of,
    open_checks,
    photo_file,
    sheet,
    value_of,
    verdicts,
    visits,
)
from aquacert.inspections.queries.record import record_facts, record_sheet
from aquacert.inspections.queries.treatment import (
    OrderLine,
    batch_of_order,
    order_of_check,
    progress,
    treatment_order,
)

__all__ = [
    "CheckLine",
    "CheckSheet",
    "OrderLine",
    "batch_check",
    "batch_of_order",
    "checks_of",
    "open_checks",
    "order_of_check",
    "photo_file",
    "progress",
    "record_facts",
    "record_sheet",
    "sheet",
    "treatment_order",
    "value_of",
    "verdicts",
    "visits",
]
