"""Express reports of suspected epidemics, pure: states, and the clock they stand under.

Law of the People's Republic of China on animal epidemic prevention (2021), as recalled: whoever
finds animals sick or suspected reports at once, and the body that is told goes to see and reports
upwards. How many hours that is, is a dated rule (`express.receive_hours`), not a constant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from aquacert.kernel.states import Moves


class State(StrEnum):
    """Where a report stands."""

    RAISED = "raised"
    RECEIVED = "received"
    CLOSED = "closed"


class Act(StrEnum):
    """What is done with a report."""

    RECEIVE = "receive"
    CLOSE = "close"


class Outcome(StrEnum):
    """What came of a suspicion."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


SOURCE = "express"
"""Source of the events that rest on an express report."""
STATE_WORDS: Mapping[State, str] = {
    State.RAISED: "待签收",
    State.RECEIVED: "核查中",
    State.CLOSED: "已办结",
}
OUTCOME_WORDS: Mapping[Outcome, str] = {Outcome.CONFIRMED: "确认疫情", Outcome.DENIED: "排除疫情"}
MOVES: Moves[State, Act] = Moves(
    {
        (State.RAISED, Act.RECEIVE): State.RECEIVED,
        (State.RECEIVED, Act.CLOSE): State.CLOSED,
        # Who answers for it may judge at once, and has received it thereby.
        (State.RAISED, Act.CLOSE): State.CLOSED,
    },
    words=STATE_WORDS,
)


def event_key(report_id: UUID, disease_code: str) -> str:
    """Return the key of a report's event: it names the farm to nobody who knows no report."""
    return hashlib.sha256(f"{report_id}:{disease_code}".encode()).hexdigest()[:16].upper()


@dataclass(frozen=True)
class Suspicion:
    """What was seen at a farm and is suspected to be an epidemic."""

    subject_id: UUID
    organisation_id: UUID
    office_id: UUID
    division_code: str
    place: str
    species_code: str
    quantity: int
    unit: str
    diseases: tuple[str, ...]
    signs: str
    seen_at: datetime
    deaths: int | None = None
