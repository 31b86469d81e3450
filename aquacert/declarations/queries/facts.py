"""What the rooms above need of a declaration, in one frozen value per load."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.models import Batch, Declaration, Load, LoadLine
from aquacert.declarations.rules.answers import SITES
from aquacert.declarations.rules.states import State
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference.queries import full_name, species

LOADS, PAPERS, FARMS = table_of(Load), table_of(Declaration), table_of(Hatchery)
LINES, BATCHES = table_of(LoadLine), table_of(Batch)
_FACTS = (
    select(
        *(column for column in LOADS.c if not column.name.endswith("_index")),
        PAPERS.c.number.label("paper_no"),
        PAPERS.c.state.label("paper_state"),
        PAPERS.c.organisation_id.label("paper_organisation_id"),
        PAPERS.c.origin_code.label("paper_origin_code"),
        PAPERS.c.phone.label("paper_phone"),
        *(
            PAPERS.c[name]
            for name in (
                *("submitted_at", "declared_by_id", "is_proxy", "vet_id", "hatchery_id"),
                *("hatchery_name", "origin_place", "office_id"),
            )
        ),
        FARMS.c.division_code,
        FARMS.c.is_one_person,
        FARMS.c.phone.label("farm_phone"),
    )
    .join(PAPERS, PAPERS.c.id == LOADS.c.declaration_id)
    .join(FARMS, FARMS.c.id == PAPERS.c.hatchery_id)
)
_LINES = (
    select(*BATCHES.c, LINES.c.quantity.label("load_quantity"), LINES.c.load_id)
    .join(BATCHES, BATCHES.c.id == LINES.c.batch_id)
    .order_by(BATCHES.c.number)
)
FACTS_OF_LOAD = Quick(_FACTS.where(LOADS.c.id == bindparam("load")))
FACTS_OF_LOADS = Quick(
    _FACTS.where(LOADS.c.declaration_id == bindparam("paper")).order_by(LOADS.c.number)
)
LINES_OF_LOAD = Quick(_LINES.where(LINES.c.load_id == bindparam("load")))
LINES_OF_LOADS = Quick(_LINES.where(BATCHES.c.declaration_id == bindparam("paper")))
_BATCHES = select(BATCHES).order_by(BATCHES.c.number)
BATCHES_OF = Quick(_BATCHES.where(BATCHES.c.declaration_id == bindparam("paper")))


@dataclass(frozen=True)
class LineFacts:
    """One batch's part in a load."""

    batch_id: UUID
    batch_no: int
    species_code: str
    species_name: str
    variety: str
    life_stage: str
    lot_id: UUID
    pond_name: str
    unit: str
    declared_quantity: int
    load_quantity: int
    source: str


@dataclass(frozen=True)
class LoadFacts:
    """One load with everything a certificate must say about where it comes from and goes to."""

    declaration_id: UUID
    declaration_no: str
    declaration_state: str
    submitted_at: datetime
    declared_by_id: UUID | None
    is_proxy: bool
    vet_id: UUID | None
    hatchery_id: UUID
    organisation_id: UUID
    hatchery_name: str
    hatchery_division: str
    hatchery_is_one_person: bool
    owner_name: str
    owner_phone: str
    origin_code: str
    origin_name: str
    origin_place: str
    office_id: UUID
    load_id: UUID
    load_no: int
    load_state: str
    destination_code: str
    destination_name: str
    destination_place: str
    consignee_name: str
    consignee_phone: str
    carrier_name: str
    carrier_phone: str
    transport_mode: str
    plate: str
    disinfectant: str
    departs_at: datetime
    travel_days: int
    purpose: str
    lines: tuple[LineFacts, ...]
    purpose_answers: Mapping[str, Any] = field(default_factory=dict)
    """What the purpose asks besides, and was answered."""
    via_codes: tuple[str, ...] = ()
    """Counties passed through, as far as the declarant said."""
    via_names: tuple[str, ...] = ()

    @property
    def quantity(self) -> int:
        """The sum of the lines; all are of one species and one unit."""
        return sum(line.load_quantity for line in self.lines)

    @property
    def unit(self) -> str:
        """The unit of every line."""
        return self.lines[0].unit if self.lines else ""

    @property
    def species_code(self) -> str:
        """The species of every line."""
        return self.lines[0].species_code if self.lines else ""


@dataclass(frozen=True)
class BatchLine:
    """One batch of a declaration, with the species' name."""

    batch_id: UUID
    number: int
    species_code: str
    species_name: str
    variety: str
    life_stage: str
    quantity: int
    unit: str
    lot_id: UUID
    pond_name: str
    source: str
    captured_on: date | None
    capture_place: str = ""
    sites: Mapping[str, bool | None] = field(default_factory=dict)
    brought_certificate: str = ""
    brought_province: str = ""
    brought_on: date | None = None


def declaration(look: Look, declaration_id: UUID) -> Declaration:
    """Return the declaration, or raise `NotFound` (also when it is out of scope).

    A draft that was never sent is its farm's own; officials see what was submitted to them, and
    the drafts they fill in for somebody.
    """
    row = look.get(Declaration, declaration_id)
    scope = look.actor.scope
    own = scope.everything or row.organisation_id in scope.organisation_ids or row.is_proxy
    if row.state == State.DRAFT.value and not own:
        raise NotFound
    return row


