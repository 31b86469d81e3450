"""The workbook library, read without numpy.

openpyxl takes numpy in only to know its number types in cells; nobody here writes such. It would
cost every worker some 10 MB, so it is hidden while openpyxl is first read, and there again after.
"""

from __future__ import annotations

import sys
from importlib import import_module

if "numpy" not in sys.modules and "openpyxl" not in sys.modules:
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import_module("openpyxl")
    finally:
        del sys.modules["numpy"]

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

__all__ = ["Font", "Workbook", "load_workbook"]
