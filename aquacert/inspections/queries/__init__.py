"""Reads of the inspections: verdicts for the rooms above, visits and checks for pages."""

from aquacert.inspections.queries.checks import (
    CheckLine,
    CheckSheet,
    batch_check,
    checks_of,
    open_checks,
    photo_file,
    sheet,
    verdicts,
    visits,
)
from aquacert.inspections.queries.record import record_facts, record_sheet

__all__ = [
    "CheckLine",
    "CheckSheet",
    "batch_check",
    "checks_of",
    "open_checks",
    "photo_file",
    "record_facts",
    "record_sheet",
    "sheet",
    "verdicts",
    "visits",
]
