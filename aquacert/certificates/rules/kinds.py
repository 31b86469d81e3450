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


def valid_days(kind: Kind, travel_days: int, days_to_departure: int = 0) -> int:
    """Return the days to write: until departure and on the road for A (at least 1), 1 for B.

    The caller holds it to the longest that the rule allows.
    """
    return 1 if kind is Kind.B else max(1, max(0, days_to_departure) + travel_days)


def last_day(issued_on: date, days: int, kind: Kind = Kind.A) -> date:
    """Return the last legal day on which goods may arrive (trust.record.valid_until, as a day).

    A: the day of issue is not counted (Civil Code art. 201), so 叁日 from 11 May ends on 14 May;
    B: 当日 is the day of issue itself. The forms define no clock; domain.md §2.5 recommends this.
    """
    return issued_on if kind is Kind.B else issued_on + timedelta(days=max(1, days))
