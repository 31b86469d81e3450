"""Acts on reports: authorise, sign, and the four ways a report ends."""

from labs.reports.commands.asking import (
    ask_invalidate,
    ask_retract,
    drop_ask,
    invalidate_for_pool,
    invalidate_report,
    retract_report,
)
from labs.reports.commands.authorise import authorise_report, state_facts
from labs.reports.commands.ending import amend_report, withdraw_report
from labs.reports.commands.sign import sign_report

amend, retract, invalidate, withdraw = (
    amend_report,
    retract_report,
    invalidate_report,
    withdraw_report,
)
"""The verbs by their short names."""

__all__ = [
    "amend",
    "amend_report",
    "ask_invalidate",
    "ask_retract",
    "authorise_report",
    "drop_ask",
    "invalidate",
    "invalidate_for_pool",
    "invalidate_report",
    "retract",
    "retract_report",
    "sign_report",
    "state_facts",
    "withdraw",
    "withdraw_report",
]
