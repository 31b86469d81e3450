"""What can be done to a hatchery: register and review it, keep its licences, ponds and stock."""

from aquacert.hatcheries.commands.keeping import (
    add_licence,
    add_pond,
    change_contact,
    confirm_record,
    open_lot,
    verify_licence,
)
from aquacert.hatcheries.commands.registration import (
    approve_hatchery,
    reapply_hatchery,
    refuse_hatchery,
    register_hatchery,
)
from aquacert.hatcheries.commands.stock import (
    Paper,
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

__all__ = [
    "Paper",
    "add_licence",
    "add_pond",
    "approve_hatchery",
    "book_stock",
    "change_contact",
    "confirm_record",
    "correct_stock",
    "credit_arrival",
    "credit_void",
    "debit_certificate",
    "dispose_stock",
    "hold_lots",
    "lock_lots",
    "move_lot",
    "open_lot",
    "reapply_hatchery",
    "refuse_hatchery",
    "register_hatchery",
    "split_lot",
    "transfer_stock",
    "verify_licence",
]
