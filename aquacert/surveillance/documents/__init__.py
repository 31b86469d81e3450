"""Files of surveillance: facts in, bytes out."""

from aquacert.surveillance.documents.own import HEADS, as_csv, as_workbook, cells

__all__ = ["HEADS", "as_csv", "as_workbook", "cells"]
