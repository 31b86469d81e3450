"""What may be asked about the news, the leaves, the published log; and whether all agree."""

from aquacert.certificates.log.queries.monitor import Findings, monitor, standstill
from aquacert.certificates.log.queries.news import (
    changes_since,
    last_change,
    leaves,
    scan_count,
    size,
)
from aquacert.certificates.log.queries.proofs import (
    Head,
    consistency_of,
    folder_of,
    newest,
    origin_of,
    proof_of,
    proof_of_page,
    published,
    root_at,
    witnesses,
)

__all__ = [
    "Findings",
    "Head",
    "changes_since",
    "consistency_of",
    "folder_of",
    "last_change",
    "leaves",
    "monitor",
    "newest",
    "origin_of",
    "proof_of",
    "proof_of_page",
    "published",
    "root_at",
    "scan_count",
    "size",
    "standstill",
    "witnesses",
]
