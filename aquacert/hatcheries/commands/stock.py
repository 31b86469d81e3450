"""The stock ledger: one entry, one running balance, one locked row.

Two vets may issue from one lot in the same second. Both want the lot row; the second waits until
the first has committed, reads the new balance and is refused if it no longer suffices. The CHECK on
`lots.balance` is the last judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from aquacert.hatcheries.models import Hatchery, Lot, StockMovement
from aquacert.hatcheries.rules import Kind, balance_after, reason_for, signed
from aquacert.kernel.audit import Fact
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import Conflict, Invalid, NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

LOTS, MOVEMENTS, FARMS = table_of(Lot), table_of(StockMovement), table_of(Hatchery)
LOCK_LOT = Quick(
    select(
        LOTS.c.number,
        LOTS.c.balance,
        LOTS.c.unit,
        FARMS.c.division_code,
        select(func.count())
        .select_from(MOVEMENTS)
        .where(
            MOVEMENTS.c.certificate_id == bindparam("of"),
            MOVEMENTS.c.kind == Kind.CERTIFICATE.value,
            MOVEMENTS.c.lot_id == LOTS.c.id,
        )
        .scalar_subquery()
        .label("taken"),
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


def lock_lots(w: Work, lot_ids: Iterable[UUID]) -> dict[UUID, Lot]:
    """Lock the lots in one order (so two requests never wait for each other) and return them."""
    return {key: w.get_for_change(Lot, key) for key in sorted(set(lot_ids))}


def hold_lots(w: Work, lot_ids: Iterable[UUID]) -> None:
    """Lock lots in one order, before the first debit's fact locks the county's trail.

    Else one that holds the trail waits for a lot whose holder waits for the trail.
    """
    for lot_id in sorted(set(lot_ids)):
        w.rows(HOLD, lot=lot_id)


def book_stock(w: Work, lot_id: UUID, kind: str, quantity: int, reason: str = "") -> StockMovement:
    """Write one entry; positive quantities, the kind says whether they add or take.

    Raises `Invalid` when stock would fall below zero, or when the kind wants a reason.
    """
    return _write(w, w.get_for_change(Lot, lot_id), Kind(kind), quantity, reason)


def correct_stock(w: Work, lot_id: UUID, counted: int, reason: str) -> StockMovement | None:
    """Set the lot to what was counted, with a reason; None when the count is what stands."""
    lot = w.get_for_change(Lot, lot_id)
    if counted < 0:
        raise Invalid("清点数不能是负数。", counted="请填 0 或大于 0 的整数。")
    if counted == lot.balance:
        return None
    return _write(w, lot, Kind.CORRECTION, counted - lot.balance, reason)


def transfer_stock(w: Work, from_lot_id: UUID, to_lot_id: UUID, quantity: int, reason: str) -> None:
    """Move seed between two lots of one hatchery, one species and unit: two entries, one sum."""
    both = lock_lots(w, (from_lot_id, to_lot_id))
    source, target = both[from_lot_id], both[to_lot_id]
    alike = ("hatchery_id", "species_code", "unit")
    if source is target or any(getattr(source, name) != getattr(target, name) for name in alike):
        raise Invalid("只能转到同一场、同一品种、同一单位的另一批。", to_lot="请另选一批。")
    if quantity <= 0:
        raise Invalid("数量要大于 0。", quantity="请填大于 0 的整数。")
    _write(w, source, Kind.TRANSFER, -quantity, reason)
    _write(w, target, Kind.TRANSFER, quantity, reason)


def debit_certificate(w: Work, lot_id: UUID, quantity: int, certificate_id: UUID) -> None:
    """Take what a certificate covers, inside the issuing transaction.

    Call it once per lot with the sum of that lot's lines. Raises `Invalid` when the lot does not
    hold enough, `Conflict` when this certificate already took from this lot. On the hot road, so
    by quick statements: whoever holds the lot as an object must read it again.
    """
    lot = w.row(LOCK_LOT, lot=lot_id, of=certificate_id)
    if lot is None:
        raise NotFound
    if lot.taken:
        raise Conflict("这张证已经扣过这一批的存塘数，不能再扣。")
    change = signed(Kind.CERTIFICATE, quantity)
    left = balance_after(lot.balance, change, lot.unit)
    last = w.row(LAST, lot=lot_id).last or 0
    w.rows(SET_BALANCE, lot=lot_id, left=left)
    w.rows(
        WRITE_MOVEMENT,
        id=w.new_id(),
        lot_id=lot_id,
        position=last + 1,
        kind=Kind.CERTIFICATE.value,
        quantity=change,
        balance=left,
        reason="",
        at=w.now,
        by_id=w.actor.person_id,
        certificate_id=certificate_id,
    )
    booked = StockBooked(lot.number, Kind.CERTIFICATE.value, change, left, lot.unit)
    w.record(booked, on=("lots", str(lot_id)), county=lot.division_code)


def credit_void(w: Work, certificate_id: UUID) -> None:
    """Give back what a certificate took, when it is made void before departure.

    Idempotent: what was given back is not given back again.
    """
    taken = w.scalars(
        select(StockMovement)
        .where(
            StockMovement.certificate_id == certificate_id,
            StockMovement.kind == Kind.CERTIFICATE.value,
        )
        .order_by(StockMovement.lot_id)
    )
    locked = lock_lots(w, (entry.lot_id for entry in taken))
    for entry in taken:
        if not _taken(w, certificate_id, Kind.VOID_CREDIT, entry.lot_id):
            lot = locked[entry.lot_id]
            _write(w, lot, Kind.VOID_CREDIT, -entry.quantity, "证书作废", certificate_id)


def credit_arrival(w: Work, lot_id: UUID, quantity: int, certificate_id: UUID) -> None:
    """Add what arrived under a certificate to the receiving farm's lot; once per certificate."""
    lot = w.get_for_change(Lot, lot_id)
    if not _taken(w, certificate_id, Kind.ARRIVAL, lot_id):
        _write(w, lot, Kind.ARRIVAL, quantity, "检疫到达", certificate_id)


def _taken(w: Work, certificate_id: UUID, kind: Kind, lot_id: UUID) -> bool:
    statement = select(StockMovement.id).where(
        StockMovement.certificate_id == certificate_id,
        StockMovement.kind == kind.value,
        StockMovement.lot_id == lot_id,
    )
    return w.one(statement) is not None


def _write(
    w: Work, lot: Lot, kind: Kind, quantity: int, reason: str, certificate_id: UUID | None = None
) -> StockMovement:
    """Write an entry into a lot that is already locked."""
    change = signed(kind, quantity)
    said = reason_for(kind, reason)
    lot.balance = balance_after(lot.balance, change, lot.unit)
    last = w.session.scalar(
        select(func.max(StockMovement.position)).where(StockMovement.lot_id == lot.id)
    )
    entry = w.add(
        StockMovement(
            id=w.new_id(),
            lot_id=lot.id,
            position=(last or 0) + 1,
            kind=kind.value,
            quantity=change,
            balance=lot.balance,
            reason=said,
            at=w.now,
            by_id=w.actor.person_id,
            certificate_id=certificate_id,
        )
    )
    county = w.session.scalar(select(Hatchery.division_code).where(Hatchery.id == lot.hatchery_id))
    booked = StockBooked(lot.number, kind.value, change, lot.balance, lot.unit)
    w.record(booked, on=lot, county=county, reason=said)
    return entry
