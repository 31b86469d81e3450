"""A list as a workbook: every number whole, no cell a formula, whichever room it comes from."""

import io

import pytest
from openpyxl import load_workbook

from aquacert.certificates.numbers.documents import ledger_workbook
from aquacert.certificates.recalls.documents import HEADS as RECALL_HEADS
from aquacert.certificates.recalls.documents import workbook as recall
from aquacert.hatcheries.documents.campaign import HEADS as CHECK_HEADS
from aquacert.hatcheries.documents.campaign import workbook as data_check
from aquacert.reference.documents import Table, workbook

EVIL = ("=1+1", "+1", "-1", "@a", "\t=1")
LARGE = 2**63 - 1


def cells(data: bytes) -> list[tuple[object, ...]]:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return list(sheet.iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("write", [recall, data_check, ledger_workbook])
def test_no_cell_of_a_list_is_a_formula_or_rounded(write):
    width = {recall: len(RECALL_HEADS), data_check: len(CHECK_HEADS)}.get(write, 10)
    row = [*EVIL, LARGE, *("" for _ in range(width - len(EVIL) - 1))]
    (read,) = cells(write([row]))
    assert read[: len(EVIL)] == tuple(f"'{text}" for text in EVIL)
    assert read[len(EVIL)] == str(LARGE)


def test_each_table_has_a_sheet_of_its_own():
    book = load_workbook(io.BytesIO(workbook(Table("甲", ("a",), [[1]]), Table("乙", ("b",), []))))
    assert book.sheetnames == ["甲", "乙"]
    assert [sheet.max_row for sheet in book.worksheets] == [2, 1]
