"""The HTML doors of accounts: signing in, the own account, the inbox, administration."""

from aquacert.accounts.views import (
    devices,
    inbox,
    lending,
    offices,
    organisations,
    own,
    passkeys,
    password_rules,
    people,
    personal,
    presence,
    recovery,
    signing_in,
    step_up,
    switches,
    vets,
)
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.glue import prepare

__all__ = [
    "bp",
    "devices",
    "inbox",
    "lending",
    "offices",
    "organisations",
    "own",
    "passkeys",
    "password_rules",
    "people",
    "personal",
    "prepare",
    "presence",
    "recovery",
    "signing_in",
    "step_up",
    "switches",
    "vets",
]
