"""The empty workbook of declarations, with the farm's own lots and the lists as drop-downs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from aquacert.declarations.rules.answers import YES_WORDS
from aquacert.declarations.rules.bulk import (
    CHOICES,
    FIELDS,
    HEADS,
    MOST_DRAFTS,
    MOST_ROWS,
    YES_OR_NO,
    letter,
)
from aquacert.declarations.rules.bulk import column as column_of
from aquacert.reference.rules.text import plain_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = "下拉内容"
WIDTHS: Mapping[str, int] = {"lot": 44, "destination": 26, "place": 24, "departs_at": 20}
TEXT = "@"
HELP = (
    ("一行", "一个塘口的苗装上一辆车"),
    ("申报序号", "几行写同一个序号，就是同一份申报；不写，一行一份"),
    ("塘口和批次", "从下拉列表里选，是本场现在的存塘"),
    ("品种（核对用）", "可以不填；填了就和存塘登记的品种核对"),
    ("数量", "整数，例如 500000 或 50万"),
    ("到达地", "省、市、县写全，例如 山东省青岛市崂山区"),
    ("启运时间", "例如 2026-05-21 16:00"),
    ("经过哪些县", "可以不填；写主要经过的县，用顿号分开"),
    ("请注意", f"不要合并单元格，不要写公式；一次最多 {MOST_ROWS} 行、{MOST_DRAFTS} 份申报"),
    (
        "合法捕获的",
        "来源选“合法捕获”，再填捕获日期、水域和暂养处三项（是或否）；捕获证明的照片在草稿里传，再提交",
    ),
    ("外省买来的", "“从外省买来的”填“是”，再填证明编号、省、到场日期；本省养的不用填"),
    ("放流、种用、观赏的", "用途选好，再填后面对应的几列；别的用途不用填"),
)


def bulk_template(lots: Sequence[str], species: Sequence[str]) -> bytes:
    """Return the workbook: `lots` and `species` are the farm's own, as its lists offer them."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise LookupError("sheet")
    sheet.title = "申报"
    sheet.append(list(HEADS.values()))
    sheet.freeze_panes = "C2"
    for name in FIELDS:
        column = sheet.column_dimensions[letter(name)]
        column.width, column.number_format = WIDTHS.get(name, 14), TEXT
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    _lists(book, sheet, lots, species)
    notes = book.create_sheet("填写说明")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 28, 70
    for line in HELP:
        notes.append(list(line))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _lists(book: Any, sheet: Any, lots: Sequence[str], species: Sequence[str]) -> None:  # noqa: ANN401
    """Write the lists on a sheet of their own and let the columns choose from them."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = book.create_sheet(LISTS)
    offered = {"lot": lots, "species": species} | {
        name: list(words) for name, words in CHOICES.items()
    }
    offered |= {name: list(YES_WORDS.values()) for name in FIELDS if name in YES_OR_NO}
    for at, (name, words) in enumerate(offered.items()):
        column = column_of(at)
        lists[f"{column}1"] = HEADS[name]
        for number, said in enumerate(words, 2):
            lists[f"{column}{number}"] = plain_cell(said)
        if words:
            rule = DataValidation(
                type="list",
                formula1=f"'{LISTS}'!${column}$2:${column}${len(words) + 1}",
                allow_blank=True,
                showErrorMessage=name != "species",
            )
            rule.add(f"{letter(name)}2:{letter(name)}{MOST_ROWS + 1}")
            sheet.add_data_validation(rule)
