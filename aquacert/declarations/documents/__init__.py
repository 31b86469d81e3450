"""The statutory forms of a case, each from one set of facts: PDF, .docx and page print the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aquacert.declarations.documents.ending import disposal, treatment
from aquacert.declarations.documents.facts import (
    AnswerFacts,
    ApplicationFacts,
    DisposalFacts,
    FormFacts,
    RecordFacts,
    SamplingFacts,
    SupplementFacts,
    TreatmentFacts,
    read_facts,
)
from aquacert.declarations.documents.field import record, sampling
from aquacert.declarations.documents.opening import STATEMENT, answer, application, supplement
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.sheets import DEMO_MARK as DEMO
from aquacert.kernel.sheets import Sheet

LAYOUT = 1
"""Version of the layouts, kept with each filed form: a later layout is a new number here."""
LAYOUTS: Mapping[FormKind, tuple[type[FormFacts], Callable[[Any, str], Sheet]]] = {
    FormKind.APPLICATION: (ApplicationFacts, application),
    FormKind.SUPPLEMENT: (SupplementFacts, supplement),
    FormKind.ACCEPTANCE: (AnswerFacts, answer),
    FormKind.REFUSAL: (AnswerFacts, answer),
    FormKind.RECORD: (RecordFacts, record),
    FormKind.SAMPLING: (SamplingFacts, sampling),
    FormKind.TREATMENT: (TreatmentFacts, treatment),
    FormKind.DISPOSAL: (DisposalFacts, disposal),
}


def sheet_of(kind: FormKind, kept: Mapping[str, Any], number: str) -> Sheet:
    """Return a form's sheet from the facts that were kept under its number."""
    facts, layout = LAYOUTS[kind]
    return layout(read_facts(facts, kept), number)


__all__ = [
    "DEMO",
    "LAYOUT",
    "LAYOUTS",
    "STATEMENT",
    "AnswerFacts",
    "ApplicationFacts",
    "DisposalFacts",
    "FormFacts",
    "RecordFacts",
    "SamplingFacts",
    "SupplementFacts",
    "TreatmentFacts",
    "answer",
    "application",
    "disposal",
    "record",
    "sampling",
    "sheet_of",
    "supplement",
    "treatment",
]
