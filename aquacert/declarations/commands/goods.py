"""The batches and loads of a declaration, as they are written when it is sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from aquacert.declarations.models import Batch, Declaration, Load, LoadLine
from aquacert.declarations.queries.reading import ReadBatch, Reading
from aquacert.declarations.rules.answers import SITES
from aquacert.declarations.rules.states import LoadState
from aquacert.kernel.db import blind
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Work


def _all_of(model: type[Batch | Load | LoadLine]) -> Quick:
    return Quick(insert(model).inline(), [column.name for column in model.__table__.c])


WRITE_BATCH, WRITE_LOAD, WRITE_LINE = _all_of(Batch), _all_of(Load), _all_of(LoadLine)


def write_goods(
    w: Work, paper: Declaration, reading: Reading
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write batches, loads and lines; return what each is in words, for the trail."""
    paper.phone = reading.phone or None
    batches = [
        _batch_row(w, paper, number, one) for number, one in enumerate(reading.good_batches(), 1)
    ]
    w.rows_of_many(WRITE_BATCH, batches)
    loads = [_load_row(w, paper, reading, at) for at in range(len(reading.loads))]
    w.rows_of_many(WRITE_LOAD, loads)
    lines = [
        {"id": w.new_id(), "load_id": load["id"], "batch_id": batches[at]["id"], "quantity": amount}
        for load, plan in zip(loads, reading.loads, strict=True)
        for at, amount in sorted(plan.lines.items())
    ]
    w.rows_of_many(WRITE_LINE, lines)
    said = tuple(f"{one['species_code']} {one['quantity']} {one['unit']}" for one in batches)
    return said, tuple(f"→ {one['destination_code']} {one['plate']}" for one in loads)


def _batch_row(w: Work, paper: Declaration, number: int, one: ReadBatch) -> dict[str, Any]:
    return {
        "id": w.new_id(),
        "declaration_id": paper.id,
        "number": number,
        "species_code": one.lot.species_code,
        "variety": one.lot.variety,
        "life_stage": one.lot.life_stage,
        "quantity": one.quantity,
        "unit": one.lot.unit,
        "lot_id": one.lot.lot_id,
        "pond_name": one.lot.pond_name,
        "source": one.source.value,
        "captured_on": one.captured_on,
        "capture_place": one.capture_place or None,
        **dict.fromkeys(SITES),
        **one.sites,
        "brought_certificate": one.brought.certificate if one.brought else None,
        "brought_province": one.brought.province if one.brought else None,
        "brought_on": one.brought.arrived_on if one.brought else None,
    }


def _load_row(w: Work, paper: Declaration, reading: Reading, at: int) -> dict[str, Any]:
    one = reading.good_transports()[reading.loads[at].transport]
    return {
        "id": w.new_id(),
        "declaration_id": paper.id,
        "number": at + 1,
        "organisation_id": paper.organisation_id,
        "origin_code": paper.origin_code,
        "destination_code": one.destination_code,
        "destination_place": one.place,
        "consignee_name": one.consignee,
        "consignee_phone": one.consignee_phone,
        "consignee_phone_index": blind("phone", one.consignee_phone),
        "carrier_name": one.carrier,
        "carrier_phone": one.carrier_phone,
        "carrier_phone_index": blind("phone", one.carrier_phone),
        "transport_mode": one.mode.value,
        "plate": one.plate,
        "disinfectant": one.disinfectant,
        "departs_at": one.departs_at,
        "travel_days": one.travel_days,
        "purpose": one.purpose.value,
        "purpose_answers": dict(one.purpose_answers) or None,
        "via_codes": list(one.via_codes) or None,
        "state": LoadState.PLANNED.value,
    }


def clear_goods(w: Work, declaration_id: UUID) -> None:
    """Take away what an earlier version of the same paper had written."""
    loads = select(Load.id).where(Load.declaration_id == declaration_id)
    w.session.execute(delete(LoadLine).where(LoadLine.load_id.in_(loads)))
    w.session.execute(delete(Load).where(Load.declaration_id == declaration_id))
    w.session.execute(delete(Batch).where(Batch.declaration_id == declaration_id))
