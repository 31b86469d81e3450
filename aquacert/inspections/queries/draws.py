"""Reads of the draw: for the office, for sampling, for supervisors, and for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.accounts.queries.people import vet_numbers
from aquacert.declarations.models import Declaration
from aquacert.inspections.models import DrawDay, DrawDuty, DrawTicket
from aquacert.inspections.rules.draw import FORMAT, WHICH_TEST, Purpose, book_hash
from aquacert.inspections.rules.drawing import DutyState, TicketState
from aquacert.kernel.clock import rfc3339
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

TICKETS = table_of(DrawTicket)
EXTRA = Quick(
    select(TICKETS.c.extra_disease).where(
        TICKETS.c.declaration_id == bindparam("paper"),
        TICKETS.c.extra_batch_id == bindparam("batch"),
    )
)
SHOWN_DAYS = 31


@dataclass(frozen=True)
class DrawLine:
    """What the draw decided for one declaration, for its office and its parties."""

    ticket_id: UUID
    day_on: date
    number: str
    attempt: int
    state: TicketState
    ticket: str
    content_hash: str
    extra_batch: int | None
    extra_disease: str
    """Name of the disease of the extra test; empty: none."""
    second_vet: bool
    recheck: bool
    vet_id: UUID | None
    vet_number: str
    superseded: str
    superseded_at: datetime | None
    redraw_because: str
    redraw_note: str
    redraw_by_id: UUID | None


@dataclass(frozen=True)
class Agreement:
    """A day's proposals of vets against who was sent."""

    proposed: int
    followed: int
    with_reason: int
    before: int
    """Somebody was sent before the draw was there."""


@dataclass(frozen=True)
class DeskLine:
    """One ticket on a supervisor's page."""

    draw: DrawLine
    paper: Declaration
    sent_number: str
    duties: tuple[DrawDuty, ...]


def day_of(look: Look, on: date) -> DrawDay | None:
    """Return the day, None when no commitment was published for it."""
    return look.one(select(DrawDay).where(DrawDay.day_on == on))


def days(look: Look) -> list[DrawDay]:
    """Return the days that are published, the newest first; commitments of coming days too."""
    return look.scalars(select(DrawDay).order_by(DrawDay.day_on.desc()).limit(SHOWN_DAYS))


def missing_beacon(look: Look) -> DrawDay | None:
    """Return today's day while it has no beacon."""
    day = day_of(look, look.today)
    return day if day is not None and day.beacon_value is None else None


def live_ticket(look: Look, declaration_id: UUID) -> DrawTicket | None:
    """Return the ticket of a declaration that counts."""
    return look.one(
        select(DrawTicket).where(
            DrawTicket.declaration_id == declaration_id, DrawTicket.superseded_at.is_(None)
        )
    )


def extra_tests(look: Look, declaration_id: UUID, batch_id: UUID) -> frozenset[str]:
    """Return the diseases that draws asked a batch to be tested for besides the rules.

    Of every ticket, also one that was drawn again since: a redraw takes no test away.
    """
    rows = look.rows(EXTRA, paper=declaration_id, batch=batch_id)
    return frozenset(row.extra_disease for row in rows)


def ticket_of(look: Look, declaration_id: UUID) -> DrawLine | None:
    """Return what the draw decided for a declaration in scope; None while it was not drawn."""
    look.get(Declaration, declaration_id)
    row = live_ticket(look, declaration_id)
    return None if row is None else draw_line(look, row)


def tickets_of(look: Look, declaration_id: UUID) -> list[DrawTicket]:
    """Return every ticket of a declaration in scope, the first first."""
    look.get(Declaration, declaration_id)
    return look.scalars(
        select(DrawTicket)
        .where(DrawTicket.declaration_id == declaration_id)
        .order_by(DrawTicket.id)
    )


def draw_line(look: Look, row: DrawTicket, numbers: Mapping[UUID, str] | None = None) -> DrawLine:
    """Return a ticket as pages of the office show it; `numbers`: appointments that are known."""
    day = look.session.get(DrawDay, row.day_id)
    results: Mapping[str, Any] = (row.line or {}).get("results", {})
    found = results.get(WHICH_TEST)
    extra = row.line["tests"][found][0].split(" ") if row.line and found is not None else None
    return DrawLine(
        ticket_id=row.id,
        day_on=day.day_on if day else look.today,
        number=row.number,
        attempt=row.attempt,
        state=TicketState(row.state),
        ticket=row.ticket or "",
        content_hash=row.content_hash,
        extra_batch=int(extra[0]) if extra else None,
        extra_disease=reference.disease(look, extra[1]).name_zh if extra else "",
        second_vet=bool(results.get(Purpose.SECOND_VET)),
        recheck=bool(results.get(Purpose.RECHECK)),
        vet_id=row.vet_id,
        vet_number=_number(
            vet_numbers(look, {row.vet_id} if row.vet_id else set())
            if numbers is None
            else numbers,
            row.vet_id,
        ),
        superseded=row.superseded_because or "",
        superseded_at=row.superseded_at,
        redraw_because=row.redraw_because or "",
        redraw_note=row.redraw_note or "",
        redraw_by_id=row.redraw_by_id,
    )


