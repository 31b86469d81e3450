"""What can be done with certificates and their numbers: one list of the rooms' commands."""

from aquacert.certificates.issuing.commands import Resumed, issue, resume
from aquacert.certificates.numbers.commands import hand_down, receive_segment, reserve_number
from aquacert.certificates.status.commands import note_arrival, publish_list, suspend, void
from aquacert.certificates.status.commands import resume as resume_certificate

__all__ = [
    "Resumed",
    "hand_down",
    "issue",
    "note_arrival",
    "publish_list",
    "receive_segment",
    "reserve_number",
    "resume",
    "resume_certificate",
    "suspend",
    "void",
]
