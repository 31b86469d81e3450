"""Months people ask for, and where an archive of a case stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from aquacert.kernel.errors import Invalid

MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
MONTHS_SHOWN = 12


def parse_month(text: str, field: str) -> date:
    """Return the first day of a month written YYYY-MM; raise `Invalid` on `field` otherwise."""
    found = MONTH.fullmatch(text.strip())
    if found:
        year, month = int(found[1]), int(found[2])
        if 2000 <= year <= 2999 and 1 <= month <= 12:
            return date(year, month, 1)
    sentence = "请填年月，例如 2026-05。"
    raise Invalid(sentence, **{field: sentence})


def month_end(first: date) -> date:
    """Return the last day of the month that begins on `first`."""
    return months_later(first, 1) - timedelta(days=1)


def months_later(first: date, months: int) -> date:
    """Return the first day of the month that lies `months` later (or earlier, when negative)."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def months_between(first: date, last: date) -> list[str]:
    """Return every month from `first` to `last` as YYYY-MM, empty ones too."""
    found = []
    while first <= last:
        found.append(f"{first:%Y-%m}")
        first = months_later(first, 1)
    return found


class CaseState(StrEnum):
    """Where an archive of a case stands."""

    WAITING = "waiting"
    READY = "ready"


CASE_WORDS: Mapping[CaseState, str] = {
    CaseState.WAITING: "正在生成",
    CaseState.READY: "可以下载",
}


class Watch(StrEnum):
    """A list of farms that officials should ask about."""

    SILENT = "silent"
    UNCONFIRMED = "unconfirmed"


WATCH_WORDS: Mapping[Watch, str] = {
    Watch.SILENT: "有存塘，不申报",
    Watch.UNCONFIRMED: "久未核对",
}
MOST_DAYS = 3_660


def parse_days(text: str, usual: int) -> int:
    """Return a number of days as typed, `usual` when nothing was; raise `Invalid` on `days`."""
    said = unicodedata.normalize("NFKC", text).strip()
    if not said:
        return usual
    is_number = said.isascii() and said.isdigit() and len(said.lstrip("0")) <= len(str(MOST_DAYS))
    if not is_number or int(said) > MOST_DAYS:
        sentence = f"请填 0 到 {MOST_DAYS} 之间的整数。"
        raise Invalid(sentence, days=sentence)
    return int(said)
