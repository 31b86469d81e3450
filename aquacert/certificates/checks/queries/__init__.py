"""What may be asked of the check: is this certificate in doubt; what did the last run find."""

from aquacert.certificates.checks.queries.findings import (
    FindingLine,
    counts_of,
    finding_lines,
    last_run,
    open_findings,
)
from aquacert.certificates.checks.queries.rows import in_doubt

__all__ = [
    "FindingLine",
    "counts_of",
    "finding_lines",
    "in_doubt",
    "last_run",
    "open_findings",
]