def batches_of(look: Look, declaration_id: UUID) -> list[BatchLine]:
    """Return every batch of a declaration in order."""
    return [_batch(look, row) for row in look.rows(BATCHES_OF, paper=declaration_id)]


def batches_of_each(look: Look, declaration_ids: Collection[UUID]) -> dict[UUID, list[BatchLine]]:
    """Return every batch of several declarations in order, by declaration, in one question."""
    wanted = _BATCHES.where(BATCHES.c.declaration_id.in_(declaration_ids))
    found: dict[UUID, list[BatchLine]] = {}
    for row in look.session.execute(wanted):
        found.setdefault(row.declaration_id, []).append(_batch(look, row))
    return found


def _batch(look: Look, row: Any) -> BatchLine:  # noqa: ANN401 (a row of the table)
    return BatchLine(
        batch_id=row.id,
        number=row.number,
        species_code=row.species_code,
        species_name=species(look, row.species_code).name_zh,
        variety=row.variety,
        life_stage=row.life_stage,
        quantity=row.quantity,
        unit=row.unit,
        lot_id=row.lot_id,
        pond_name=row.pond_name,
        source=row.source,
        captured_on=row.captured_on,
        capture_place=row.capture_place or "",
        sites={name: getattr(row, name) for name in SITES},
        brought_certificate=row.brought_certificate or "",
        brought_province=row.brought_province or "",
        brought_on=row.brought_on,
    )


def loads_of(look: Look, declaration_id: UUID) -> list[Load]:
    """Return every load of a declaration in order; the declaration must be in scope."""
    declaration(look, declaration_id)
    return look.scalars(
        select(Load).where(Load.declaration_id == declaration_id).order_by(Load.number)
    )


def load_facts(look: Look, load_id: UUID) -> LoadFacts:
    """Return a load with its declaration, farm and lines; raise `NotFound` out of scope."""
    load = look.row(FACTS_OF_LOAD, load=load_id)
    if load is None:
        raise NotFound
    return _facts(look, load, look.rows(LINES_OF_LOAD, load=load_id))


def all_load_facts(look: Look, declaration_id: UUID) -> list[LoadFacts]:
    """Return the facts of every load of a declaration in order."""
    return load_facts_of(look, declaration(look, declaration_id))


def load_facts_of(look: Look, paper: Declaration) -> list[LoadFacts]:
    """Return the facts of every load of a declaration that the caller has in hand, in order."""
    loads = look.rows(FACTS_OF_LOADS, paper=paper.id)
    lines: dict[UUID, list[Any]] = {}
    for line in look.rows(LINES_OF_LOADS, paper=paper.id):
        lines.setdefault(line.load_id, []).append(line)
    return [_facts(look, load, lines.get(load.id, [])) for load in loads]


def _facts(look: Look, load: Any, lines: Sequence[Any]) -> LoadFacts:  # noqa: ANN401 (rows)
    if load.submitted_at is None or not look.sees(Load, load):
        raise NotFound
    return LoadFacts(
        declaration_id=load.declaration_id,
        declaration_no=load.paper_no or "",
        declaration_state=load.paper_state,
        submitted_at=load.submitted_at,
        declared_by_id=load.declared_by_id,
        is_proxy=load.is_proxy,
        vet_id=load.vet_id,
        hatchery_id=load.hatchery_id,
        organisation_id=load.paper_organisation_id,
        hatchery_name=load.hatchery_name,
        hatchery_division=load.division_code,
        hatchery_is_one_person=load.is_one_person,
        owner_name=load.hatchery_name,
        owner_phone=load.paper_phone or load.farm_phone or "",
        origin_code=load.paper_origin_code,
        origin_name=full_name(look, load.paper_origin_code),
        origin_place=load.origin_place,
        office_id=load.office_id,
        load_id=load.id,
        load_no=load.number,
        load_state=load.state,
        destination_code=load.destination_code,
        destination_name=full_name(look, load.destination_code),
        destination_place=load.destination_place,
        consignee_name=load.consignee_name or "",
        consignee_phone=load.consignee_phone or "",
        carrier_name=load.carrier_name or "",
        carrier_phone=load.carrier_phone or "",
        transport_mode=load.transport_mode,
        plate=load.plate,
        disinfectant=load.disinfectant,
        departs_at=load.departs_at,
        travel_days=load.travel_days,
        purpose=load.purpose,
        purpose_answers=load.purpose_answers or {},
        lines=_lines(look, lines),
        via_codes=tuple(load.via_codes or ()),
        via_names=tuple(full_name(look, code) for code in load.via_codes or ()),
    )


def _lines(look: Look, lines: Sequence[Any]) -> tuple[LineFacts, ...]:
    return tuple(
        LineFacts(
            batch_id=batch.id,
            batch_no=batch.number,
            species_code=batch.species_code,
            species_name=species(look, batch.species_code).name_zh,
            variety=batch.variety,
            life_stage=batch.life_stage,
            lot_id=batch.lot_id,
            pond_name=batch.pond_name,
            unit=batch.unit,
            declared_quantity=batch.quantity,
            load_quantity=batch.load_quantity,
            source=batch.source,
        )
        for batch in lines
    )
