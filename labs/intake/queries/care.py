"""Limits as dated data, temperature logs, what is kept and what may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from aquacert.kernel.work import Look
from labs.intake.models import Item, LabLimit, Storage, TemperatureLog
from labs.intake.rules import StorageState
from labs.intake.rules.temperature import Chart, Excursion, Limits, Reading, chart

KEEP = "keep_days"
FALL_BACK_DAYS = 90
"""Kept so long where no limit covers the day: the shipped value, marked unverified."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A box's temperatures as the page shows them."""

    taken_in_at: datetime
    limits: Limits
    count: int
    lowest: int
    highest: int
    excursions: tuple[Excursion, ...]
    refused: tuple[tuple[int, str], ...]
    chart: Chart


def limit_on(look: Look, code: str, on: date) -> LabLimit | None:
    """Return the limit of this name that holds on a day."""
    return look.one(
        select(LabLimit)
        .where(
            LabLimit.code == code,
            LabLimit.from_on <= on,
            or_(LabLimit.until_on.is_(None), LabLimit.until_on >= on),
        )
        .order_by(LabLimit.from_on.desc())
    )


def keeping_days(look: Look, on: date) -> int:
    """Return for how many days what is left of an item is kept."""
    found = limit_on(look, KEEP, on)
    return FALL_BACK_DAYS if found is None or found.low is None else found.low


def temperature_logs(look: Look, consignment_id: UUID) -> Sequence[LogLine]:
    """Return a box's temperature logs, oldest first."""
    rows = look.scalars(
        select(TemperatureLog)
        .where(TemperatureLog.consignment_id == consignment_id, look.visible(TemperatureLog))
        .order_by(TemperatureLog.taken_in_at)
    )
    return [_line(row) for row in rows]


def storages(look: Look, state: StorageState | None = None) -> Select[Storage]:
    """Select what this laboratory keeps, what may go first on top."""
    wanted = select(Storage).where(look.visible(Storage))
    if state is not None:
        wanted = wanted.where(Storage.state == state)
    return wanted.order_by(Storage.kept_until_on, Storage.id)


def items_by_id(look: Look, ids: Sequence[UUID]) -> dict[UUID, Item]:
    """Return items of this actor's laboratory by their ids."""
    rows = look.scalars(select(Item).where(Item.id.in_(ids), look.visible(Item)))
    return {row.id: row for row in rows}


def storage_of(look: Look, item_id: UUID) -> Storage | None:
    """Return where what is left of an item is."""
    return look.one(select(Storage).where(Storage.item_id == item_id, look.visible(Storage)))


def _line(row: TemperatureLog) -> LogLine:
    limits = Limits(row.low_tenths, row.high_tenths)
    readings = [Reading(datetime.fromisoformat(at), tenths) for at, tenths in row.readings]
    marks = [reading.tenths for reading in readings]
    return LogLine(
        taken_in_at=row.taken_in_at,
        limits=limits,
        count=len(readings),
        lowest=min(marks),
        highest=max(marks),
        excursions=tuple(
            Excursion(datetime.fromisoformat(a), datetime.fromisoformat(b), extreme, minutes)
            for a, b, extreme, minutes in row.excursions
        ),
        refused=tuple((number, why) for number, why in row.refused),
        chart=chart(readings, limits),
    )
