"""Doors of the review."""

from labs.review.views import batches, levels, queue, results
from labs.review.views.blueprint import bp

__all__ = ["batches", "bp", "levels", "queue", "results"]
