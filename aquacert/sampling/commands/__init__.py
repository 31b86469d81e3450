"""Acts of sampling: plan, order, take and seal, label, send to a laboratory, note the report."""

from aquacert.sampling.commands.dispatch import dispatch
from aquacert.sampling.commands.news import note_inspected, note_report
from aquacert.sampling.commands.orders import make_plan, order_sampling
from aquacert.sampling.commands.take import take_sample

__all__ = [
    "dispatch",
    "make_plan",
    "note_inspected",
    "note_report",
    "order_sampling",
    "take_sample",
]
