"""Shipped lists of supervision: must-check categories and key farms."""

from aquacert.supervision.parsers.coverage import CategoryRow, key_farms, must_check

__all__ = ["CategoryRow", "key_farms", "must_check"]
