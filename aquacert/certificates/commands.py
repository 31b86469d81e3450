"""What can be done with certificates and their numbers: one list of the rooms' commands."""

from aquacert.certificates.archive.commands import (
    Done,
    complete,
    draw_copy,
    keep_copy,
    preserve_due,
)
from aquacert.certificates.issuing.commands import (
    Resumed,
    digest_of_all,
    issue,
    issue_many,
    render,
    resume,
)
from aquacert.certificates.log.commands import fold_scans
from aquacert.certificates.numbers.commands import hand_down, receive_segment, reserve_number
from aquacert.certificates.status.commands import (
    note_arrival,
    recall,
    suspend,
    void,
)
from aquacert.certificates.status.commands import resume as resume_certificate
from aquacert.certificates.status.lists import publish_list, refresh_lists

__all__ = [
    "Done",
    "Resumed",
    "complete",
    "digest_of_all",
    "draw_copy",
    "fold_scans",
    "hand_down",
    "issue",
    "issue_many",
    "keep_copy",
    "note_arrival",
    "preserve_due",
    "publish_list",
    "recall",
    "receive_segment",
    "refresh_lists",
    "render",
    "reserve_number",
    "resume",
    "resume_certificate",
    "suspend",
    "void",
]
