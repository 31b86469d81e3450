"""Questions and answers on a declaration, oldest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import DeclarationWord
from aquacert.declarations.queries.facts import declaration
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class Word:
    """One question or answer."""

    from_office: bool
    words: str
    said_at: datetime


def words_of(look: Look, declaration_id: UUID) -> list[Word]:
    """Return what was said on a declaration; it must be in scope."""
    declaration(look, declaration_id)
    rows = look.scalars(
        select(DeclarationWord)
        .where(DeclarationWord.declaration_id == declaration_id)
        .order_by(DeclarationWord.said_at, DeclarationWord.id)
    )
    return [Word(row.from_office, row.words, row.said_at) for row in rows]


def waiting_for_office(look: Look, declaration_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these declarations have an owner's question as their last word."""
    rows = look.session.execute(
        select(DeclarationWord.declaration_id, DeclarationWord.from_office)
        .where(DeclarationWord.declaration_id.in_(declaration_ids))
        .order_by(DeclarationWord.said_at, DeclarationWord.id)
    )
    last: dict[UUID, bool] = {row.declaration_id: row.from_office for row in rows}
    return frozenset(one for one, from_office in last.items() if not from_office)
