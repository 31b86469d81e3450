"""Our own test results as CSV and .xlsx: facts in, bytes out. No personal data, no farm's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from aquacert.reference.documents import Table, workbook
from aquacert.reference.rules.text import plain_cell
from aquacert.surveillance.rules.own import (
    LEVEL_WORDS,
    OUTCOME_WORDS,
    PURPOSE_WORDS,
    Level,
    Purpose,
)

HEADS = (
    *("采样日期", "区划代码", "区划", "病种代码", "病种", "品种代码", "品种", "生长阶段"),
    *("个体数", "目的", "诊断层级", "方法", "结果", "实验室", "当日有资格", "报告编号"),
    *("报告时间", "是否有效"),
)
SHEET = "疫病检测数据"
YES, NO = "是", "否"


class OwnLine(Protocol):
    """One result as a file shows it: a row of own_results has all of it."""

    sampled_on: date
    division_code: str
    place: str
    disease_code: str
    disease_name: str
    species_code: str
    species_name: str
    life_stage: str
    individuals: int
    purpose: str
    level: str
    method_code: str
    outcome: str
    lab_name: str
    in_scope: bool
    report_no: str
    reported_at: datetime
    is_withdrawn: bool


def cells(row: OwnLine) -> tuple[object, ...]:
    """Return one result in the order of HEADS; instants in UTC, RFC 3339."""
    return (
        row.sampled_on.isoformat(),
        row.division_code,
        row.place,
        row.disease_code,
        row.disease_name,
        row.species_code,
        row.species_name,
        plain_cell(row.life_stage),
        row.individuals,
        PURPOSE_WORDS[Purpose(row.purpose)],
        LEVEL_WORDS[Level(row.level)],
        row.method_code,
        OUTCOME_WORDS[row.outcome],
        plain_cell(row.lab_name),
        YES if row.in_scope else NO,
        plain_cell(row.report_no),
        row.reported_at.isoformat(),
        NO if row.is_withdrawn else YES,
    )


def as_csv(rows: Iterable[OwnLine]) -> bytes:
    """Return the results as CSV (UTF-8 with its mark, as spreadsheets expect it)."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(HEADS)
    writer.writerows(cells(row) for row in rows)
    return kept.getvalue().encode("utf-8-sig")


def as_workbook(rows: Iterable[OwnLine]) -> bytes:
    """Return the results as .xlsx with a frozen head row."""
    return workbook(Table(SHEET, HEADS, (cells(row) for row in rows)))
