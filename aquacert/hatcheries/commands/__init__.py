"""What can be done to a hatchery: register and review it, keep its licences, ponds and stock."""

from aquacert.hatcheries.commands.assignment import assign_office
from aquacert.hatcheries.commands.campaigns import (
    answer_campaign,
    end_campaign,
    open_campaign,
    settle_answer,
)
from aquacert.hatcheries.commands.choosing import choose_licences
from aquacert.hatcheries.commands.closing import (
    ask_reopening,
    check_empty,
    close_hatchery,
    left_over,
    reopen_hatchery,
)
from aquacert.hatcheries.commands.correcting import correct_hatchery
from aquacert.hatcheries.commands.keeping import (
    add_licence,
    add_pond,
    change_contact,
    confirm_record,
    open_lot,
    verify_licence,
)
from aquacert.hatcheries.commands.licences import (
    attach_scan,
    extend_licence,
    renew_licence,
    return_licence,
)
from aquacert.hatcheries.commands.people import (
    end_person,
    keep_person,
)
from aquacert.hatcheries.commands.ponds import (
    leave_pond,
    shape_pond,
)
from aquacert.hatcheries.commands.records import (
    end_illness,
    strike_note,
    write_again,
    write_note,
)
from aquacert.hatcheries.commands.registration import (
    approve_hatchery,
    reapply_hatchery,
    refuse_hatchery,
    register_hatchery,
    register_own_hatchery,
)
from aquacert.hatcheries.commands.signs import (
    make_sign,
)
from aquacert.hatcheries.commands.stock import (
    Provenance,
    book_stock,
    correct_stock,
    credit_arrival,
    credit_void,
    debit_certificate,
    dispose_stock,
    hold_lots,
    lock_lots,
    move_lot,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.commands.twins import merge_hatcheries, tell_apart

__all__ = [
    "Provenance",
    "add_licence",
    "add_pond",
    "answer_campaign",
    "approve_hatchery",
    "ask_reopening",
    "assign_office",
    "attach_scan",
    "book_stock",
    "change_contact",
    "check_empty",
    "choose_licences",
    "close_hatchery",
    "confirm_record",
    "correct_hatchery",
    "correct_stock",
    "credit_arrival",
    "credit_void",
    "debit_certificate",
    "dispose_stock",
    "end_campaign",
    "end_illness",
    "end_person",
    "extend_licence",
    "hold_lots",
    "keep_person",
    "leave_pond",
    "left_over",
    "lock_lots",
    "make_sign",
    "merge_hatcheries",
    "move_lot",
    "open_campaign",
    "open_lot",
    "reapply_hatchery",
    "refuse_hatchery",
    "register_hatchery",
    "register_own_hatchery",
    "renew_licence",
    "reopen_hatchery",
    "return_licence",
    "settle_answer",
    "shape_pond",
    "split_lot",
    "strike_note",
    "tell_apart",
    "transfer_stock",
    "verify_licence",
    "write_again",
    "write_note",
]
