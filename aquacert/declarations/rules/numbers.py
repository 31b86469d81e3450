"""Number of a declaration: county, day, serial of that county on that day (320102-20260509-024)."""

from __future__ import annotations

import re
from datetime import date

SHAPE = re.compile(r"(\d{6})-(\d{8})-(\d{3,})")


def number(county: str, on: date, serial: int) -> str:
    """Return the number; the serial has three digits and grows beyond 999 without a break."""
    return f"{county}-{on:%Y%m%d}-{serial:03d}"


def short(full: str) -> str:
    """Return how a desk calls it within its county and year: 0509-024."""
    found = SHAPE.fullmatch(full)
    return f"{found[2][4:]}-{found[3]}" if found else full
