"""What may be asked about segments and numbers."""

from aquacert.certificates.numbers.queries.asks import RequestLine, open_request, requests
from aquacert.certificates.numbers.queries.gaps import (
    Found,
    explained_lines,
    find_number,
    number,
    orphans,
)
from aquacert.certificates.numbers.queries.movements import (
    Filter,
    MovementLine,
    movements,
    movements_page,
)
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
    "Filter",
    "Found",
    "HolderLine",
    "MovementLine",
    "RequestLine",
    "SegmentLine",
    "Stock",
    "Strip",
    "explained_lines",
    "find_number",
    "movements",
    "movements_page",
    "number",
    "numbers_left",
    "open_request",
    "orphans",
    "requests",
    "segment",
    "segments",
    "segments_of",
    "stock",
    "strip_of",
]
