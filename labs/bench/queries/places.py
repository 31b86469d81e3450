"""Where everything is on a worksheet's plate."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from labs.bench.models import Place, Worksheet
from labs.bench.rules import HOLDING


def places_of(look: Look, worksheet_id: UUID) -> Sequence[Place]:
    """Return every filled well of a worksheet, column by column as a plate is pipetted."""
    rows = look.scalars(select(Place).where(Place.worksheet_id == worksheet_id))
    return sorted(rows, key=lambda row: (int(row.well.lstrip("ABCDEFGHIJKLMNOP")), row.well))


def places(look: Look, worksheet_id: UUID) -> dict[str, str]:
    """Return the blind code, or the control's name, that each well of a worksheet holds."""
    return {row.well: row.label for row in places_of(look, worksheet_id)}


def sheets_holding(look: Look, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the number of the worksheet that holds each test now."""
    found = look.session.execute(
        select(Place.order_id, Worksheet.number)
        .join(Worksheet, Worksheet.id == Place.worksheet_id)
        .where(Place.order_id.in_(list(order_ids)), Worksheet.state.in_(HOLDING))
    )
    return {order_id: number for order_id, number in found if order_id is not None}
