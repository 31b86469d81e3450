"""The stock ledger: what is booked by hand, moved between lots, taken and given by certificates."""

from aquacert.hatcheries.commands.stock.booking import (
    Paper,
    book_stock,
    correct_stock,
    dispose_stock,
)
from aquacert.hatcheries.commands.stock.certificates import (
    credit_arrival,
    credit_void,
    debit_certificate,
)
from aquacert.hatcheries.commands.stock.moving import (
    move_lot,
    next_lot_number,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.commands.stock.posting import Entry, hold_lots, lock_lots

__all__ = [
    "Entry",
    "Paper",
    "book_stock",
    "correct_stock",
    "credit_arrival",
    "credit_void",
    "debit_certificate",
    "dispose_stock",
    "hold_lots",
    "lock_lots",
    "move_lot",
    "next_lot_number",
    "split_lot",
    "transfer_stock",
]
