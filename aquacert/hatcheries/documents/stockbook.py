"""Workbooks (.xlsx) of stock: the empty sheet of movements, and what is in the ponds with its ledger."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from aquacert.hatcheries.rules.stocksheet import HEADS, KIND_OF, MOST_ROWS
from aquacert.kernel.workbooks import Workbook
from aquacert.reference.documents import Table, cell, workbook

HELP = (
    ("塘口", "照登记的名称，例如 2 号塘；填了批号可以不填"),
    ("批号", "例如 PL-2605-01；不填就按塘口和品种找"),
    ("品种、规格", "例如 凡纳滨对虾、P5；没有批号时要填。塘口里没有这种苗就开新的一批"),
    ("日期", "哪天发生的，例如 2026-05-21；最多补记 12 个月"),
    ("变动原因", "可填：" + "、".join(KIND_OF)),
    ("数量", "大于 0 的整数，也可以写 50万；增减由变动原因决定"),
    ("单位", "可不填，按这一批的单位"),
    ("检疫证明编号", "购入的苗种要填随苗检疫证明的编号"),
    ("说明", "无害化处理要写明原因；同一天两笔一样的，请在说明里写明区别"),
    ("请注意", f"不要写公式；一次最多 {MOST_ROWS} 行；同一份表传两次只记一次"),
)
WIDTHS = (14, 16, 16, 10, 14, 14, 14, 8, 24, 36)
STOCK_HEADS = ("塘口", "批号", "品种", "品系", "规格", "现存", "单位", "登记时间")
LEDGER_HEADS = (
    *("塘口", "批号", "品种", "序号", "发生日期", "记入时间", "变动原因", "数量", "结存", "单位"),
    *("检疫证明编号", "核验", "说明"),
)
TEXT = "@"
ROWS_AS_TEXT = 300


def template(lots: Iterable[Sequence[str]] = ()) -> bytes:
    """Return the empty sheet of movements, with the farm's lots (pond, number, species) on another."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "存塘变动"
    sheet.append(list(HEADS))
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=2, max_row=ROWS_AS_TEXT, max_col=len(HEADS)):
        for blank in row:
            blank.number_format = TEXT
    notes = book.create_sheet("填写说明")
    for line in HELP:
        notes.append(list(line))
    own = book.create_sheet("本场的批")
    own.append(["塘口", "批号", "品种", "规格", "单位"])
    for lot in lots:
        own.append([cell(value) for value in lot])
    return _bytes(book)


def stock_workbook(lots: Iterable[Sequence[object]], entries: Iterable[Sequence[object]]) -> bytes:
    """Return what is in the ponds and every entry of the ledgers; no cell is a formula."""
    return workbook(Table("存塘", STOCK_HEADS, lots), Table("台账", LEDGER_HEADS, entries))


def _bytes(book: Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
