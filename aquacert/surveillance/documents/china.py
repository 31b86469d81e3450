"""The empty templates of 测报 and 监测: a sheet to fill in, one that explains it, or plain CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from aquacert.reference.documents import Table, workbook
from aquacert.surveillance.rules.china import KEPT_WORDS, MONTHLY, SAMPLES, Template, heads

EXPLAINED = "填写说明"
EXPLAINED_HEADS = ("列", "必填", "怎么写", "说明", "例子")
LAYOUT = (
    "这份表的列是本系统定的：没有读到官方表样，列名按规范的内容拟定。列的次序可以换，列名不要改。"
)
YES, NO = "是", "否"
TEMPLATES = {one.name: one for one in (MONTHLY, SAMPLES)}


def template_workbook(template: Template) -> bytes:
    """Return the empty template as .xlsx: a head row to fill below, and a sheet that explains."""
    widths = [max(10, 2 * len(one) + 2) for one in heads(template)]
    return workbook(
        Table(template.title, heads(template), (), widths),
        Table(EXPLAINED, EXPLAINED_HEADS, _explained(template), (22, 8, 32, 40, 20)),
    )


def template_csv(template: Template) -> bytes:
    """Return the empty template as CSV: its head row in UTF-8 with the mark spreadsheets want."""
    kept = io.StringIO(newline="")
    csv.writer(kept).writerow(heads(template))
    return kept.getvalue().encode("utf-8-sig")


def _explained(template: Template) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [
        (one.head, YES if one.is_needed else NO, KEPT_WORDS[one.kept], one.note, one.example)
        for one in template.columns
    ]
    return [*rows, (LAYOUT, "", "", "", "")]
