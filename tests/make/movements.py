"""Builders of goods on the road: all go through commands."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from aquacert.certificates.queries import certificate
from aquacert.http.house import House
from aquacert.kernel.scope import SYSTEM
from aquacert.movements.tasks import open_movement
from tests.make.certificates import Ready, issue_one, make_ready
from tests.make.kept import kept


@dataclass(frozen=True)
class Road:
    """A certificate whose goods are expected."""

    ready: Ready
    certificate_id: UUID
    public_id: str
    number: str


@kept
def make_road(house: House, ready: Ready | None = None, **declared: object) -> Road:
    """Issue a certificate and let the task open its movement; the clock stands at issue."""
    db = house.database
    ready = ready or make_ready(db, **declared)
    certificate_id = issue_one(house, ready)
    open_movement(db, certificate_id)
    with db.look(SYSTEM) as look:
        line = certificate(look, certificate_id)
    return Road(ready, certificate_id, line.public_id, line.number)