def duties_of(look: Look, declaration_id: UUID) -> list[DrawDuty]:
    """Return what draws asked of people for a declaration, in scope, the first first."""
    return look.scalars(
        select(DrawDuty)
        .where(DrawDuty.declaration_id == declaration_id, look.visible(DrawDuty))
        .order_by(DrawDuty.id)
    )


def open_duties(look: Look) -> list[DrawDuty]:
    """Return every second look of the actor's place that waits, the oldest first."""
    return look.scalars(
        select(DrawDuty)
        .where(look.visible(DrawDuty), DrawDuty.state == DutyState.OPEN.value)
        .order_by(DrawDuty.id)
        .limit(200)
    )


def desk_lines(look: Look, on: date) -> list[DeskLine]:
    """Return a day's tickets of the actor's place with who was sent and what they asked for."""
    rows = look.scalars(
        select(DrawTicket)
        .join(DrawDay, DrawDay.id == DrawTicket.day_id)
        .where(look.visible(DrawTicket), DrawDay.day_on == on)
        .order_by(DrawTicket.id)
    )
    ids = {row.declaration_id for row in rows}
    seen = look.scalars(select(Declaration).where(Declaration.id.in_(ids)))
    papers = {paper.id: paper for paper in seen}
    asked: dict[UUID, list[DrawDuty]] = {row.id: [] for row in rows}
    duties = select(DrawDuty).where(DrawDuty.ticket_id.in_(list(asked))).order_by(DrawDuty.kind)
    for duty in look.scalars(duties):
        asked[duty.ticket_id].append(duty)
    sent = {row.vet_id for row in rows} | {paper.vet_id for paper in papers.values()}
    numbers = vet_numbers(look, {vet_id for vet_id in sent if vet_id is not None})
    return [
        DeskLine(
            draw_line(look, row, numbers),
            papers[row.declaration_id],
            _number(numbers, papers[row.declaration_id].vet_id),
            tuple(asked[row.id]),
        )
        for row in rows
        if row.declaration_id in papers
    ]


def _number(numbers: Mapping[UUID, str], vet_id: UUID | None) -> str:
    return numbers.get(vet_id, "") if vet_id else ""


def agreement(lines: list[DeskLine]) -> Agreement:
    """Return how often the office sent whom the draw proposed."""
    live = [
        one for one in lines if one.draw.vet_id and one.paper.vet_id and not one.draw.superseded
    ]
    followed = sum(one.draw.vet_id == one.paper.vet_id for one in live)
    reasons = sum(bool(one.paper.vet_because) for one in live)
    return Agreement(len(live), followed, reasons, len(live) - followed - reasons)


def board_lines(look: Look, day: DrawDay) -> list[dict[str, Any]]:
    """Return every ticket of a day as it is published: numbers and counties, no farm, no person."""
    rows = look.scalars(
        select(DrawTicket).where(DrawTicket.day_id == day.id).order_by(DrawTicket.id)
    )
    return [_published(row) for row in rows]


def day_document(look: Look, on: date) -> dict[str, Any]:
    """Return everything a stranger needs to draw a day again; `secret` is null until it is out.

    Raises `NotFound` for a day without a commitment.
    """
    day = day_of(look, on)
    if day is None:
        raise NotFound("这一天没有抽签。")
    beacon = None
    if day.beacon_value is not None:
        beacon = {
            "source": day.book["beacon"],
            "round": day.beacon_round,
            "value": day.beacon_value,
            "given": day.beacon_given,
        }
    return {
        "format": FORMAT,
        "day": on.isoformat(),
        "province": look.settings.province,
        "commitment": day.commitment,
        "salt_key_sha256": day.salt_key_sha256,
        "committed_at": rfc3339(day.committed_at),
        "book": day.book,
        "book_sha256": book_hash(day.book).hex(),
        "beacon": beacon,
        "secret": day.secret if day.revealed_at is not None else None,
        "tickets": board_lines(look, day),
    }


def party_document(ticket: DrawTicket, content: bytes) -> dict[str, Any]:
    """Return what a declaration's own parties need to make its content hash again."""
    return {
        "format": f"{FORMAT}/content",
        "number": ticket.number,
        "content": content.decode(),
        "salt": ticket.salt,
        "content_hash": ticket.content_hash,
    }


def _published(row: DrawTicket) -> dict[str, Any]:
    line: dict[str, Any] = (
        dict(row.line)
        if row.line
        else {
            "number": row.number,
            "county": row.origin_code,
            "attempt": row.attempt,
            "state": row.state,
            "content_hash": row.content_hash,
        }
    )
    line["superseded"] = row.superseded_at is not None
    line["because"] = row.superseded_because or ""
    return line
