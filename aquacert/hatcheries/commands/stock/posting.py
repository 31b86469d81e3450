"""One entry, one running balance, one locked row: the only place that writes the ledger.

Two vets may issue from one lot in the same second. Both want the lot row; the second waits until
the first has committed, reads the new balance and is refused if it no longer suffices. The CHECK on
`lots.balance` is the last judge. Posting is on the hot road of issuing, so by quick statements:
whoever holds a lot as an object must read it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from aquacert.hatcheries.models import Hatchery, Lot, StockMovement
from aquacert.hatcheries.rules import Kind, State, Step, balance_after, reason_for, signed
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotAllowedNow, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

LOTS, MOVEMENTS, FARMS = table_of(Lot), table_of(StockMovement), table_of(Hatchery)
LOCK_LOT = Quick(
    select(
        LOTS.c.id,
        LOTS.c.number,
        LOTS.c.balance,
        LOTS.c.unit,
        LOTS.c.species_code,
        LOTS.c.hatchery_id,
        LOTS.c.pond_id,
        FARMS.c.division_code,
        FARMS.c.organisation_id,
        FARMS.c.state,
    )
    .join(FARMS, FARMS.c.id == LOTS.c.hatchery_id)
    .where(LOTS.c.id == bindparam("lot"))
    .with_for_update(of=LOTS)
)
HOLD = Quick(select(LOTS.c.id).where(LOTS.c.id == bindparam("lot")).with_for_update())
LAST = Quick(
    select(func.max(MOVEMENTS.c.position).label("last")).where(
        MOVEMENTS.c.lot_id == bindparam("lot")
    )
)
"""Asked after the lock: what the one before wrote while we waited must count."""
SET_BALANCE = Quick(
    update(LOTS).where(LOTS.c.id == bindparam("lot")).values(balance=bindparam("left"))
)
WRITE_MOVEMENT = Quick(insert(MOVEMENTS).inline(), MOVEMENTS.c.keys())


@dataclass(frozen=True)
class StockBooked(Fact):
    """A ledger entry was written."""

    tag: ClassVar[str] = "hatcheries:stock:book"
    title: ClassVar[str] = "存塘变动"
    lot: str
    kind: str
    quantity: int
    balance: int
    unit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry that was just written; `quantity` is signed, `balance` is after it."""

    id: UUID
    lot_id: UUID
    position: int
    kind: Kind
    quantity: int
    balance: int


@dataclass(frozen=True, slots=True)
class About:
    """What else an entry says: why, when it happened, the other lot, the paper behind it."""

    reason: str = ""
    happened_on: date | None = None
    step: Step | None = None
    other_lot_id: UUID | None = None
    certificate_id: UUID | None = None


PLAIN = About()


def lock_lots(w: Work, lot_ids: Iterable[UUID]) -> None:
    """Lock lots that must be there, in one order: two requests never wait for each other.

    Raises `NotFound` for a lot that is not. What they hold is to be read after this.
    """
    for lot_id in sorted(set(lot_ids)):
        if w.row(HOLD, lot=lot_id) is None:
            raise NotFound


def hold_lots(w: Work, lot_ids: Iterable[UUID]) -> None:
    """Lock lots in one order, before the first entry's fact locks the county's trail.

    Else one that holds the trail waits for a lot whose holder waits for the trail.
    """
    for lot_id in sorted(set(lot_ids)):
        w.rows(HOLD, lot=lot_id)


def hold_farm(w: Work, hatchery_id: UUID) -> None:
    """Lock every lot of a farm whose row is locked: nothing is booked until it is settled."""
    statement = select(LOTS.c.id).where(LOTS.c.hatchery_id == hatchery_id).order_by(LOTS.c.id)
    w.session.execute(statement.with_for_update())


def check_kept(farm: Any) -> None:  # noqa: ANN401 (a farm, or a row that `locked` returned)
    """Raise `NotAllowedNow` for a farm that is not in the register: it keeps no ledger."""
    if farm.state != State.APPROVED.value:
        raise NotAllowedNow("这个场现在不在登记状态，台账不能再记。")


def locked(w: Work, lot_id: UUID) -> Any:  # noqa: ANN401 (a named tuple of LOCK_LOT's columns)
    """Lock a lot and return it with its farm's party columns; raise `NotFound`."""
    lot = w.row(LOCK_LOT, lot=lot_id)
    if lot is None:
        raise NotFound
    return lot


def own_lot(w: Work, lot_id: UUID) -> Any:  # noqa: ANN401 (see `locked`)
    """Lock a lot of a farm that this actor sees and that is in its register; else raise.

    Locked first and read after: whoever waited for a farm that closes must see it closed.
    """
    hold_lots(w, [lot_id])
    lot = locked(w, lot_id)
    if not w.sees(Hatchery, lot):
        raise NotFound
    check_kept(lot)
    return lot


def post(w: Work, lot: Any, kind: Kind, quantity: int, about: About = PLAIN) -> Entry:  # noqa: ANN401
    """Write one entry into a lot that `locked` returned and nobody has written to since.

    Raises `Invalid` for a quantity that cannot be, a balance below zero, a reason that is missing.
    """
    change = signed(kind, quantity)
    said = reason_for(kind, about.reason)
    left = balance_after(lot.balance, change, lot.unit)
    position = (w.row(LAST, lot=lot.id).last or 0) + 1
    entry = Entry(w.new_id(), lot.id, position, kind, change, left)
    w.rows(SET_BALANCE, lot=lot.id, left=left)
    w.rows(
        WRITE_MOVEMENT,
        id=entry.id,
        lot_id=lot.id,
        position=position,
        kind=kind.value,
        quantity=change,
        balance=left,
        reason=said,
        at=w.now,
        by_id=w.actor.person_id,
        certificate_id=about.certificate_id,
        step=about.step.value if about.step else None,
        other_lot_id=about.other_lot_id,
        happened_on=about.happened_on,
        import_id=None,
    )
    booked = StockBooked(lot.number, kind.value, change, left, lot.unit)
    w.record(booked, on=("lots", str(lot.id)), county=lot.division_code, reason=said)
    return entry
