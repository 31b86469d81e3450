"""Issued counts as a workbook (.xlsx): facts in, bytes out.

Made with pandas, which a worker of the web calls aside (kernel/aside): it is heavy.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aquacert.reference.documents import cell

HEADS = ("月份", "区划代码", "县（市、区）", "品种", "证型", "张数", "数量", "单位")
SHEET = "出证统计"
TOTALS = "按月合计"


@dataclass(frozen=True)
class WorkbookLine:
    """One row of the workbook."""

    month: str
    county: str
    county_name: str
    species: str
    kind: str
    certificates: int
    quantity: int
    unit: str

    def cells(self) -> tuple[object, ...]:
        """Return the row's cells in the order of HEADS."""
        return (
            self.month,
            self.county,
            self.county_name,
            self.species,
            self.kind,
            self.certificates,
            self.quantity,
            self.unit,
        )


def workbook(lines: Sequence[WorkbookLine]) -> bytes:
    """Return the lines as .xlsx with a frozen head row, and certificates by county and month.

    No cell is taken for a formula. A spreadsheet holds 15 digits exactly; a larger quantity is written as text, so that none is
    changed.
    """
    import pandas as pd

    rows = [[cell(value) for value in line.cells()] for line in lines]
    frame = pd.DataFrame(rows, columns=list(HEADS), dtype=object)
    kept = io.BytesIO()
    with pd.ExcelWriter(kept, engine="openpyxl") as writer:
        frame.to_excel(writer, sheet_name=SHEET, index=False)
        sheet = writer.sheets[SHEET]
        sheet.freeze_panes = "A2"
        for letter, width in zip("ABCDEFGH", (10, 10, 28, 18, 6, 8, 16, 6), strict=True):
            sheet.column_dimensions[letter].width = width
        if rows:
            frame.pivot_table(
                index=["县（市、区）"],
                columns="月份",
                values="张数",
                aggfunc="sum",
                fill_value=0,
                margins=True,
                margins_name="合计",
            ).to_excel(writer, sheet_name=TOTALS)
            writer.sheets[TOTALS].column_dimensions["A"].width = 28
    return kept.getvalue()


def of_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    """Return the workbook of lines given as plain rows, in the order of `WorkbookLine`."""
    return workbook([WorkbookLine(*row) for row in rows])
