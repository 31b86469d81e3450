"""Keep the register of laboratories' own systems, take their messages, call them."""

from labs.exchange.commands.applying import settle_next
from labs.exchange.commands.arriving import take_message
from labs.exchange.commands.calling import call_systems
from labs.exchange.commands.systems import (
    Registered,
    register_system,
    renew_token,
    replace_key,
    revoke_system,
    set_webhook,
)

__all__ = [
    "Registered",
    "call_systems",
    "register_system",
    "renew_token",
    "replace_key",
    "revoke_system",
    "set_webhook",
    "settle_next",
    "take_message",
]
