"""What certificates do to stock: issuing takes, a void before departure gives back, arrival adds."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.hatcheries.commands.stock.heirs import heirs_of, pass_on
from aquacert.hatcheries.commands.stock.posting import (
    MOVEMENTS,
    About,
    hold_lots,
    locked,
    post,
)
from aquacert.hatcheries.models import StockMovement
from aquacert.hatcheries.rules import Kind
from aquacert.kernel.errors import Conflict
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work

TAKEN = Quick(
    select(MOVEMENTS.c.id).where(
        MOVEMENTS.c.certificate_id == bindparam("of"),
        MOVEMENTS.c.kind == bindparam("what"),
        MOVEMENTS.c.lot_id == bindparam("lot"),
    )
)


def debit_certificate(w: Work, lot_id: UUID, quantity: int, certificate_id: UUID) -> None:
    """Take what a certificate covers, inside the issuing transaction.

    Call it once per lot with the sum of that lot's lines. Raises `Invalid` when the lot does not
    hold enough, `Conflict` when this certificate already took from this lot.
    """
    lot = locked(w, lot_id)
    if _taken(w, certificate_id, Kind.CERTIFICATE, lot_id):
        raise Conflict("这张证已经扣过这一批的存塘数，不能再扣。")
    post(w, lot, Kind.CERTIFICATE, quantity, About(certificate_id=certificate_id))


def credit_void(w: Work, certificate_id: UUID) -> None:
    """Give back what a certificate took, when it is made void before departure.

    Idempotent: what was given back is not given back again. What a lot of a merged farm gets back
    goes on to the farm that it became, in the same breath.
    """
    taken = w.scalars(
        select(StockMovement)
        .where(
            StockMovement.certificate_id == certificate_id,
            StockMovement.kind == Kind.CERTIFICATE.value,
        )
        .order_by(StockMovement.lot_id)
    )
    due = [
        entry for entry in taken if not _taken(w, certificate_id, Kind.VOID_CREDIT, entry.lot_id)
    ]
    heirs = heirs_of(w, [entry.lot_id for entry in due])
    hold_lots(w, {*heirs.values(), *(entry.lot_id for entry in due)})
    for entry in due:
        about = About("证书作废", certificate_id=certificate_id)
        post(w, locked(w, entry.lot_id), Kind.VOID_CREDIT, -entry.quantity, about)
        if entry.lot_id in heirs:
            pass_on(w, entry.lot_id, heirs[entry.lot_id], -entry.quantity)


def credit_arrival(w: Work, lot_id: UUID, quantity: int, certificate_id: UUID) -> None:
    """Add what arrived under a certificate to the receiving farm's lot; once per certificate."""
    lot = locked(w, lot_id)
    if not _taken(w, certificate_id, Kind.ARRIVAL, lot_id):
        post(w, lot, Kind.ARRIVAL, quantity, About("检疫到达", certificate_id=certificate_id))


def _taken(w: Work, certificate_id: UUID, kind: Kind, lot_id: UUID) -> bool:
    return w.row(TAKEN, of=certificate_id, what=kind.value, lot=lot_id) is not None
