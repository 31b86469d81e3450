"""Builders of declarations: all go through commands."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from openpyxl import load_workbook

from aquacert.declarations.commands import (
    accept_declaration,
    assign_vet,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.commands.bulk import read_bulk, upload_bulk
from aquacert.declarations.documents.workbook import bulk_template
from aquacert.declarations.queries import batches_of, loads_of
from aquacert.declarations.rules.answers import Answers, BatchAnswer, LoadAnswer
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.scope import SYSTEM, Actor
from aquacert.kernel.work import Database
from tests.make.accounts import Made, make_person
from tests.make.hatcheries import Farm, make_hatchery
from tests.make.kept import kept

DESTINATION = "山东省青岛市崂山区"
"""In another province: certificate A."""
NEAR = "江苏省南京市浦口区"
"""In the same province: certificate B."""


@dataclass(frozen=True)
class Paper:
    """A declaration made for a test, with everybody around it."""

    farm: Farm
    declaration_id: UUID
    number: str
    batch_ids: tuple[UUID, ...]
    load_ids: tuple[UUID, ...]
    vet: Made | None = None


def load_answer(db: Database, **other: object) -> LoadAnswer:
    """Return one lorry that leaves in five days."""
    leaves = (db.clock.now() + timedelta(days=5)).astimezone(SHANGHAI)
    return replace(
        LoadAnswer(
            destination=DESTINATION,
            place="样例养殖场",
            consignee="李四",
            consignee_phone="0532-87654321",
            carrier="王五",
            carrier_phone="13900001111",
            plate="示A6P208",
            disinfectant="聚维酮碘",
            departs_at=f"{leaves:%Y-%m-%d} 16:00",
            travel_days="2",
        ),
        **other,
    )


def answers(db: Database, farm: Farm, quantity: str = "50万", **load: object) -> Answers:
    """Return a form filled in for the farm's shrimp: one batch, one lorry."""
    return Answers(
        batches=(BatchAnswer(lot=str(farm.lot_id), quantity=quantity, species="南美白对虾"),),
        loads=(load_answer(db, **load),),
    )


def draft(db: Database, farm: Farm, filled: Answers | None = None) -> UUID:
    """Save a draft as the owner and return its id."""
    with db.work(farm.owner) as w:
        return save_draft(w, filled or answers(db, farm))


def proxied(db: Database, farm: Farm, proxy: Actor, filled: Answers | None = None) -> UUID:
    """Save a draft for the farm as somebody who fills in for it; return its id."""
    with db.work(proxy) as w:
        return save_draft(w, filled or answers(db, farm), hatchery_id=farm.hatchery_id)


@kept
def make_declaration(
    db: Database,
    farm: Farm | None = None,
    *,
    filled: Answers | None = None,
    state: str = "submitted",
    vet: Made | None = None,
) -> Paper:
    """Bring a declaration as far as `state` (submitted, accepted, assigned)."""
    farm = farm or make_hatchery(db)
    declaration_id = draft(db, farm, filled)
    with db.work(farm.owner) as w:
        number = submit_declaration(w, declaration_id, statement=True)
    if state in {"accepted", "assigned"}:
        with db.work(farm.clerk) as w:
            accept_declaration(w, declaration_id)
    if state == "assigned":
        vet = vet or make_person(db, "official_vet", organisation_id=farm.office_id)
        with db.work(farm.clerk) as w:
            assign_vet(w, declaration_id, vet.person_id)
    with db.look(SYSTEM) as look:
        batches = tuple(one.batch_id for one in batches_of(look, declaration_id))
        loads = tuple(one.id for one in loads_of(look, declaration_id))
    return Paper(farm, declaration_id, number, batches, loads, vet)


def make_bulk(db: Database, farm: Farm) -> UUID:
    """Hand in a workbook with one wrong row and return its id."""
    book = load_workbook(io.BytesIO(bulk_template([], [])))
    book.worksheets[0]["B2"] = "别的塘"
    kept = io.BytesIO()
    book.save(kept)
    with db.work(farm.owner) as w:
        return upload_bulk(w, read_bulk(w, kept.getvalue()))
