"""What can be done with movements."""

from aquacert.movements.commands.arrivals import (
    confirm_absent,
    make_link,
    report_arrival,
    report_by_link,
    settle_arrived,
)
from aquacert.movements.commands.checks import log_check
from aquacert.movements.commands.lives import (
    close_movement,
    ensure_open,
    open_movement,
    remind_overdue,
)

__all__ = [
    "close_movement",
    "confirm_absent",
    "ensure_open",
    "log_check",
    "make_link",
    "open_movement",
    "remind_overdue",
    "report_arrival",
    "report_by_link",
    "settle_arrived",
]
