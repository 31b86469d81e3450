"""What a batch must be tested for, by the dated rules' triggers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.queries import facts as papers
from aquacert.hatcheries.queries.points import points_of_farm
from aquacert.inspections.queries import verdicts
from aquacert.inspections.queries.draws import extra_tests
from aquacert.inspections.queries.mustcheck import is_must_check
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound, NotReady
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import OrderedTest, SamplingPlan
from aquacert.sampling.rules import Because, RequiredTest, required
from aquacert.surveillance.queries.blocks import tests_wanted
from aquacert.surveillance.queries.clean import bars, clean
from aquacert.surveillance.rules.zones import place_at

PLANS = table_of(SamplingPlan)
PLANNED = Quick(
    select(PLANS.c.disease_code).where(
        PLANS.c.species_code == bindparam("species"),
        PLANS.c.from_on <= bindparam("on"),
        PLANS.c.until_on >= bindparam("on"),
    )
)


def required_tests(look: Look, declaration_id: UUID, batch_id: UUID) -> tuple[RequiredTest, ...]:
    """Return every test this batch must pass, by the rules of the day of its declaration."""
    paper = papers.declaration(look, declaration_id)
    batch = batch_line(look, declaration_id, batch_id)
    on = legal_day(paper.submitted_at) if paper.submitted_at else look.today
    verdict = verdicts(look, declaration_id).get(batch_id)
    orders = look.scalars(select(OrderedTest).where(OrderedTest.batch_id == batch_id))
    return required_for(
        look,
        species_code=batch.species_code,
        on=on,
        suspected=verdict.suspected if verdict else frozenset(),
        orders=[(row.disease_code, row.because) for row in orders],
        declaration_id=declaration_id,
        batch_id=batch_id,
    )


def tests_asked(look: Look, subject: tuple[UUID, UUID]) -> frozenset[str]:
    """Return the diseases that (declaration, batch) is tested for as things stand: for the draw."""
    try:
        found = required_tests(look, *subject)
    except NotReady:  # the edition in force is not adopted: nothing is asked by it
        return frozenset()
    return frozenset(test.disease_code for test in found)


def required_for(
    look: Look,
    *,
    species_code: str,
    on: date,
    suspected: Collection[str],
    orders: Iterable[tuple[str, str]],
    declaration_id: UUID | None = None,
    batch_id: UUID | None = None,
) -> tuple[RequiredTest, ...]:
    """Return what a batch must be tested for, when all about it is known already.

    `on` is the legal day of the declaration, `orders` the tests ordered: (disease, because). With
    `declaration_id` the must-check categories are looked at too, where a disease asks for them; with
    `batch_id` besides what the draw asked this batch for beyond the rules.
    """
    triggers = {
        duty.disease_code: duty.trigger for duty in reference.duties(look, species_code, on)
    }
    in_category = (
        declaration_id is not None
        and Because.CATEGORY in triggers.values()
        and is_must_check(look, declaration_id, on)
    )
    zoned, past = (
        _by_place(look, declaration_id, species_code)
        if declaration_id
        else (frozenset(), frozenset())
    )
    return required(
        triggers,
        suspected,
        planned(look, species_code, on),
        [(disease_code, Because(because)) for disease_code, because in orders],
        in_category=in_category,
        drawn=extra_tests(look, declaration_id, batch_id) if declaration_id and batch_id else (),
        zoned=zoned,
        past=past,
    )


def _by_place(
    look: Look, declaration_id: UUID, species_code: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a surveillance zone asks of a farm today, and what it was positive for lately.

    Only diseases that affect the species; where the province lets a past positive bar, no test
    makes up for it and none is asked.
    """
    paper = papers.declaration(look, declaration_id)
    here = place_at(paper.origin_code, points_of_farm(look, paper.hatchery_id))
    zoned = tests_wanted(look, species_codes={species_code}, places=(here,), on=look.today)
    found = clean(look, organisation_id=paper.organisation_id, on=look.today).diseases
    past = {code for code in found if reference.affects(look, code, species_code)}
    return frozenset(zoned), frozenset(() if past and bars(look, look.today) else past)


def planned(look: Look, species_code: str, on: date) -> frozenset[str]:
    """Return the diseases that a provincial plan has tested in this species on this day."""
    return frozenset(row.disease_code for row in look.rows(PLANNED, species=species_code, on=on))


def batch_line(look: Look, declaration_id: UUID, batch_id: UUID) -> papers.BatchLine:
    """Return one batch of a declaration, or raise `NotFound`."""
    for line in papers.batches_of(look, declaration_id):
        if line.batch_id == batch_id:
            return line
    raise NotFound
