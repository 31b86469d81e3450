"""The data check: what of a record may be asked about, and how far a county has come. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Way(StrEnum):
    """How a farm's answer came."""

    PHONE = "phone"
    VISIT = "visit"


WAY_WORDS: Mapping[Way, str] = {Way.PHONE: "企业自己核对", Way.VISIT: "现场核对"}


class Entry(StrEnum):
    """An entry of the base record that a data check may ask to be looked at."""

    NAME = "name"
    PLACE = "place"
    CONTACT = "contact"
    PHONE = "phone"
    GRADE = "grade"
    LICENCES = "licences"
    PONDS = "ponds"
    STOCK = "stock"


ENTRY_WORDS: Mapping[Entry, str] = {
    Entry.NAME: "场名",
    Entry.PLACE: "塘口地点",
    Entry.CONTACT: "联系人",
    Entry.PHONE: "手机号",
    Entry.GRADE: "级别和类型",
    Entry.LICENCES: "许可证和养殖证",
    Entry.PONDS: "塘口",
    Entry.STOCK: "存塘数",
}
MOST_QUESTIONS = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a county has come with a data check."""

    division_code: str
    division_name: str
    farms: int
    by_phone: int
    by_visit: int
    unsettled: int
    """Answers that name something wrong and that nobody has put right yet."""

    @property
    def answered(self) -> int:
        """Farms that have answered, by either way."""
        return self.by_phone + self.by_visit

    @property
    def missing(self) -> int:
        """Farms that have not."""
        return self.farms - self.answered

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down: 100 means nobody is missing."""
        return 100 * self.answered // self.farms if self.farms else 100


def is_open(due_on: date, ended: object, today: date) -> bool:
    """Say whether answers count in time: until the due day, unless it was ended."""
    return ended is None and today <= due_on


def blocks_now(*, blocks: bool, due_on: date, ended: object, today: date) -> bool:
    """Say whether a farm that has not answered is held back: after the due day, while it runs."""
    return blocks and ended is None and today > due_on
