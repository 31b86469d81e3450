"""What a second person does with a result: pass, send back; and the technician's own way back."""

from labs.review.commands.deciding import (
    Verdict,
    review_result,
    review_results,
    take_back_result,
)

__all__ = ["Verdict", "review_result", "review_results", "take_back_result"]
