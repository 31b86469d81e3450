"""What may be asked before a certificate exists: is this load ready, and what would it say."""

from aquacert.certificates.issuing.queries.content import Allotted, Content, content_of
from aquacert.certificates.issuing.queries.plans import (
    in_flight,
    live_certificate,
    orphans,
    unplanned_numbers,
)
from aquacert.certificates.issuing.queries.readiness import Readiness, readiness
from aquacert.certificates.issuing.queries.waiting import (
    WaitingLine,
    office_of,
    waiting,
    waiting_lines,
    waiting_together,
)

__all__ = [
    "Allotted",
    "Content",
    "Readiness",
    "WaitingLine",
    "content_of",
    "in_flight",
    "live_certificate",
    "office_of",
    "orphans",
    "readiness",
    "unplanned_numbers",
    "waiting",
    "waiting_lines",
    "waiting_together",
]
