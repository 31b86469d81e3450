"""Forms of declarations. The declaration's own form is read as typed; rules judge it later."""

from __future__ import annotations

from aquacert.declarations.forms.declaring import (
    AcceptForm,
    ActForm,
    AnswerForm,
    AssignForm,
    CloseForm,
    DeclareForm,
    Judged,
    PapersForm,
    RefuseForm,
    StatementForm,
    SupplementForm,
    SupplementReplyForm,
    choices,
)
from aquacert.declarations.rules.typed import MOST_ROWS, changed_rows
from aquacert.declarations.rules.typed import from_flat as answers_from

__all__ = [
    "MOST_ROWS",
    "AcceptForm",
    "ActForm",
    "AnswerForm",
    "AssignForm",
    "CloseForm",
    "DeclareForm",
    "Judged",
    "PapersForm",
    "RefuseForm",
    "StatementForm",
    "SupplementForm",
    "SupplementReplyForm",
    "answers_from",
    "changed_rows",
    "choices",
]
