"""Acts of the official vet at the pond."""

from aquacert.inspections.commands.visit import (
    add_photo,
    answer_check,
    give_verdict,
    keep_findings,
    start_inspection,
    suspect,
)

__all__ = [
    "add_photo",
    "answer_check",
    "give_verdict",
    "keep_findings",
    "start_inspection",
    "suspect",
]
