"""Numerals as the form wants them: dates written out, and the days of validity in capitals."""

from __future__ import annotations

from datetime import date

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
DIGITS = "〇一二三四五六七八九"
TEN = 10


def day_count(days: int) -> str:
    """Return 1..99 days in capitals: 3 → 叁, 10 → 壹拾, 15 → 壹拾伍."""
    tens, ones = divmod(days, TEN)
    return (f"{CAPITALS[tens]}拾" if tens else "") + (CAPITALS[ones] if ones or not tens else "")


def date_in_words(day: date) -> str:
    """Return a date as the form's filling rule writes it: 二〇二六年五月十一日."""
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_small(day.month)}月{_small(day.day)}日"


def _small(number: int) -> str:
    """Return 1..31 in everyday numerals: 11 → 十一, 20 → 二十."""
    tens, ones = divmod(number, TEN)
    head = {0: "", 1: "十"}.get(tens, f"{DIGITS[tens]}十")
    return head + (DIGITS[ones] if ones or not tens else "")
