"""What may be asked about segments and numbers."""

from aquacert.certificates.numbers.queries.asks import RequestLine, open_request, requests
from aquacert.certificates.numbers.queries.gaps import (
    QUIET,
    Found,
    explained_lines,
    find_number,
    number,
    orphans,
    taken,
)
from aquacert.certificates.numbers.queries.movements import (
    Filter,
    MovementLine,
    movements,
    movements_page,
)
from aquacert.certificates.numbers.queries.receivers import Receiver, lies_below, receivers
from aquacert.certificates.numbers.queries.segments import (
    SegmentLine,
    numbers_left,
    segment,
    segments,
    segments_of,
)
from aquacert.certificates.numbers.queries.stock import HolderLine, Stock, stock
from aquacert.certificates.numbers.queries.strip import Strip, strip_of

__all__ = [
    "QUIET",
    "Filter",
    "Found",
    "HolderLine",
    "MovementLine",
    "Receiver",
    "RequestLine",
    "SegmentLine",
    "Stock",
    "Strip",
    "explained_lines",
    "find_number",
    "lies_below",
    "movements",
    "movements_page",
    "number",
    "numbers_left",
    "open_request",
    "orphans",
    "receivers",
    "requests",
    "segment",
    "segments",
    "segments_of",
    "stock",
    "strip_of",
    "taken",
]
