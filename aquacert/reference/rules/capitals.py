"""Chinese numerals on statutory paper: capitals for quantities and days, plain ones for dates.

Filling norm of the certificate (2010): quantity in capitals with its unit and no space (伍拾万尾),
validity in capitals (应于叁日内), date in Chinese numerals (二〇二六年四月十六日).
"""

from __future__ import annotations

from datetime import date

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLAIN = "〇一二三四五六七八九"
PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
GREATEST = 2**63 - 1


def capital_number(number: int) -> str:
    """Return 0 … 2^63-1 in capitals: 10 is 壹拾, 1 050 000 is 壹佰零伍万, runs of zeros are one.

    Raises `ValueError` outside that range (a caller's mistake; `parse_quantity` judges input).
    """
    if not 0 <= number <= GREATEST:
        raise ValueError(f"{number} has no place on a form")
    return _words(number) if number else DIGITS[0]


def capital_date(day: date) -> str:
    """Return 二〇二六年四月十六日."""
    year = "".join(PLAIN[int(digit)] for digit in f"{day.year:04d}")
    return f"{year}年{_to_99(day.month)}月{_to_99(day.day)}日"


def validity_numeral(days: int) -> str:
    """Return the capital for a validity of 1 to 10 days: 3 is 叁, 10 is 壹拾."""
    if not 1 <= days <= 10:
        raise ValueError(f"a certificate is not valid for {days} days")
    return capital_number(days)


def _words(number: int) -> str:
    for unit, word in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            zero = DIGITS[0] if 0 < low < unit // 10 else ""
            return f"{_words(high)}{word}{zero}{_words(low) if low else ''}"
    return _section(number)


def _section(number: int) -> str:
    """Return 1 … 9999."""
    words, gap = "", False
    for place, word in PLACES:
        digit, number = divmod(number, place)
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + word
            gap = False
        else:
            gap = True
    return words


def _to_99(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else PLAIN[tens]) + "十" if tens else ""
    return head + (PLAIN[ones] if ones else "")
