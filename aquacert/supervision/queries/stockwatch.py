"""Farms that officials should ask about: stock and never a declaration, records long unconfirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from aquacert.declarations.models import Declaration
from aquacert.hatcheries.models import Hatchery, Lot, StockMovement
from aquacert.hatcheries.queries import confirm_within
from aquacert.hatcheries.rules import State
from aquacert.kernel.paging import Pages
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.supervision.rules import Watch

AT_ONCE = 500
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One farm: what it holds, when it last declared, moved stock and confirmed its record."""

    hatchery_id: UUID
    name: str
    place: str
    stock: tuple[tuple[str, int, str], ...]
    confirmed_on: date | None
    days: int | None
    moved_at: datetime | None
    declared_at: datetime | None


def usual_days(look: Look, watch: Watch) -> int:
    """Return how many days a list asks about when nobody said: 0 is "never" for declarations."""
    return 0 if watch is Watch.SILENT else confirm_within(look)


def watched(look: Look, watch: Watch, days: int) -> Select[Hatchery]:
    """Return the select of the farms in scope that a list is about, by county and name."""
    statement = select(Hatchery).where(
        look.visible(Hatchery), Hatchery.state == State.APPROVED.value
    )
    if watch is Watch.SILENT:
        statement = statement.where(_has_stock(look, days), ~_has_declared(look, days))
    else:
        oldest = look.today - timedelta(days=days)
        is_old = or_(Hatchery.confirmed_on.is_(None), Hatchery.confirmed_on < oldest)
        statement = statement.where(is_old)
    return statement.order_by(Hatchery.division_code, Hatchery.name, Hatchery.id)


def watch_pages(look: Look, watch: Watch, days: int, number: int = 1) -> Pages[WatchLine]:
    """Return one page of a list."""
    found = look.pages(watched(look, watch, days), number)
    return Pages(_lines(look, found.items), found.number, found.size, found.total)


def watch_rows(look: Look, watch: Watch, days: int) -> Iterator[WatchLine]:
    """Yield the whole list for a workbook, the first fifty thousand."""
    rows = look.scalars(watched(look, watch, days).limit(MOST_EXPORTED))
    for start in range(0, len(rows), AT_ONCE):
        yield from _lines(look, rows[start : start + AT_ONCE])


def _has_stock(look: Look, days: int) -> ColumnElement[bool]:
    """Select farms with stock; asked about a span, with some that is older than it."""
    held = [Lot.hatchery_id == Hatchery.id, Lot.balance > 0]
    if days:
        held.append(Lot.opened_at < look.now - timedelta(days=days))
    return exists().where(*held)


def _has_declared(look: Look, days: int) -> ColumnElement[bool]:
    sent = [Declaration.hatchery_id == Hatchery.id, Declaration.submitted_at.is_not(None)]
    if days:
        sent.append(Declaration.submitted_at >= look.now - timedelta(days=days))
    return exists().where(*sent)


def _lines(look: Look, farms: Iterable[Hatchery]) -> list[WatchLine]:
    rows = list(farms)
    ids = [row.id for row in rows]
    stock, moved, declared = _stock(look, ids), _moved(look, ids), _declared(look, ids)
    return [
        WatchLine(
            hatchery_id=row.id,
            name=row.name,
            place=reference.full_name(look, row.division_code),
            stock=tuple(stock.get(row.id, ())),
            confirmed_on=row.confirmed_on,
            days=(look.today - row.confirmed_on).days if row.confirmed_on else None,
            moved_at=moved.get(row.id),
            declared_at=declared.get(row.id),
        )
        for row in rows
    ]


def _stock(look: Look, ids: Collection[UUID]) -> Mapping[UUID, list[tuple[str, int, str]]]:
    """Sum what farms hold by species and unit."""
    found: dict[UUID, list[tuple[str, int, str]]] = {}
    rows = look.session.execute(
        select(Lot.hatchery_id, Lot.species_code, Lot.unit, func.sum(Lot.balance))
        .where(Lot.hatchery_id.in_(ids), Lot.balance > 0)
        .group_by(Lot.hatchery_id, Lot.species_code, Lot.unit)
        .order_by(Lot.species_code)
    )
    for farm, species, unit, total in rows:
        name = reference.species(look, species).name_zh
        found.setdefault(farm, []).append((name, int(total), unit))
    return found


def _moved(look: Look, ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = look.session.execute(
        select(Lot.hatchery_id, func.max(StockMovement.at))
        .join(StockMovement, StockMovement.lot_id == Lot.id)
        .where(Lot.hatchery_id.in_(ids))
        .group_by(Lot.hatchery_id)
    )
    return {farm: at for farm, at in rows if at is not None}


def _declared(look: Look, ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = look.session.execute(
        select(Declaration.hatchery_id, func.max(Declaration.submitted_at))
        .where(Declaration.hatchery_id.in_(ids))
        .group_by(Declaration.hatchery_id)
    )
    return {farm: at for farm, at in rows if at is not None}
