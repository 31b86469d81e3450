"""What can be done with segments and numbers.

Numbers are received in segments, handed down, taken one by one, and never given back.
"""

from aquacert.certificates.numbers.commands.imports import (
    JudgedRow,
    book_list,
    judge_list,
    read_list,
)
from aquacert.certificates.numbers.commands.outside import MARKS, SEGMENT_MARKS, mark, mark_many
from aquacert.certificates.numbers.commands.requests import (
    answer_request,
    ask_numbers,
    decline_request,
)
from aquacert.certificates.numbers.commands.restore import FORGOTTEN, pass_over_forgotten
from aquacert.certificates.numbers.commands.segments import hand_down, receive_segment, return_up
from aquacert.certificates.numbers.commands.taking import (
    USED_UP,
    Reserved,
    is_reserved,
    reserve_number,
    reserve_numbers,
    use_number,
    void_reserved,
    void_used,
)
from aquacert.certificates.numbers.commands.voiding import void_orphan, void_unused, void_used_many
from aquacert.certificates.numbers.commands.watch import crossings, watch_stock

__all__ = [
    "FORGOTTEN",
    "MARKS",
    "SEGMENT_MARKS",
    "USED_UP",
    "JudgedRow",
    "Reserved",
    "answer_request",
    "ask_numbers",
    "book_list",
    "crossings",
    "decline_request",
    "hand_down",
    "is_reserved",
    "judge_list",
    "mark",
    "mark_many",
    "pass_over_forgotten",
    "read_list",
    "receive_segment",
    "reserve_number",
    "reserve_numbers",
    "return_up",
    "use_number",
    "void_orphan",
    "void_reserved",
    "void_unused",
    "void_used",
    "void_used_many",
    "watch_stock",
]
