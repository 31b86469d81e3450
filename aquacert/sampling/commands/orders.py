"""What is to be tested: the province's plan, and the tests of one batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from aquacert.declarations import commands as paper_commands
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries import facts as papers
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.sampling.commands.facts import PlanMade, TestsOrdered
from aquacert.sampling.models import OrderedTest, SamplingPlan
from aquacert.sampling.queries import ordered, required_tests
from aquacert.sampling.rules import Because


def make_plan(
    w: Work, *, disease_code: str, species_code: str, from_on: date, until_on: date, title: str
) -> UUID:
    """Write a row of the province's plan; raise `Invalid` when it cannot be right."""
    if until_on < from_on:
        raise Invalid("结束日期不能早于开始日期。", until_on="不能早于开始日期")
    if not reference.affects(w, disease_code, species_code):
        raise Invalid("这个病种不感染这个品种。", disease_code="换一个病种")
    row = w.add(
        SamplingPlan(
            id=w.new_id(),
            disease_code=disease_code,
            species_code=species_code,
            from_on=from_on,
            until_on=until_on,
            title=title,
        )
    )
    w.record(PlanMade(disease_code, species_code, from_on, until_on), on=row)
    return row.id


def order_sampling(
    w: Work, declaration_id: UUID, batch_id: UUID, diseases: Collection[str] = ()
) -> list[str]:
    """Order every required test of a batch, and those the vet adds; return the new diseases.

    Ordering again adds only what is missing. Only the declaration's vet orders.
    """
    paper = locked_paper(w, declaration_id)
    wanted = {test.disease_code: test.because for test in required_tests(w, paper.id, batch_id)}
    species = next(
        line.species_code for line in papers.batches_of(w, paper.id) if line.batch_id == batch_id
    )
    for code in diseases:
        if not reference.affects(w, code, species):
            raise Invalid("有病种不感染这个品种。", diseases="只能选这个品种会得的病。")
        wanted.setdefault(code, Because.VET)
    known = {row.disease_code for row in ordered(w, batch_id)}
    fresh = {code: because for code, because in wanted.items() if code not in known}
    for code, because in fresh.items():
        w.add(_order(w, paper, batch_id, code, because))
    if fresh:
        fact = TestsOrdered(batch_id, {code: because.value for code, because in fresh.items()})
        w.record(fact, on=paper, county=paper.origin_code)
        paper_commands.mark_testing(w, paper.id, "running")
    return sorted(fresh)


def locked_paper(w: Work, declaration_id: UUID) -> Declaration:
    """Return the declaration, locked; only its own vet may go on, and only while it is open."""
    paper = w.get_for_change(Declaration, declaration_id)
    if paper.vet_id is None or paper.vet_id != w.actor.person_id:
        raise NotAllowed("只有派到这份申报的官方兽医可以抽样。")
    if paper.state not in {"assigned", "inspected"}:
        raise NotAllowedNow("这份申报现在不能抽样。")
    return paper


def _order(w: Work, paper: Declaration, batch_id: UUID, code: str, because: Because) -> OrderedTest:
    return OrderedTest(
        id=w.new_id(),
        declaration_id=paper.id,
        batch_id=batch_id,
        origin_code=paper.origin_code,
        office_id=paper.office_id,
        organisation_id=paper.organisation_id,
        vet_id=paper.vet_id,
        disease_code=code,
        because=because.stored.value,
        ordered_at=w.now,
        method_code="",
    )
