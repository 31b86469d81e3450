"""Statutory forms: their kinds, titles and numbers (domain.md §2).

Numbers: year and six digits, one series for each county, year and kind of form, as the norm of
2010 has it for the treatment notice; the other forms follow it (county self-numbered).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class FormKind(StrEnum):
    """The forms of one case, in the order they come."""

    APPLICATION = "application"
    SUPPLEMENT = "supplement"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    RECORD = "record"
    SAMPLING = "sampling"
    TREATMENT = "treatment"
    DISPOSAL = "disposal"


FORM_WORDS: Mapping[FormKind, str] = {
    FormKind.APPLICATION: "检疫申报单",
    FormKind.SUPPLEMENT: "检疫申报材料补正告知书",
    FormKind.ACCEPTANCE: "检疫申报受理单",
    FormKind.REFUSAL: "检疫申报不予受理通知书",
    FormKind.RECORD: "水产苗种产地检疫现场记录单",
    FormKind.SAMPLING: "水产苗种产地检疫抽样单",
    FormKind.TREATMENT: "检疫处理通知单",
    FormKind.DISPOSAL: "无害化处理记录",
}
SHORT_WORDS: Mapping[FormKind, str] = {
    FormKind.APPLICATION: "申报单",
    FormKind.SUPPLEMENT: "补正告知书",
    FormKind.ACCEPTANCE: "受理单",
    FormKind.REFUSAL: "不予受理通知书",
    FormKind.RECORD: "现场记录单",
    FormKind.SAMPLING: "抽样单",
    FormKind.TREATMENT: "检疫处理通知单",
    FormKind.DISPOSAL: "无害化处理记录",
}
LARGEST_SERIAL = 999_999


def form_number(year: int, serial: int) -> str:
    """Return 2026000001; raise `ValueError` for a serial that six digits cannot hold."""
    if not 1 <= serial <= LARGEST_SERIAL:
        raise ValueError(f"serial {serial} has no place in six digits")
    return f"{year:04d}{serial:06d}"
