"""Requests for numbers (申领): who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.queries import bodies
from aquacert.certificates.models import NumberRequest
from aquacert.certificates.numbers.queries.rows import Key, names_of
from aquacert.certificates.rules.numberstock import REQUEST_NAMES, RequestState
from aquacert.kernel.work import Look

MOST = 20


@dataclass(frozen=True)
class RequestLine:
    """One request as pages show it. `can_answer`: the actor's place is the upper one's."""

    request_id: UUID
    kind: str
    holder_id: UUID
    person_id: UUID | None
    to_id: UUID
    asker: str
    to: str
    quantity: int
    because: str
    state: str
    state_name: str
    answer: str
    asked_at: datetime
    can_answer: bool


def requests(look: Look, kind: str, *, is_open: bool = True) -> list[RequestLine]:
    """Return the newest visible requests of a form, open ones only unless said."""
    statement = select(NumberRequest).where(NumberRequest.kind == kind, look.visible(NumberRequest))
    if is_open:
        statement = statement.where(NumberRequest.state == RequestState.OPEN.value)
    rows = look.scalars(statement.order_by(NumberRequest.asked_at.desc()).limit(MOST))
    return _lines(look, rows)


def open_request(look: Look, request_id: UUID) -> RequestLine:
    """Return one visible request, or raise `NotFound`."""
    return _lines(look, [look.get(NumberRequest, request_id)])[0]


def _lines(look: Look, rows: list[NumberRequest]) -> list[RequestLine]:
    keys: set[Key] = {(row.holder_id, row.holder_person_id) for row in rows}
    names = names_of(look, keys | {(row.to_id, None) for row in rows})
    places = places_of(look, {row.to_id for row in rows})
    return [
        RequestLine(
            row.id,
            row.kind,
            row.holder_id,
            row.holder_person_id,
            row.to_id,
            names[row.holder_id, row.holder_person_id],
            names[row.to_id, None],
            row.quantity,
            row.because,
            row.state,
            REQUEST_NAMES[RequestState(row.state)],
            row.answer,
            row.asked_at,
            _mine(look, row.to_id, places.get(row.to_id, "")),
        )
        for row in rows
    ]


def _mine(look: Look, body_id: UUID, place: str) -> bool:
    scope = look.actor.scope
    return scope.everything or body_id in scope.organisation_ids or place in scope.divisions


def places_of(look: Look, ids: set[UUID]) -> dict[UUID, str]:
    """Return the division of each body."""
    return {key: body.division_code for key, body in bodies(look, ids).items()}
