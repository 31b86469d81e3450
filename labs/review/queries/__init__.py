"""Questions of the review: who had a hand, what is signed, what waits and what passes together."""

from labs.review.queries.hands import hands_of, level_for
from labs.review.queries.record import Record, record_of, signed_by

__all__ = ["Record", "hands_of", "level_for", "record_of", "signed_by"]
