"""Papers of the bench: the rows of a file that were not taken, as a table to mend them by."""

import csv
import io
from collections.abc import Iterable

from labs.instruments.rules import Refusal

HEADS = ("row", "column", "code", "reason", "value")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the begin of a formula (ASVS 5.0 V1.2.10)."""


def refusals_csv(refusals: Iterable[Refusal]) -> bytes:
    """Return refused rows as CSV in UTF-8 with its mark, so that spreadsheets read the Chinese; no cell is a formula."""
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(HEADS)
    for each in refusals:
        row = (str(each.row or ""), each.column, each.code.value, each.sentence, each.value)
        sheet.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
