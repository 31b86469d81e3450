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

__all__ = [
    "Announced",
    "Box",
    "Scan",
    "announce",
    "arrive_box",
    "close_box",
    "close_fault",
    "correct_receipt",
    "open_fault",
    "receive_item",
    "take_back_receipt",
    "take_in",
]
