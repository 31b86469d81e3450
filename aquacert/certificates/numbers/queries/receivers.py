"""Whom a holder may hand numbers to: the bodies below it, and the vets of an office."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from aquacert.accounts import queries as accounts
from aquacert.accounts.models import Organisation
from aquacert.kernel.work import Look
from aquacert.reference.queries import descendants

DEEPEST = 8
"""Bodies above a body, at most: a chain that is longer goes in a circle."""


@dataclass(frozen=True)
class Receiver:
    """A body below, or a vet of the body; `word` is how a form names it."""

    body_id: UUID
    person_id: UUID | None
    name: str

    @property
    def word(self) -> str:
        """The receiver as a form's value: body, or body.vet."""
        return f"{self.body_id}.{self.person_id}" if self.person_id else str(self.body_id)


def receivers(look: Look, body_id: UUID) -> list[Receiver]:
    """Return whom a body may hand numbers to: its own vets first, then the bodies below."""
    body = accounts.organisation(look, body_id)
    vets = [
        Receiver(body.id, vet.person_id, f"官方兽医 {vet.number}".strip())
        for vet in accounts.official_vets(look, body.id, look.today)
    ]
    below = accounts.organisations(look, kind="agency", division=body.division_code)
    return vets + [
        Receiver(one.id, None, one.name_zh) for one in below if lies_below(look, one, body)
    ]


def lies_below(look: Look, lower: Organisation, upper: Organisation) -> bool:
    """Say whether a body lies below another: its place by the divisions' parents, or its own chain.

    Never by the code's digits: a county may belong to a city whose code it does not share.
    """
    below = descendants(look, upper.division_code)
    if lower.division_code in below and lower.division_code != upper.division_code:
        return True
    at: Organisation | None = lower
    for _step in range(DEEPEST):
        if at is None or at.parent_id is None:
            return False
        if at.parent_id == upper.id:
            return True
        at = look.session.get(Organisation, at.parent_id)
    return False
