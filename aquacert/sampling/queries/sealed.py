"""Whether seals, sheets and waybills are still those that entered the chains of custody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.work import Look
from aquacert.sampling.models import AnySample, PlanSample, Sample, SampleDispatch, SelfTest
from labs.custody.queries import private_digests
from labs.custody.rules import private_digest

AT_ONCE = 500
BEFORE, AFTER = ("taken", "sealed"), ("handed_over", "shipped")


def private_of(row: AnySample) -> dict[str, str]:
    """Return what a sample's chain must not show, with the salt it was digested with."""
    if isinstance(row, Sample):
        return {"salt": row.custody_salt, "sheet": row.sheet_number, "seal": row.seal_number}
    return {"salt": row.custody_salt, "sheet": row.number}


def unproven(look: Look) -> Iterator[tuple[str, str]]:
    """Yield (blind code, county) of samples whose private facts are not those of their chain.

    A seal, a sheet's number, a waybill or a salt was changed behind the program's back, or the
    code was. Rows older than the chains have no salt and prove nothing.
    """
    tables: tuple[type[AnySample], ...] = (Sample, SelfTest, PlanSample)
    for table in tables:
        last = UUID(int=0)
        while rows := _next(look, table, last):
            yield from _unproven(look, rows)
            last = rows[-1].id


def _next(look: Look, table: type[AnySample], last: UUID) -> Sequence[AnySample]:
    """Return some rows after one, by id: a year's samples need not fit into memory."""
    wanted = select(table).where(table.custody_salt != "", table.id > last)
    return list(look.session.scalars(wanted.order_by(table.id).limit(AT_ONCE)))


def _unproven(look: Look, rows: Sequence[AnySample]) -> Iterator[tuple[str, str]]:
    kept = private_digests(look, [row.blind_code for row in rows])
    sent = {row.dispatch_id for row in rows if row.dispatch_id is not None}
    boxes = select(SampleDispatch.id, SampleDispatch.waybill).where(SampleDispatch.id.in_(sent))
    waybills: dict[UUID, str] = {key: way for key, way in look.session.execute(boxes)}  # noqa: C416
    for row in rows:
        mine, facts = kept.get(row.blind_code, {}), private_of(row)
        wanted = dict.fromkeys(BEFORE, private_digest(facts))
        if row.dispatch_id is not None:
            way = {"waybill": waybills.get(row.dispatch_id, "")}
            wanted |= dict.fromkeys(AFTER, private_digest(facts | way))
        if any(mine.get(act) != digest for act, digest in wanted.items()):
            yield row.blind_code, row.origin_code
