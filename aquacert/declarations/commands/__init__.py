"""What can be done with a declaration, by its owner, by the office, and by the rooms above."""

from aquacert.declarations.commands.drafts import copy_last, save_draft, withdraw_declaration
from aquacert.declarations.commands.office import (
    accept_declaration,
    ask_supplement,
    assign_vet,
    refuse_declaration,
)
from aquacert.declarations.commands.papers import attach_paper
from aquacert.declarations.commands.progress import (
    close_declaration,
    mark_arrived,
    mark_certificate_void,
    mark_certified,
    mark_inspected,
    mark_testing,
)
from aquacert.declarations.commands.submission import (
    amend_declaration,
    answer_supplement,
    submit_declaration,
)

__all__ = [
    "accept_declaration",
    "amend_declaration",
    "answer_supplement",
    "ask_supplement",
    "assign_vet",
    "attach_paper",
    "close_declaration",
    "copy_last",
    "mark_arrived",
    "mark_certificate_void",
    "mark_certified",
    "mark_inspected",
    "mark_testing",
    "refuse_declaration",
    "save_draft",
    "submit_declaration",
    "withdraw_declaration",
]
