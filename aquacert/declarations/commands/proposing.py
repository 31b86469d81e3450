"""Whom the draw would send: taken from the room above, asked about when another is sent."""

from __future__ import annotations

from uuid import UUID

from aquacert.declarations.models import Declaration
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

ANOTHER = "抽签建议派另一位官方兽医。改派别人的，请写明理由。"


def propose_vet(w: Work, declaration_id: UUID, vet_id: UUID) -> None:
    """Keep whom the draw proposes; the caller records the draw itself, with the proposal in it."""
    paper = w.get_for_change(Declaration, declaration_id)
    paper.proposed_vet_id = vet_id


def check_proposal(paper: Declaration, vet_id: UUID, because: str) -> str:
    """Return the reason why another vet is sent than proposed, "" when it is he.

    Raises `Invalid` when there is none.
    """
    if paper.proposed_vet_id in {None, vet_id}:
        return ""
    said = clean(because, field="because", lines=True)
    if not said:
        raise Invalid(ANOTHER, because=ANOTHER)
    return said
