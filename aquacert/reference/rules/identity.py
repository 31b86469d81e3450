"""Citizen identity number, GB 11643-1999: 17 digits and a check character (ISO 7064 MOD 11-2)."""

from __future__ import annotations

from datetime import date

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.masking import mask_identity as mask_identity  # noqa: PLC0414
from aquacert.reference.rules.masking import mask_name as mask_name  # noqa: PLC0414
from aquacert.reference.rules.text import code

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
PROVINCES = frozenset(
    str(number)
    for low, high in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
    )
    for number in range(low, high + 1)
)
"""GB/T 2260 provinces, and 83 of the residence permit for people from Taiwan."""
OLDEST_YEARS = 120


def check_character(body: str) -> str:
    """Return the check character of 17 digits."""
    return CHECKS[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


def parse_identity(text: str, *, on: date | None = None, field: str = "identity") -> str:
    """Return the 18 characters; raise `Invalid` on a wrong length, region, birthday or check.

    `on` is the legal day that a birthday may not lie after (nor 120 years before).
    """
    value = code(text, field)
    if wrong := _fault(value, on):
        raise Invalid(wrong, **{field: wrong})
    return value


def _fault(value: str, on: date | None) -> str:
    if len(value) == 15 and value.isdigit():
        return "15 位的旧身份证号已经停用，请填二代证上的 18 位号码。"
    if len(value) != 18 or not value[:17].isdecimal() or not value.isascii():
        return "身份证号是 18 位：前 17 位数字，最后一位数字或 X。"
    if value[:2] not in PROVINCES:
        return "身份证号前两位不是任何省份，请照证件核对。"
    if not _born(value[6:14], on):
        return "身份证号第 7 至 14 位不是一个可能的出生日期，请照证件核对。"
    if check_character(value[:17]) != value[17]:
        return "身份证号的校验位对不上，请照证件逐位核对。"
    return ""


def _born(digits: str, on: date | None) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    if on is None:
        return born.year >= 1900
    return born <= on and on.year - born.year <= OLDEST_YEARS
