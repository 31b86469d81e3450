"""Acts of intake: announce, take in a box and its items, judge what came, store and destroy."""

from labs.intake.commands.announce import Announced, Box, announce
from labs.intake.commands.boxes import arrive_box, close_box
from labs.intake.commands.faults import close_fault, open_fault
from labs.intake.commands.receive import (
    Scan,
    correct_receipt,
    receive_item,
    take_back_receipt,
    take_in,
)
from labs.intake.commands.storage import (
    ask_destruction,
    confirm_destruction,
    keep_item,
    store_item,
)
from labs.intake.commands.temperature import take_temperatures

__all__ = [
    "Announced",
    "Box",
    "Scan",
    "announce",
    "arrive_box",
    "ask_destruction",
    "close_box",
    "close_fault",
    "confirm_destruction",
    "correct_receipt",
    "keep_item",
    "open_fault",
    "receive_item",
    "store_item",
    "take_back_receipt",
    "take_in",
    "take_temperatures",
]
