"""Rules of the inspections, pure: the checklist and its verdict; treatment of what failed."""

from __future__ import annotations

from aquacert.inspections.rules.checks import (
    ANSWER_WORDS,
    MOVES,
    NEEDED_SLOTS,
    OUTCOMES,
    SECTION_WORDS,
    SENTENCES,
    SLOT_WORDS,
    STATE_WORDS,
    Act,
    Answer,
    Item,
    Lack,
    Outcome,
    Section,
    Slot,
    State,
    Verdict,
    hinted,
    lacks,
)

__all__ = [
    "ANSWER_WORDS",
    "MOVES",
    "NEEDED_SLOTS",
    "OUTCOMES",
    "SECTION_WORDS",
    "SENTENCES",
    "SLOT_WORDS",
    "STATE_WORDS",
    "Act",
    "Answer",
    "Item",
    "Lack",
    "Outcome",
    "Section",
    "Slot",
    "State",
    "Verdict",
    "hinted",
    "lacks",
]
