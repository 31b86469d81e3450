"""A data check as a workbook (.xlsx): every farm with its answer. No personal data."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from aquacert.hatcheries.queries.campaigns import AnswerLine
from aquacert.hatcheries.rules.campaigns import ENTRY_WORDS, WAY_WORDS, Entry, Way
from aquacert.kernel.clock import legal_day
from aquacert.reference.rules.text import plain_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("区县", "苗种场", "统一社会信用代码", "核对日期", "怎样核对", "不符", "处理", "说明")
WIDTHS = (24, 28, 22, 12, 14, 8, 10, 60)
PERSONAL = frozenset({ENTRY_WORDS[Entry.CONTACT], ENTRY_WORDS[Entry.PHONE]})


def workbook(lines: Sequence[AnswerLine], places: Mapping[str, str]) -> bytes:
    """Return the farms in the order given; every text is text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("信息核对")
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS))
    for line in lines:
        sheet.append([plain_cell(one) for one in _row(line, places)])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _row(line: AnswerLine, places: Mapping[str, str]) -> tuple[str | int, ...]:
    farm, answer = line.farm, line.answer
    head = (places.get(farm.division_code, farm.division_code), farm.name, farm.uscc)
    if answer is None:
        return (*head, "", "还没有核对", 0, "", "")
    told = "；".join(
        f"{words}：{'已更正' if words in PERSONAL else text}" for words, text in line.said.items()
    )
    is_done = answer.wrong == 0 or answer.settled_at is not None
    return (
        *head,
        legal_day(answer.at).isoformat(),
        WAY_WORDS[Way(answer.way)],
        answer.wrong,
        "" if answer.wrong == 0 else "已处理" if is_done else "待处理",
        told,
    )
