"""The workbook, read back as anybody's spreadsheet reads it."""

import io
from dataclasses import astuple, replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from aquacert.kernel.aside import aside
from aquacert.kernel.errors import Unavailable
from aquacert.supervision.documents import HEADS, WorkbookLine, workbook

LINE = WorkbookLine(
    month="2026-05",
    county="320114",
    county_name="江苏省南京市雨花台区",
    species="凡纳滨对虾",
    kind="A",
    certificates=3,
    quantity=1_500_000,
    unit="尾",
)


def evil(**values):
    return WorkbookLine(**(LINE.__dict__ | values))


def test_what_is_written_is_read_back():
    frame = pd.read_excel(io.BytesIO(workbook([LINE])), dtype={"区划代码": str})
    assert tuple(frame.columns) == HEADS
    assert tuple(frame.iloc[0]) == LINE.cells()


def test_no_cell_is_a_formula():
    data = workbook(
        [
            evil(species='=HYPERLINK("http://evil","x")', county_name="+1", unit="@SUM(A1)"),
            evil(species="-2+3", county_name="\t=1"),
        ]
    )
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert sheet["D2"].value == '\'=HYPERLINK("http://evil","x")'
    assert sheet["C2"].value == "'+1"
    assert sheet["H2"].value == "'@SUM(A1)"
    assert sheet["D3"].value == "'-2+3"


def test_a_quantity_beyond_a_spreadsheet_s_digits_is_kept_exactly():
    frame = pd.read_excel(io.BytesIO(workbook([evil(quantity=2**63 - 1)])), dtype={"数量": str})
    assert frame["数量"][0] == str(2**63 - 1)


def test_nothing_issued_is_a_table_with_its_heads():
    frame = pd.read_excel(io.BytesIO(workbook([])))
    assert tuple(frame.columns) == HEADS
    assert len(frame) == 0


def test_the_second_sheet_adds_up_by_county_and_month_in_a_process_of_its_own():
    rows = [astuple(LINE), astuple(replace(LINE, month="2026-06", certificates=2))]
    data = aside("aquacert.supervision.documents.workbook:of_rows", rows)
    sheet = load_workbook(io.BytesIO(data))["按月合计"]
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert last == ["合计", LINE.certificates, 2, LINE.certificates + 2]
    with pytest.raises(Unavailable):
        aside("aquacert.supervision.documents.workbook:of_rows", [["too", "short"]])
