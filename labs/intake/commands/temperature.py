"""Take in what a logger read on the way; judge it by the limits of the box's preservation."""

import hashlib
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.clock import SHANGHAI, legal_day, rfc3339
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from labs.custody import commands as custody
from labs.custody.rules import Act
from labs.intake.commands.facts import TemperaturesTaken
from labs.intake.commands.faults import open_fault
from labs.intake.models import Consignment, TemperatureLog
from labs.intake.parsers import LoggerFile, Profile, Unreadable, read_logger
from labs.intake.queries import items_of
from labs.intake.queries.care import limit_on
from labs.intake.rules import FaultKind
from labs.intake.rules.temperature import (
    Excursion,
    Limits,
    excursions,
    gaps,
    is_of_another_trip,
    thinned,
)

SHOWN_REFUSALS = 200
MEDIA_TYPE = "text/csv"


def take_temperatures(
    w: Work, consignment_id: UUID, data: bytes, profile: Profile | None = None
) -> UUID:
    """Take in a logger's file for a box and return the log's id; the same file counts once.

    What lies outside the limits is written into the chain of every item of the box and becomes a
    non-conformity; it refuses nothing by itself. Raises `Invalid` when no row can be read.
    """
    consignment = w.get_for_change(Consignment, consignment_id)
    digest = hashlib.sha256(data).hexdigest()
    known = w.one(
        select(TemperatureLog.id).where(
            TemperatureLog.consignment_id == consignment_id, TemperatureLog.sha256 == digest
        )
    )
    if known is not None:
        return known
    try:
        file = read_logger(data, w.now, profile)
    except Unreadable as error:
        rows = "；".join(f"第 {row} 行：{why}" for row, why in error.refused[:3])
        raise Invalid(f"温度文件没有收下。{error}", file=f"{error}{rows}") from error
    if is_of_another_trip(file.readings, consignment.announced_at):
        last = f"{file.readings[-1].at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        raise Invalid(
            f"温度文件没有收下。最后一个读数是 {last}，那时这一箱还没有送出。",
            file="请核对是不是这一箱的记录；记录仪的时钟慢了就写明慢了几分钟",
        )
    sent_on = legal_day(consignment.announced_at)
    limit = limit_on(w, consignment.preservation, sent_on) if consignment.preservation else None
    limits = Limits(limit.low, limit.high) if limit else Limits()
    outside = excursions(file.readings, limits)
    row = w.add(_row(w, consignment, digest, file, limits, outside))
    w.attach(row, data, f"{consignment.number}.csv", MEDIA_TYPE)
    fact = TemperaturesTaken(
        consignment.number, digest, len(file.readings), len(file.refused), len(outside)
    )
    w.record(fact, on=row)
    _link(w, consignment, digest, file, outside)
    return row.id


def _row(
    w: Work,
    consignment: Consignment,
    digest: str,
    file: LoggerFile,
    limits: Limits,
    outside: tuple[Excursion, ...],
) -> TemperatureLog:
    missing = [
        (0, f"{rfc3339(gap.from_at)} 起 {gap.minutes} 分钟没有读数") for gap in gaps(file.readings)
    ]
    kept = thinned(file.readings)
    said = f"共 {len(file.readings)} 个读数，全部判定过；保存其中 {len(kept)} 个，最高最低都在内"
    thin = [(0, said)] if len(kept) < len(file.readings) else []
    return TemperatureLog(
        id=w.new_id(),
        lab_id=consignment.lab_id,
        consignment_id=consignment.id,
        sha256=digest,
        preservation=consignment.preservation,
        low_tenths=limits.low,
        high_tenths=limits.high,
        readings=[[rfc3339(reading.at), reading.tenths] for reading in kept],
        refused=[list(one) for one in (*thin, *missing, *file.refused)][:SHOWN_REFUSALS],
        excursions=[
            [rfc3339(one.from_at), rfc3339(one.to_at), one.extreme, one.minutes] for one in outside
        ],
        taken_in_at=w.now,
        taken_in_by_id=w.actor.person_id,
    )


def _link(
    w: Work,
    consignment: Consignment,
    digest: str,
    file: LoggerFile,
    outside: tuple[Excursion, ...],
) -> None:
    """Write readings and the file's digest into the chain of every item; a stretch outside becomes a fault."""
    marks = [reading.tenths for reading in file.readings]
    public = {
        "file": digest,
        "rows": str(len(marks)),
        "low": f"{min(marks) / 10:.1f}",
        "high": f"{max(marks) / 10:.1f}",
        "minutes": str(sum(one.minutes for one in outside)),
    }
    if outside:
        worst = max(outside, key=lambda one: one.minutes)
        reason = f"超限 {len(outside)} 次，共 {public['minutes']} 分钟，最甚 {worst.extreme / 10} ℃"
        code = consignment.box_number or consignment.number
        fault = open_fault(w, consignment, FaultKind.TEMPERATURE, code, reason=reason)
        public["nonconformity"] = fault.number
    for item in items_of(w, consignment.id):
        custody.note(w, item.blind_code, Act.TEMPERATURE, public=public)
