"""What a second person does with a result: sign that it passes, send it back; and the technician's own way back."""

from labs.review.commands.deciding import (
    CHANGED,
    Verdict,
    return_results,
    review_batch,
    review_result,
    review_results,
    take_back_result,
)
from labs.review.commands.levels import set_review_level

__all__ = [
    "CHANGED",
    "Verdict",
    "return_results",
    "review_batch",
    "review_result",
    "review_results",
    "set_review_level",
    "take_back_result",
]
