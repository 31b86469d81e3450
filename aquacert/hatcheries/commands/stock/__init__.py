"""The stock ledger: what is booked by hand, moved between lots, taken and given by certificates."""

from aquacert.hatcheries.commands.stock.booking import (
    Provenance,
    book_stock,
    correct_stock,
    dispose_stock,
)
from aquacert.hatcheries.commands.stock.certificates import (
    credit_arrival,
    credit_void,
    debit_certificate,
)
from aquacert.hatcheries.commands.stock.holding import free_lot, hold_lot
from aquacert.hatcheries.commands.stock.moving import (
    move_lot,
    next_lot_number,
    split_lot,
    transfer_stock,
)
from aquacert.hatcheries.commands.stock.origins import judge_origin, settle_origin
from aquacert.hatcheries.commands.stock.posting import Entry, hold_lots, lock_lots
from aquacert.hatcheries.commands.stock.sheets import (
    book_rows,
    cancel_import,
    read_sheet,
    start_import,
)
from aquacert.hatcheries.commands.stock.short import tell_if_short

__all__ = [
    "Entry",
    "Provenance",
    "book_rows",
    "book_stock",
    "cancel_import",
    "correct_stock",
    "credit_arrival",
    "credit_void",
    "debit_certificate",
    "dispose_stock",
    "free_lot",
    "hold_lot",
    "hold_lots",
    "judge_origin",
    "lock_lots",
    "move_lot",
    "next_lot_number",
    "read_sheet",
    "settle_origin",
    "split_lot",
    "start_import",
    "tell_if_short",
    "transfer_stock",
]
