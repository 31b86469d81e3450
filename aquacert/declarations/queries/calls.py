"""The record of calls: lists, one declaration's calls, who is still to be rung back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from aquacert.declarations.models import Declaration, PhoneCall
from aquacert.kernel.db import blind
from aquacert.kernel.errors import Invalid
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference.rules.phone import parse_phone

MOST_FOUND = 100


def call_page(
    look: Look, words: str = "", *, only_open: bool = False, number: int = 1
) -> Pages[PhoneCall]:
    """Return one page of the office's calls, the newest first.

    `words` is a whole telephone number or a whole declaration number: names are not searched. What
    is found stands on one page.
    """
    statement = select(PhoneCall).where(look.visible(PhoneCall))
    if words.strip():
        statement = statement.where(_found_by(words.strip()))
    size = MOST_FOUND if words.strip() else 20
    if only_open:
        statement = statement.where(_waits())
        return look.pages(statement.order_by(PhoneCall.follow_up_on, PhoneCall.id), number, size)
    return look.pages(statement.order_by(PhoneCall.at.desc(), PhoneCall.id.desc()), number, size)


def calls_of(look: Look, declaration_id: UUID) -> list[PhoneCall]:
    """Return the calls about a declaration, the oldest first."""
    return look.scalars(
        select(PhoneCall)
        .where(PhoneCall.declaration_id == declaration_id, look.visible(PhoneCall))
        .order_by(PhoneCall.at, PhoneCall.id)
    )


def call_chain(look: Look, call_id: UUID) -> list[PhoneCall]:
    """Return a call with what went before and came after it, the oldest first."""
    row = look.get(PhoneCall, call_id)
    while row.after_id is not None:
        row = look.get(PhoneCall, row.after_id)
    chain = [row]
    while (
        following := look.scalars(
            select(PhoneCall)
            .where(PhoneCall.after_id == chain[-1].id, look.visible(PhoneCall))
            .order_by(PhoneCall.recorded_at)
        )
    ) and len(chain) < 100:
        chain += following
    return chain


def owed(look: Look, until: date) -> int:
    """Return how many people are to be rung back by that day."""
    statement = select(func.count(PhoneCall.id)).where(look.visible(PhoneCall), _waits())
    return look.session.scalar(statement.where(PhoneCall.follow_up_on <= until)) or 0


def numbers_of(look: Look, rows: list[PhoneCall]) -> dict[UUID, str]:
    """Return the declaration numbers that calls are about, by the declaration's id."""
    ids = {row.declaration_id for row in rows if row.declaration_id}
    found = look.session.execute(
        select(Declaration.id, Declaration.number).where(
            Declaration.id.in_(ids), look.visible(Declaration)
        )
    )
    return {key: number or "" for key, number in found}


def _waits() -> ColumnElement[bool]:
    """Return the condition that somebody is still to be rung back."""
    later = aliased(PhoneCall)
    return and_(
        PhoneCall.follow_up_on.is_not(None), ~exists().where(later.after_id == PhoneCall.id)
    )


def _found_by(words: str) -> ColumnElement[bool]:
    try:
        phone = parse_phone(words)
    except Invalid:
        phone = words
    number = select(Declaration.id).where(Declaration.number == words)
    return or_(
        PhoneCall.caller_phone_index == blind("phone", phone),
        PhoneCall.declaration_id.in_(number),
    )
