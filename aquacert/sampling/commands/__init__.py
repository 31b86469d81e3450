"""Acts of sampling: plan, order, take and seal, label, send to a laboratory, note the report."""

from aquacert.sampling.commands.dispatch import Parcel, dispatch
from aquacert.sampling.commands.labels import (
    issue_labels,
    print_sample,
    print_self_test,
    print_sheet,
    void_label,
)
from aquacert.sampling.commands.news import note_inspected, note_report
from aquacert.sampling.commands.orders import make_plan, order_sampling
from aquacert.sampling.commands.own import (
    OwnTaking,
    note_self_test,
    send_self_test,
    take_self_test,
)
from aquacert.sampling.commands.photos import add_sample_photo
from aquacert.sampling.commands.take import Taking, take_sample

__all__ = [
    "OwnTaking",
    "Parcel",
    "Taking",
    "add_sample_photo",
    "dispatch",
    "issue_labels",
    "make_plan",
    "note_inspected",
    "note_report",
    "note_self_test",
    "order_sampling",
    "print_sample",
    "print_self_test",
    "print_sheet",
    "send_self_test",
    "take_sample",
    "take_self_test",
    "void_label",
]
