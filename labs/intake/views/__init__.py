"""Doors of intake: boxes and their items, lists, non-conformities, custody, storage."""

from labs.intake.views import boxes, care, items, lists
from labs.intake.views.blueprint import bp

__all__ = ["boxes", "bp", "care", "items", "lists"]
