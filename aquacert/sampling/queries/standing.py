"""Reads of sampling: what each batch must be tested for, and where each test stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from aquacert.declarations.queries import facts as papers
from aquacert.inspections.queries import verdicts
from aquacert.kernel.clock import legal_day
from aquacert.kernel.db import table_of
from aquacert.kernel.errors import NotFound
from aquacert.kernel.quick import Quick
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import OrderedTest, Sample, SamplingPlan
from aquacert.sampling.rules import Because, RequiredTest, Stage, State, TestStanding, required
from labs.intake.queries import item_state
from labs.register import queries as register
from labs.reports.queries import ReportLine, ReportSummary, report_for

TESTS, PLANS = table_of(OrderedTest), table_of(SamplingPlan)
ORDERED = Quick(
    select(*TESTS.c).where(TESTS.c.batch_id == bindparam("batch")).order_by(TESTS.c.disease_code)
)
PLANNED = Quick(
    select(PLANS.c.disease_code).where(
        PLANS.c.species_code == bindparam("species"),
        PLANS.c.from_on <= bindparam("on"),
        PLANS.c.until_on >= bindparam("on"),
    )
)


@dataclass(frozen=True)
class BatchTests:
    """One batch with what it must be tested for and where that stands."""

    batch: papers.BatchLine
    required: tuple[RequiredTest, ...]
    tests: tuple[TestStanding, ...]

    @property
    def unordered(self) -> tuple[RequiredTest, ...]:
        """Required tests that nobody ordered yet."""
        ordered = {test.disease_code for test in self.tests}
        return tuple(test for test in self.required if test.disease_code not in ordered)


def required_tests(look: Look, declaration_id: UUID, batch_id: UUID) -> tuple[RequiredTest, ...]:
    """Return every test this batch must pass, by the rules of the day of its declaration."""
    paper = papers.declaration(look, declaration_id)
    batch = _batch(look, declaration_id, batch_id)
    on = legal_day(paper.submitted_at) if paper.submitted_at else look.today
    verdict = verdicts(look, declaration_id).get(batch_id)
    return required_for(
        look,
        species_code=batch.species_code,
        on=on,
        suspected=verdict.suspected if verdict else frozenset(),
        orders=[(row.disease_code, row.because) for row in ordered(look, batch_id)],
    )


def required_for(
    look: Look,
    *,
    species_code: str,
    on: date,
    suspected: Collection[str],
    orders: Iterable[tuple[str, str]],
) -> tuple[RequiredTest, ...]:
    """Return what a batch must be tested for, when all about it is known already.

    `on` is the legal day of the declaration, `orders` the tests ordered: (disease, because).
    """
    return required(
        {duty.disease_code: duty.trigger for duty in reference.duties(look, species_code, on)},
        suspected,
        planned(look, species_code, on),
        [(disease_code, Because(because)) for disease_code, because in orders],
    )


def tests_of(look: Look, batch_id: UUID) -> tuple[TestStanding, ...]:
    """Return where every ordered test of a batch stands, re-read from the laboratory each time."""
    return tuple(_standing(look, row) for row in look.rows(ORDERED, batch=batch_id))


def ordered(look: Look, batch_id: UUID) -> Sequence[OrderedTest]:
    """Return the tests ordered for a batch."""
    return look.scalars(
        select(OrderedTest)
        .where(OrderedTest.batch_id == batch_id)
        .order_by(OrderedTest.disease_code)
    )


def planned(look: Look, species_code: str, on: date) -> frozenset[str]:
    """Return the diseases that a provincial plan has tested in this species on this day."""
    return frozenset(row.disease_code for row in look.rows(PLANNED, species=species_code, on=on))


def batch_tests(look: Look, declaration_id: UUID) -> list[BatchTests]:
    """Return every batch of a declaration with its tests."""
    return [
        BatchTests(
            batch,
            required_tests(look, declaration_id, batch.batch_id),
            tests_of(look, batch.batch_id),
        )
        for batch in papers.batches_of(look, declaration_id)
    ]


def _batch(look: Look, declaration_id: UUID, batch_id: UUID) -> papers.BatchLine:
    for line in papers.batches_of(look, declaration_id):
        if line.batch_id == batch_id:
            return line
    raise NotFound


def _standing(look: Look, row: OrderedTest) -> TestStanding:
    taken = look.session.get(Sample, row.sample_id) if row.sample_id else None
    report = report_for(look, taken.blind_code) if taken else None
    live = report if report and report.state == "authorised" else None
    line = _line(live, row.disease_code)
    return TestStanding(
        disease_code=row.disease_code,
        disease_name=reference.disease(look, row.disease_code).name_zh,
        because=row.because,
        state=_stage(look, taken, line),
        outcome=str(line.outcome) if line else None,
        report_no=live.number if live and line else "",
        report_id=live.report_id if live and line else None,
        lab_id=taken.lab_id if taken else None,
        lab_name=_lab_name(look, taken),
        method_code=line.method_code if line else row.method_code,
        sampled_on=legal_day(taken.taken_at) if taken else None,
        released_on=legal_day(live.authorised_at) if live and line else None,
        in_scope=_in_scope(look, taken, row),
    )


def _line(report: ReportSummary | None, disease_code: str) -> ReportLine | None:
    lines = report.lines if report else ()
    return next((line for line in lines if line.disease_code == disease_code), None)


def needs_sample(look: Look, row: OrderedTest) -> bool:
    """Say whether a test waits for a sample: none was taken, or the laboratory found it unfit."""
    taken = look.session.get(Sample, row.sample_id) if row.sample_id else None
    return taken is None or _is_unfit(look, taken)


def _is_unfit(look: Look, taken: Sample) -> bool:
    found = item_state(look, taken.blind_code)
    return found is not None and found[0] == "unfit"


def _stage(look: Look, taken: Sample | None, line: ReportLine | None) -> Stage:
    if taken is None or _is_unfit(look, taken):
        return Stage.ORDERED
    if line is not None:
        return Stage.RELEASED
    if taken.state == State.TAKEN.value:
        return Stage.SAMPLED
    found = item_state(look, taken.blind_code)
    return Stage.RECEIVED if found and found[0] != "announced" else Stage.SENT


def _lab_name(look: Look, taken: Sample | None) -> str:
    return register.lab(look, taken.lab_id).name_zh if taken and taken.lab_id else ""


def _in_scope(look: Look, taken: Sample | None, row: OrderedTest) -> bool:
    """Say whether the laboratory could test this by this method on the day of sampling."""
    if taken is None or taken.lab_id is None:
        return False
    on = legal_day(taken.taken_at)
    return register.in_scope(look, taken.lab_id, row.disease_code, row.method_code, on)
