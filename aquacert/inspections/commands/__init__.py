"""Acts of the official vet at the pond."""

from aquacert.inspections.commands.evidence import add_photo, challenge_codes, raise_flags
from aquacert.inspections.commands.record import complete_record, file_record
from aquacert.inspections.commands.suspicion import lift_isolation, suspect
from aquacert.inspections.commands.treatment import Done, order_treatment, record_disposal
from aquacert.inspections.commands.visit import (
    give_verdict,
    keep_findings,
    start_inspection,
)

__all__ = [
    "Done",
    "add_photo",
    "challenge_codes",
    "complete_record",
    "file_record",
    "give_verdict",
    "keep_findings",
    "lift_isolation",
    "order_treatment",
    "raise_flags",
    "record_disposal",
    "start_inspection",
    "suspect",
]
