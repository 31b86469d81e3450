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
    book_stock,
    correct_stock,
    credit_arrival,
    credit_void,
    debit_certificate,
    lock_lots,
    transfer_stock,
)

__all__ = [
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
    "lock_lots",
    "open_lot",
    "reapply_hatchery",
    "refuse_hatchery",
    "register_hatchery",
    "transfer_stock",
    "verify_licence",
]
