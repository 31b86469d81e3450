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
from aquacert.kernel.errors import Unavailable
from aquacert.kernel.sheets import DEMO_MARK as DEMO
from aquacert.kernel.sheets import Sheet

LAYOUT = 1
"""The layout that new forms are filed under; a later one is a new number here and a row below."""
Draws = Mapping[FormKind, tuple[type[FormFacts], Callable[[Any, str], Sheet]]]
LAYOUTS: Mapping[int, Draws] = {
    1: {
        FormKind.APPLICATION: (ApplicationFacts, application),
        FormKind.SUPPLEMENT: (SupplementFacts, supplement),
        FormKind.ACCEPTANCE: (AnswerFacts, answer),
        FormKind.REFUSAL: (AnswerFacts, answer),
        FormKind.RECORD: (RecordFacts, record),
        FormKind.SAMPLING: (SamplingFacts, sampling),
        FormKind.TREATMENT: (TreatmentFacts, treatment),
        FormKind.DISPOSAL: (DisposalFacts, disposal),
    },
}
"""Layout → how each form is drawn: a form is drawn by the layout it was filed under, for ever."""


def sheet_of(kind: FormKind, kept: Mapping[str, Any], number: str, layout: int = LAYOUT) -> Sheet:
    """Return a form's sheet from the facts that were kept under its number, in its own layout.

    Raises `Unavailable` for a layout that this release does not know (a newer one's data): another
    layout would print a paper that nobody signed.
    """
    draws = LAYOUTS.get(layout)
    if draws is None:
        raise Unavailable(f"这份文书是用版式 {layout} 制作的，本系统的版本还画不了，请先升级。")
    facts, draw = draws[kind]
    return draw(read_facts(facts, kept), number)


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
