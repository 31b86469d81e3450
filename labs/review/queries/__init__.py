"""Questions of the review: who had a hand, what is signed, what waits, what passes together, what changed."""

from labs.review.queries.changed import Diff, diff_of, moved_on
from labs.review.queries.hands import hands_of, level_for
from labs.review.queries.queue import (
    Batch,
    Entry,
    Queue,
    batch_of,
    entries,
    queue,
    returned,
    waiting,
)
from labs.review.queries.record import Record, record_of, signatures_of, signed_by

__all__ = [
    "Batch",
    "Diff",
    "Entry",
    "Queue",
    "Record",
    "batch_of",
    "diff_of",
    "entries",
    "hands_of",
    "level_for",
    "moved_on",
    "queue",
    "record_of",
    "returned",
    "signatures_of",
    "signed_by",
    "waiting",
]
