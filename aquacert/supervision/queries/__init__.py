"""Reads of supervision: today's figures, issued counts, the trail."""

from __future__ import annotations

from aquacert.supervision.queries.figures import (
    CountLine,
    Span,
    Today,
    by_month,
    counts,
    last_check,
    last_year,
    rooms_recorded,
    size_of_trail,
    today,
    trail,
    waiting,
)

__all__ = [
    "CountLine",
    "Span",
    "Today",
    "by_month",
    "counts",
    "last_check",
    "last_year",
    "rooms_recorded",
    "size_of_trail",
    "today",
    "trail",
    "waiting",
]
