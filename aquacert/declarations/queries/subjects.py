"""What the machine checks: the answers of a draft as read, or a submitted paper as stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from aquacert.declarations.models import Declaration, Load
from aquacert.declarations.queries.facts import BatchLine, batches_of, batches_of_each, loads_of
from aquacert.declarations.queries.reading import Reading
from aquacert.hatcheries.models import Hatchery
from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look


@dataclass(frozen=True)
class Asked:
    """One batch as the checks see it."""

    lot_id: UUID
    species_code: str
    species_name: str
    pond: str
    quantity: int
    unit: str
    captured_on: date | None
    sites: Mapping[str, bool | None]
    brought: str
    """Number of the certificate it came with from another province; "" when raised here."""


@dataclass(frozen=True)
class Subject:
    """What is to be checked: a draft as read, or a paper as stored."""

    hatchery: Hatchery
    declaration_id: UUID
    declared_at: datetime
    batches: tuple[Asked, ...]
    destinations: tuple[str, ...]
    departures: tuple[datetime, ...]
    plates: tuple[str, ...]
    purposes: tuple[tuple[str, Mapping[str, str]], ...]
    """Per load its purpose and what was answered to what the purpose asks."""
    via_codes: tuple[str, ...] = ()
    """Counties that some load passes through, as far as the declarant said."""


def subject_of(
    hatchery: Hatchery, reading: Reading, declaration_id: UUID, declared_at: datetime
) -> Subject:
    """Return the subject of answers that were read without a fault."""
    transports = reading.good_transports()
    return Subject(
        hatchery=hatchery,
        declaration_id=declaration_id,
        declared_at=declared_at,
        batches=tuple(
            Asked(
                lot_id=one.lot.lot_id,
                species_code=one.lot.species_code,
                species_name=one.lot.species_name,
                pond=one.lot.pond_name,
                quantity=one.quantity,
                unit=one.lot.unit,
                captured_on=one.captured_on,
                sites=one.sites,
                brought=one.brought.certificate if one.brought else "",
            )
            for one in reading.good_batches()
        ),
        destinations=tuple(one.destination_code for one in transports),
        departures=tuple(one.departs_at for one in transports),
        plates=tuple(one.plate for one in transports),
        purposes=tuple((one.purpose.value, one.purpose_answers) for one in transports),
        via_codes=tuple(code for one in transports for code in one.via_codes),
    )


def stored_subject(look: Look, paper: Declaration) -> Subject:
    """Return the subject of a submitted declaration."""
    farm = look.session.get(Hatchery, paper.hatchery_id)
    if farm is None or paper.submitted_at is None:
        raise NotFound
    return subject_from(farm, paper, batches_of(look, paper.id), loads_of(look, paper.id))


def stored_subjects(look: Look, papers: Collection[Declaration]) -> list[Subject]:
    """Return the subjects of submitted declarations that the caller may see, in three questions."""
    ids = [paper.id for paper in papers]
    batches, loads = batches_of_each(look, ids), _loads_of_each(look, ids)
    wanted = select(Hatchery).where(Hatchery.id.in_({paper.hatchery_id for paper in papers}))
    farms = {farm.id: farm for farm in look.scalars(wanted)}
    return [
        subject_from(
            farms[paper.hatchery_id], paper, batches.get(paper.id, ()), loads.get(paper.id, ())
        )
        for paper in papers
    ]


def subject_from(
    farm: Hatchery, paper: Declaration, batches: Sequence[BatchLine], loads: Sequence[Load]
) -> Subject:
    """Return the subject of a paper from what it says; raise `NotFound` for one never sent."""
    if paper.submitted_at is None:
        raise NotFound
    return Subject(
        hatchery=farm,
        declaration_id=paper.id,
        declared_at=paper.submitted_at,
        batches=tuple(
            Asked(
                lot_id=one.lot_id,
                species_code=one.species_code,
                species_name=one.species_name,
                pond=one.pond_name,
                quantity=one.quantity,
                unit=one.unit,
                captured_on=one.captured_on,
                sites=one.sites,
                brought=one.brought_certificate,
            )
            for one in batches
        ),
        destinations=tuple(load.destination_code for load in loads),
        departures=tuple(load.departs_at for load in loads),
        plates=tuple(load.plate for load in loads),
        purposes=tuple((load.purpose, load.purpose_answers or {}) for load in loads),
        via_codes=tuple(code for load in loads for code in load.via_codes or ()),
    )


def _loads_of_each(look: Look, paper_ids: Collection[UUID]) -> dict[UUID, list[Load]]:
    found: dict[UUID, list[Load]] = {}
    wanted = select(Load).where(Load.declaration_id.in_(paper_ids)).order_by(Load.number)
    for load in look.scalars(wanted):
        found.setdefault(load.declaration_id, []).append(load)
    return found
