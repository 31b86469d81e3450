"""The HTML doors of accounts: signing in, the own account, the inbox, administration."""

from aquacert.accounts.views import (
    inbox,
    organisations,
    own,
    passkeys,
    people,
    personal,
    signing_in,
    step_up,
)
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.glue import prepare

__all__ = [
    "bp",
    "inbox",
    "organisations",
    "own",
    "passkeys",
    "people",
    "personal",
    "prepare",
    "signing_in",
    "step_up",
]
