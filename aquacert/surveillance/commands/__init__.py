"""Acts of surveillance: files in, verdicts about events, zones opened and lifted."""

from aquacert.surveillance.commands.feeds import import_empresi, import_received, receive_empresi
from aquacert.surveillance.commands.own import OwnNews, take_own_result
from aquacert.surveillance.commands.verdicts import confirm_event, deny_event
from aquacert.surveillance.commands.zones import lift_zone, open_zone

__all__ = [
    "OwnNews",
    "confirm_event",
    "deny_event",
    "import_empresi",
    "import_received",
    "lift_zone",
    "open_zone",
    "receive_empresi",
    "take_own_result",
]
