"""Counts as exact integers with their dilution and unit; what was written stays beside them, letter by letter.

A count is what was seen on the plate; times the dilution it is what the sample held. Nothing is rounded (ISO 7218).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MOST = 10**12
"""A count or a dilution beyond this is a slip of the hand."""
UNITS = ("CFU/mL", "CFU/g", "CFU/cm²", "MPN/100mL", "个/g", "个/mL", "个/尾", "拷贝/µL", "拷贝/mg")

WHOLE = re.compile(r"[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]{1,13}")
ONE_IN = re.compile(r"1 ?[:/] ?([0-9]{1,13})")
POWER = re.compile(r"10 ?(?:\^ ?)?[-−] ?([0-9]{1,2})")


class Wrong(StrEnum):
    """Why a count, a dilution or a unit is not taken."""

    NOT_WHOLE = "not_whole"
    NOT_DILUTION = "not_dilution"
    NO_UNIT = "no_unit"
    TOO_LONG = "too_long"
    POSITIVE_ZERO = "positive_zero"


SENTENCES: Mapping[Wrong, str] = {
    Wrong.NOT_WHOLE: "计数应是整数，如 42；“<10”“ND”这样的文字请写在检出限一栏，不能当作 0",
    Wrong.NOT_DILUTION: "稀释度不认识，应像 1:1000 或 10^-3；原液写 1:1",
    Wrong.NO_UNIT: "写了计数就要选单位",
    Wrong.TOO_LONG: "最多 80 个字",
    Wrong.POSITIVE_ZERO: "计数是 0，不能判阳性",
}


class Unreadable(ValueError):
    """A count that may not be read: the field and the reason."""

    def __init__(self, field: str, wrong: Wrong) -> None:
        """Keep both."""
        super().__init__(wrong)
        self.field, self.wrong = field, wrong


@dataclass(frozen=True, slots=True)
class Counted:
    """A count read: exact integers, and all texts as they were written. `count` None = no count was made."""

    count: int | None = None
    dilution: int | None = None
    unit: str = ""
    as_entered: str = ""
    lod: str = ""
    uncertainty: str = ""

    @property
    def amount(self) -> int | None:
        """What the sample held, in `unit`; exact."""
        return None if self.count is None else self.count * (self.dilution or 1)


def read_count(
    count: str = "", dilution: str = "", unit: str = "", lod: str = "", uncertainty: str = ""
) -> Counted:
    """Read what was written, or raise `Unreadable` with the field; an unknown word is never 0."""
    for field, text in (("lod", lod), ("uncertainty", uncertainty), ("count", count)):
        if len(text) > 80:
            raise Unreadable(field, Wrong.TOO_LONG)
    if not count.strip():
        return Counted(lod=lod, uncertainty=uncertainty)
    if unit not in UNITS:
        raise Unreadable("unit", Wrong.NO_UNIT)
    written = f"{count} × {dilution}" if dilution.strip() else count
    return Counted(_whole(count), _dilution(dilution), unit, f"{written} {unit}", lod, uncertainty)


def said(read: Counted) -> str:
    """Say a count as people read it; "" when none was made."""
    parts: list[str] = []
    if read.amount is not None:
        parts.append(f"{read.amount:,} {read.unit}（原记录：{read.as_entered}）")
    if read.lod:
        parts.append(f"检出限 {read.lod}")
    if read.uncertainty:
        parts.append(f"不确定度 {read.uncertainty}")
    return "；".join(parts)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _whole(text: str) -> int:
    found = _plain(text)
    if not WHOLE.fullmatch(found):
        raise Unreadable("count", Wrong.NOT_WHOLE)
    return _within("count", int(re.sub("[, ]", "", found)), Wrong.NOT_WHOLE)


def _dilution(text: str) -> int:
    """Return how many times the sample was diluted; nothing written is the sample itself."""
    found = _plain(text)
    if not found or found == "1":
        return 1
    if one_in := ONE_IN.fullmatch(found):
        return _within("dilution", int(one_in[1]) or MOST + 1, Wrong.NOT_DILUTION)
    if power := POWER.fullmatch(found):
        return _within("dilution", 10 ** int(power[1]), Wrong.NOT_DILUTION)
    raise Unreadable("dilution", Wrong.NOT_DILUTION)


def _within(field: str, value: int, wrong: Wrong) -> int:
    if value > MOST:
        raise Unreadable(field, wrong)
    return value
