"""A or B is derived from the destination, never typed; and how long each is good for.

Sources: Measures 2022 (动物检疫管理办法) and the filling rules of the certificate forms: 动物A goes
across a province border, 动物B stays inside; "应于__日内到达有效" (A, at most 5) and "应于当日内到达有效" (B).
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

PROVINCE_DIGITS = 2


class Kind(StrEnum):
    """The two forms of the certificate."""

    A = "A"
    B = "B"


TITLES = {Kind.A: "动物检疫证明（动物A）", Kind.B: "动物检疫证明（动物B）"}


def kind_for(*, issuing_province: str, destination_province: str) -> Kind:
    """Return the form: B when the goods stay in the issuing province, else A.

    Both are division codes of provinces ("320000"), looked up, never cut from a county's code.
    """
    return Kind.B if destination_province == issuing_province else Kind.A


def valid_days(kind: Kind, travel_days: int) -> int:
    """Return the days to write: the travel time for A (at least 1), the day itself for B."""
    return 1 if kind is Kind.B else max(1, travel_days)


def last_day(issued_on: date, days: int) -> date:
    """Return the last legal day on which goods may arrive: the day of issue is day 1.

    The forms do not define the clock. 当日 (1 day) can only mean the day of issue, so the day of
    issue counts as the first for A too: the stricter reading, one rule for both forms.
    """
    return issued_on + timedelta(days=max(1, days) - 1)
