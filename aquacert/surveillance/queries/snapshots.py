"""What a whole snapshot lacks: known subjects of its reach that it no longer names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select

from aquacert.kernel.work import Look
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.parsers.spool import Span, Spool
from aquacert.surveillance.queries.shelves import SHELVES, Shelf

STEP = 5_000
MOST_NAMES = 400


def lacking(look: Look, source: str, spool: Spool) -> dict[Kind, list[UUID]]:
    """Return known subjects that a whole file lacks, of those not marked as missing yet.

    The reach of a file is what it speaks of: its report days and diseases, or its periods. What
    lies outside it is not said to be gone.
    """
    spool.ask_often()
    found: dict[Kind, list[UUID]] = {}
    for kind, span in spool.spans.items():
        reach = _reach(SHELVES[kind], span)
        if reach is not None:
            found[kind] = _absent(look, SHELVES[kind], source, spool, reach)
    return found


def _reach(shelf: Shelf, span: Span) -> list[ColumnElement[bool]] | None:
    table = shelf.subjects.c
    reach: list[ColumnElement[bool]] = []
    if span.periods and shelf.kind is not Kind.EVENT:
        reach.append(_any_of(table.period, span.periods))
    elif span.first_day:
        days = date.fromisoformat(span.first_day), date.fromisoformat(span.last_day)
        reach.append(table.reported_on.between(*days))
    else:
        return None
    if shelf.kind is Kind.EVENT:
        reach.append(_any_of(table.disease_written, span.diseases))
    return reach


def _any_of(column: ColumnElement[str], names: set[str]) -> ColumnElement[bool]:
    """Return the condition; so many names that no statement holds them are not narrowed by."""
    return column.in_(sorted(names)) if len(names) <= MOST_NAMES else column.is_not(None)


def _absent(
    look: Look, shelf: Shelf, source: str, spool: Spool, reach: Sequence[ColumnElement[bool]]
) -> list[UUID]:
    table, found = shelf.subjects.c, list[UUID]()
    last = ""
    while True:
        rows = look.session.execute(
            select(table.id, table.source_key)
            .where(shelf.of(source), *reach)
            .where(table.missing_since_at.is_(None), table.source_key > last)
            .order_by(table.source_key)
            .limit(STEP)
        ).all()
        found += [row[0] for row in rows if not spool.holds(shelf.kind, row[1])]
        if len(rows) < STEP:
            return found
        last = rows[-1][1]
