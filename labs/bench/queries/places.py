"""Where everything is on a worksheet's plate."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from aquacert.kernel.work import Look
from labs.bench.models import BenchRun, Place, Result, Worksheet
from labs.bench.rules import HOLDING


def places_of(look: Look, worksheet_id: UUID) -> Sequence[Place]:
    """Return every filled well of a worksheet, column by column as a plate is pipetted."""
    rows = look.scalars(select(Place).where(Place.worksheet_id == worksheet_id))
    return sorted(rows, key=lambda row: (int(row.well.lstrip("ABCDEFGHIJKLMNOP")), row.well))


def places(look: Look, worksheet_id: UUID) -> dict[str, str]:
    """Return the blind code, or the control's name, that each well of a worksheet holds."""
    return {row.well: row.label for row in places_of(look, worksheet_id)}


def spent() -> ColumnElement[bool]:
    """Say of a place that its test was answered by another run since the worksheet was made: it waits for nothing."""
    return exists(
        select(Result.id)
        .join(BenchRun, BenchRun.id == Result.run_id)
        .where(
            Result.order_id == Place.order_id,
            or_(BenchRun.worksheet_id.is_(None), BenchRun.worksheet_id != Place.worksheet_id),
            Result.entered_at > Worksheet.made_at,
        )
    )


def spent_places(look: Look, worksheet_id: UUID) -> dict[UUID, str]:
    """Return the tests on a worksheet that another run has answered since, with their blind codes."""
    found = look.session.execute(
        select(Place.order_id, Place.label)
        .join(Worksheet, Worksheet.id == Place.worksheet_id)
        .where(Place.worksheet_id == worksheet_id, spent())
        .order_by(Place.label)
    )
    return {order_id: label for order_id, label in found if order_id is not None}


def sheets_holding(look: Look, order_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the number of the worksheet that holds each test now; one whose test was answered elsewhere lets it go."""
    found = look.session.execute(
        select(Place.order_id, Worksheet.number)
        .join(Worksheet, Worksheet.id == Place.worksheet_id)
        .where(Place.order_id.in_(list(order_ids)), Worksheet.state.in_(HOLDING), ~spent())
    )
    return {order_id: number for order_id, number in found if order_id is not None}
