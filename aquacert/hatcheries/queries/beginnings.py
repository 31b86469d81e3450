"""What a lot began with: hatched here, caught, bought, arrived; followed through splits and moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from aquacert.hatcheries.models import StockMovement
from aquacert.hatcheries.rules import Kind
from aquacert.kernel.work import Look

BEGINS = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.ARRIVAL})
FARTHEST = 20
"""Transfers followed back; a ledger goes round in circles sooner than seed goes so far."""


def beginnings(look: Look, lot_ids: Collection[UUID]) -> Mapping[UUID, frozenset[Kind]]:
    """Return how the seed of each lot came into the ledgers; empty for a lot that says nothing.

    What came from another lot counts as what that one began with.
    """
    asked = list(dict.fromkeys(lot_ids))
    came: dict[UUID, set[Kind]] = {}
    behind: dict[UUID, set[UUID]] = {}
    todo = set(asked)
    for _step in range(FARTHEST):
        todo -= came.keys()
        if not todo:
            break
        came |= {one: set() for one in todo}
        behind |= {one: set() for one in todo}
        for lot_id, kind, other in _added(look, todo):
            if kind == Kind.TRANSFER.value and other is not None:
                behind[lot_id].add(other)
            elif kind in BEGINS:
                came[lot_id].add(Kind(kind))
        todo = {other for one in todo for other in behind[one]}
    return {one: frozenset(_all(one, came, behind)) for one in asked}


def _added(look: Look, lot_ids: Iterable[UUID]) -> list[tuple[UUID, str, UUID | None]]:
    kinds = [one.value for one in (*BEGINS, Kind.TRANSFER)]
    rows = look.session.execute(
        select(StockMovement.lot_id, StockMovement.kind, StockMovement.other_lot_id)
        .where(
            StockMovement.lot_id.in_(list(lot_ids)),
            StockMovement.kind.in_(kinds),
            StockMovement.quantity > 0,
        )
        .distinct()
    )
    return [(lot_id, kind, other) for lot_id, kind, other in rows]


def _all(
    lot_id: UUID, came: Mapping[UUID, set[Kind]], behind: Mapping[UUID, set[UUID]]
) -> set[Kind]:
    """Collect what a lot and every lot behind it began with."""
    seen, todo, found = {lot_id}, [lot_id], set[Kind]()
    while todo:
        one = todo.pop()
        found |= came.get(one, set())
        further = behind.get(one, set()) - seen
        seen |= further
        todo += further
    return found
