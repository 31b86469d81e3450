"""What can be done with a declaration, by its owner, by the office, and by the rooms above."""

from aquacert.declarations.commands.calls import CallNote, note_call
from aquacert.declarations.commands.drafts import (
    copy_last,
    discard_change,
    merge_draft,
    save_draft,
    save_fields,
    settle_clash,
    withdraw_declaration,
)
from aquacert.declarations.commands.office import (
    accept_declaration,
    ask_supplement,
    assign_vet,
    plan_visit,
    refuse_declaration,
)
from aquacert.declarations.commands.papers import attach_paper, withdraw_paper
from aquacert.declarations.commands.progress import (
    close_declaration,
    mark_arrived,
    mark_certificate_void,
    mark_certified,
    mark_inspected,
    mark_testing,
)
from aquacert.declarations.commands.proxy import (
    answer_consent,
    ask_consent,
    consent_by_call,
    consent_on_paper,
    give_code,
)
from aquacert.declarations.commands.submission import (
    amend_declaration,
    answer_supplement,
    submit_declaration,
)
from aquacert.declarations.commands.words import say

__all__ = [
    "CallNote",
    "accept_declaration",
    "amend_declaration",
    "answer_consent",
    "answer_supplement",
    "ask_consent",
    "ask_supplement",
    "assign_vet",
    "attach_paper",
    "close_declaration",
    "consent_by_call",
    "consent_on_paper",
    "copy_last",
    "discard_change",
    "give_code",
    "mark_arrived",
    "mark_certificate_void",
    "mark_certified",
    "mark_inspected",
    "mark_testing",
    "merge_draft",
    "note_call",
    "plan_visit",
    "refuse_declaration",
    "save_draft",
    "save_fields",
    "say",
    "settle_clash",
    "submit_declaration",
    "withdraw_declaration",
    "withdraw_paper",
]
