"""What a whole snapshot lacks: known subjects of its reach that it no longer names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from aquacert.kernel.work import Look
from aquacert.surveillance.models import FeedFile
from aquacert.surveillance.parsers.shape import Kind
from aquacert.surveillance.parsers.spool import Span, Spool
from aquacert.surveillance.queries.shelves import SHELVES, Shelf

STEP = 5_000
MOST_NAMES = 400
MOST_UNREAD = 2_000
PARTED = frozenset("|/:#")
"""Signs between the parts of a key: days and periods in it stand otherwise in the row."""


def lacking(look: Look, source: str, spool: Spool) -> dict[Kind, list[UUID]]:
    """Return known subjects that a whole file lacks, of those not marked as missing yet.

    The reach of a file is what it speaks of: its report days and diseases, or its periods. What
    lies outside it is not said to be gone; nor is what a row that cannot be read may speak of, nor
    anything by a snapshot older than one that came in before.
    """
    if _is_outdated(look, source, spool):
        return {}
    spool.ask_often()
    unread = _unread(spool)
    found: dict[Kind, list[UUID]] = {}
    for kind, span in spool.spans.items():
        reach = _reach(SHELVES[kind], span)
        if reach is not None:
            absent = _absent(look, SHELVES[kind], source, spool, reach)
            found[kind] = [one for one, key in absent if not _may_name(unread, key)]
    return found


def _is_outdated(look: Look, source: str, spool: Spool) -> bool:
    """Say whether a newer snapshot of the feed is in: what it holds, an older one cannot lack."""
    asked = select(func.max(FeedFile.newest_on)).where(
        FeedFile.source == source, FeedFile.is_whole, FeedFile.imported_at.is_not(None)
    )
    newest = look.session.scalar(asked)
    return bool(newest and spool.newest and date.fromisoformat(spool.newest) < newest)


def _unread(spool: Spool) -> str | None:
    """Return the rows that cannot be read, as received; None: too many to tell anything by."""
    if spool.bad > MOST_UNREAD:
        return None
    return "\n".join(one.raw for one in spool.raws() if one.bad is not None) if spool.bad else ""


def _may_name(unread: str | None, key: str) -> bool:
    """Say whether a row that cannot be read may speak of a subject; a key of parts is not looked for."""
    if not unread:
        return unread is None
    return key in unread or not PARTED.isdisjoint(key)


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
) -> list[tuple[UUID, str]]:
    table, found = shelf.subjects.c, list[tuple[UUID, str]]()
    last = ""
    while True:
        rows = look.session.execute(
            select(table.id, table.source_key)
            .where(shelf.of(source), *reach)
            .where(table.missing_since_at.is_(None), table.source_key > last)
            .order_by(table.source_key)
            .limit(STEP)
        ).all()
        found += [(row[0], row[1]) for row in rows if not spool.holds(shelf.kind, row[1])]
        if len(rows) < STEP:
            return found
        last = rows[-1][1]
