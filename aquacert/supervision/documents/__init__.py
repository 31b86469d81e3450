"""What supervision gives out: issued counts as a workbook, a whole case as one archive."""

from __future__ import annotations

from aquacert.supervision.documents.case import CaseFacts, Entry, Sources, write_case
from aquacert.supervision.documents.workbook import HEADS, SHEET, WorkbookLine, workbook

__all__ = [
    "HEADS",
    "SHEET",
    "CaseFacts",
    "Entry",
    "Sources",
    "WorkbookLine",
    "workbook",
    "write_case",
]
