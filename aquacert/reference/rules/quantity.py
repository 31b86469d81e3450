"""How many: an exact whole number with its unit, however people write it.

尾、只、粒 are counted things: half a fish, none, or a sum of money is refused, with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.capitals import GREATEST, capital_number
from aquacert.reference.rules.text import INVISIBLE, refuse_unstorable

UNITS = ("尾", "只", "粒", "枚", "个", "头")
"""Base units of seed stock; 万尾 and the like are numbers times a base unit."""
EXAMPLE = "请填整数，如 500000 或 50万。"
DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")}
DIGIT |= {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")} | {"两": 2, "貳": 2, "陸": 6}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|.")
GROUPS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
SPACES = re.compile(r"[\s\u2000-\u200a\u202f\u205f\u3000_']+")


WEIGHT = re.compile(r"(?:kg|公斤|千克)$", re.IGNORECASE)
WHOLE_KILOGRAMS = "按 kg 计的只能记整千克，有小数的记不下。亲本请按尾登记、按尾申报：另登记一批，单位选“尾”，例如 2 尾。"
"""Ledger and certificate hold whole numbers of one unit (docs/decisions/0050)."""


def parse_quantity(text: str, *, unit: str = "", field: str = "quantity") -> int:
    """Return the number, 1 … 2^63-1; raise `Invalid` saying what would be right.

    Understands 50万, 3.5万, 五千, 伍拾万, １２, 1 680 000 and 1,680,000. A unit may be written
    behind the number when it is the expected `unit`; another unit is refused, never converted.
    Kilograms are whole too: who has 3.5 kg of parent fish is told to count them.
    """
    refuse_unstorable(text, field)
    value = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    value = SPACES.sub("", value).replace("，", ",").replace("﹣", "-").replace("−", "-")
    try:
        number = _whole(_without_unit(value, unit), unit)
    except ValueError as error:
        sentence = str(error)
        raise Invalid(sentence, **{field: sentence}) from None
    return number


def in_words(quantity: int, unit: str) -> str:
    """Return the quantity as the certificate prints it: 伍拾万尾, no space."""
    return f"{capital_number(quantity)}{unit}"


def _without_unit(value: str, unit: str) -> str:
    if weighed := WEIGHT.search(value):
        if unit != "kg":
            raise ValueError(f"这里不按重量计。{EXAMPLE}")
        return value[: weighed.start()]
    written = value[-1:]
    if written not in UNITS:
        return value
    if not unit:
        raise ValueError(f"这里只填数，单位“{written}”在旁边选。{EXAMPLE}")
    if written != unit:
        raise ValueError(f"这个品种按“{unit}”计，不是“{written}”。请换算后再填。")
    return value[:-1]


def _whole(value: str, unit: str) -> int:
    if not value:
        raise ValueError(f"数量没有填。{EXAMPLE}")
    if value[0] in "-负":
        raise ValueError(f"数量不能是负数。{EXAMPLE}")
    number = _value(value.removeprefix("+"))
    if number is None:
        raise ValueError(f"看不懂“{value[:20]}”是多少。{EXAMPLE}")
    if number.denominator != 1 and unit == "kg":
        raise ValueError(WHOLE_KILOGRAMS)
    if number.denominator != 1:
        raise ValueError(f"数量必须是整数，不能有小数。{EXAMPLE}")
    if number == 0:
        raise ValueError(f"数量不能是 0。{EXAMPLE}")
    if number > GREATEST:
        raise ValueError(f"数量太大，超出了能记的范围（{GREATEST}）。请核对位数。")
    return int(number)


def _value(text: str) -> Fraction | None:
    """Return the value of a number in digits, in Chinese numerals or in both; None = no number."""
    if "," in text:
        if not GROUPS.fullmatch(text):
            return None
        text = text.replace(",", "")
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        return _mixed(text)
    return Fraction(text) if len(text) <= 40 and not text.startswith(".") else None


def _mixed(text: str) -> Fraction | None:
    """Return the value of 3万5千, 伍拾万, 三千零五十; None when it is broken or ambiguous.

    Units must fall (千 before 百), 万 and 亿 close a section, and a bare digit behind a unit of a
    hundred or more (三万五) is refused: some mean 35 000 and some mean 30 005.
    """
    if len(text) > 40:
        return None
    reader = _Reader()
    for token in TOKEN.findall(text):
        if not reader.take(token):
            return None
    return reader.finish()


class _Reader:
    """One pass over the tokens. `digit` waits for its unit; `section` is below the next 万 or 亿."""

    def __init__(self) -> None:
        self.total = Fraction(0)
        self.section = Fraction(0)
        self.digit: Fraction | None = None
        self.unit = 10**5
        """Last small unit taken in this section; the next one must be smaller."""
        self.large = 10**17
        self.zero = False
        self.started = False
        self.arabic = 0

    def take(self, token: str) -> bool:
        """Take one token; say whether the number can still be one."""
        if token[0] in "0123456789":
            return self._number(Fraction(token), len(token))
        if token in DIGIT:
            return self._zero() if DIGIT[token] == 0 else self._number(Fraction(DIGIT[token]), 0)
        if token in SMALL:
            return self._small(SMALL[token])
        return token in LARGE and self._large(LARGE[token])

    def finish(self) -> Fraction | None:
        """Return the value, or None when the end is ambiguous."""
        if not self.started or not self._closes():
            return None
        return self.total + self.section + (self.digit or 0)

    def _number(self, value: Fraction, arabic: int) -> bool:
        if self.digit is not None or (self.section and arabic and value >= self.unit):
            return False
        self.digit, self.arabic, self.started = value, arabic, True
        return True

    def _zero(self) -> bool:
        if self.digit is not None:
            return False
        self.zero, self.started = True, True
        return True

    def _small(self, unit: int) -> bool:
        if unit >= self.unit:
            return False
        if self.digit is None and (unit != 10 or self.section or self.zero):
            return False
        self.section += (self.digit if self.digit is not None else 1) * unit
        self.digit, self.unit, self.zero, self.started = None, unit, False, True
        return True

    def _large(self, unit: int) -> bool:
        value = self.section + (self.digit or 0)
        if unit >= self.large or value == 0 or not self._closes():
            return False
        self.total += value * unit
        self.section, self.digit, self.unit = Fraction(0), None, 10**5
        self.large, self.zero, self.arabic = unit, False, 0
        return True

    def _closes(self) -> bool:
        """Say whether the waiting digit can only mean ones."""
        if self.digit is None:
            return True
        if self.arabic:
            return (self.total == 0 and self.section == 0) or self.arabic == 4 or self.zero
        first = self.section == 0 and self.total == 0
        return first or self.unit == 10 or self.zero
