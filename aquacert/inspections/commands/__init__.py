"""Acts of the official vet at the pond."""

from aquacert.inspections.commands.record import complete_record, file_record
from aquacert.inspections.commands.treatment import Done, order_treatment, record_disposal
from aquacert.inspections.commands.visit import (
    add_photo,
    answer_check,
    give_verdict,
    keep_findings,
    start_inspection,
    suspect,
)

__all__ = [
    "Done",
    "add_photo",
    "answer_check",
    "complete_record",
    "file_record",
    "give_verdict",
    "keep_findings",
    "order_treatment",
    "record_disposal",
    "start_inspection",
    "suspect",
]
