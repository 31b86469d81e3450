"""Ledgers as people read them: each entry in words, the balance behind it, and its small picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from aquacert.hatcheries.models import Hatchery, Lot, Pond, StockMovement
from aquacert.hatcheries.queries.origins import origins_of
from aquacert.hatcheries.queries.stock import LotLine, lot_lines, lots
from aquacert.hatcheries.rules import STANDING_WORDS, Kind, Standing, said_of
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.paging import Pages
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look

MOVEMENTS = table_of(StockMovement)
CURVE = 40
"""Entries that the small picture of a lot shows."""
CURVE_OF = Quick(
    select(MOVEMENTS.c.balance)
    .where(MOVEMENTS.c.lot_id == bindparam("lot"))
    .order_by(MOVEMENTS.c.position.desc())
    .limit(CURVE)
)
MOST_EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry in words. `on` is the day it happened, `at` when it was written."""

    movement_id: UUID
    lot_id: UUID
    lot: str
    pond: str
    species: str
    unit: str
    position: int
    on: date
    at: datetime
    word: str
    quantity: int
    balance: int
    reason: str
    other: LotLine | None
    certificate_id: UUID | None
    certificate_number: str
    standing: Standing | None
    standing_because: str

    @property
    def standing_words(self) -> str:
        """How far the certificate behind a purchase was checked; "" for other entries."""
        return STANDING_WORDS[self.standing] if self.standing else ""


def curve(look: Look, lot_id: UUID) -> list[int]:
    """Return a lot's last balances, oldest first, for its small picture."""
    return [row.balance for row in look.rows(CURVE_OF, lot=lot_id)][::-1]


def pond_of(look: Look, pond_id: UUID) -> tuple[Hatchery, Pond]:
    """Return a pond with its hatchery, which must be in scope."""
    pond = look.get(Pond, pond_id)
    return look.get(Hatchery, pond.hatchery_id), pond


def pond_lots(look: Look, pond_id: UUID) -> list[LotLine]:
    """Return the lots of a pond, the fullest first."""
    ids = look.scalars(select(Lot.id).where(Lot.pond_id == pond_id))
    return sorted(lot_lines(look, ids).values(), key=lambda one: (-one.balance, one.number))


def lot_ledger(look: Look, lot_id: UUID, number: int = 1) -> Pages[EntryLine]:
    """Return one page of a lot's ledger in words, newest first."""
    own = StockMovement.lot_id == lot_id
    return _page(
        look, select(StockMovement).where(own).order_by(StockMovement.position.desc()), number
    )


def pond_ledger(look: Look, pond_id: UUID, number: int = 1) -> Pages[EntryLine]:
    """Return one page of what happened in a pond, newest first, whichever lot it was."""
    statement = (
        select(StockMovement)
        .join(Lot, Lot.id == StockMovement.lot_id)
        .where(Lot.pond_id == pond_id)
        .order_by(StockMovement.at.desc(), StockMovement.id.desc())
    )
    return _page(look, statement, number)


def pond_curve(look: Look, pond_id: UUID, held: int) -> list[int]:
    """Return what a pond held after each of its last entries, oldest first; `held` is the sum now.

    Only meaningful where its lots are counted in one unit.
    """
    changes = look.scalars(
        select(StockMovement.quantity)
        .join(Lot, Lot.id == StockMovement.lot_id)
        .where(Lot.pond_id == pond_id)
        .order_by(StockMovement.at.desc(), StockMovement.id.desc())
        .limit(CURVE)
    )
    found: list[int] = []
    for change in changes:
        found.append(held)
        held -= change
    return found[::-1]


def exported_entries(look: Look, hatchery_id: UUID) -> Iterator[EntryLine]:
    """Yield a farm's entries for a workbook, newest first, the newest hundred thousand."""
    statement = (
        select(StockMovement)
        .join(Lot, Lot.id == StockMovement.lot_id)
        .where(Lot.hatchery_id == hatchery_id)
        .order_by(StockMovement.at.desc(), StockMovement.id.desc())
        .limit(MOST_EXPORTED)
        .execution_options(yield_per=1000)
    )
    known = {one.lot_id: one for one in lots(look, hatchery_id)}
    for some in look.session.scalars(statement).partitions():
        yield from _lines(look, some, known)


def _page(look: Look, statement: Select[StockMovement], number: int) -> Pages[EntryLine]:
    found = look.pages(statement, number)
    lines = _lines(look, found.items, {})
    return Pages(lines, found.number, found.size, found.total)


def _lines(
    look: Look, rows: Sequence[StockMovement], known: Mapping[UUID, LotLine]
) -> list[EntryLine]:
    wanted = {row.lot_id for row in rows} | {row.other_lot_id for row in rows if row.other_lot_id}
    lines = dict(known)
    missing: Collection[UUID] = wanted - lines.keys()
    if missing:
        lines |= lot_lines(look, missing)
    origins = origins_of(look, [row.id for row in rows if row.kind == Kind.PURCHASE.value])
    made = []
    for row in rows:
        lot, origin = lines[row.lot_id], origins.get(row.id)
        made.append(
            EntryLine(
                movement_id=row.id,
                lot_id=row.lot_id,
                lot=lot.number,
                pond=lot.pond_name,
                species=lot.species_name,
                unit=lot.unit,
                position=row.position,
                on=row.happened_on or legal_day(row.at),
                at=row.at,
                word=said_of(Kind(row.kind), row.step),
                quantity=row.quantity,
                balance=row.balance,
                reason=row.reason,
                other=lines.get(row.other_lot_id) if row.other_lot_id else None,
                certificate_id=row.certificate_id,
                certificate_number=origin.certificate_number if origin else "",
                standing=Standing(origin.standing) if origin else None,
                standing_because=origin.because if origin else "",
            )
        )
    return made
