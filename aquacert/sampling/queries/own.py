"""What hatcheries had tested themselves (自检), and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.clock import legal_day
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.models import AnySample, PlanSample, Sample, SampleDispatch, SelfTest
from labs.register import queries as register
from labs.reports.queries import ReportSummary, report_for


@dataclass(frozen=True)
class OwnTest:
    """One self-test as other rooms read it. `outcome` is None until a report stands."""

    self_test_id: UUID
    number: str
    organisation_id: UUID
    hatchery_id: UUID
    lot_id: UUID
    species_code: str
    disease_code: str
    disease_name: str
    method_code: str
    blind_code: str
    individuals: int
    sampled_on: date
    outcome: str | None
    report_no: str
    report_id: UUID | None
    released_on: date | None
    lab_id: UUID | None
    lab_name: str
    in_scope: bool


def own_tests(
    look: Look,
    *,
    organisation_id: UUID | None = None,
    lot_id: UUID | None = None,
    disease_code: str = "",
) -> list[OwnTest]:
    """Return self-tests, newest first, re-read from the laboratory each time.

    Whatever the scope: a rule may ask for those of the farm whose batch is being judged.
    """
    wanted = select(SelfTest).order_by(SelfTest.taken_at.desc(), SelfTest.id.desc())
    if organisation_id is not None:
        wanted = wanted.where(SelfTest.organisation_id == organisation_id)
    if lot_id is not None:
        wanted = wanted.where(SelfTest.lot_id == lot_id)
    if disease_code:
        wanted = wanted.where(SelfTest.disease_code == disease_code)
    return [own_test(look, row) for row in look.scalars(wanted)]


def own_test(look: Look, row: SelfTest) -> OwnTest:
    """Return one self-test with what the laboratory says of it now."""
    report = live_report(look, row)
    lines = report.lines if report else ()
    line = next((each for each in lines if each.disease_code == row.disease_code), None)
    on = legal_day(row.taken_at)
    return OwnTest(
        self_test_id=row.id,
        number=row.number,
        organisation_id=row.organisation_id,
        hatchery_id=row.hatchery_id,
        lot_id=row.lot_id,
        species_code=row.species_code,
        disease_code=row.disease_code,
        disease_name=reference.disease(look, row.disease_code).name_zh,
        method_code=line.method_code if line else row.method_code,
        blind_code=row.blind_code,
        individuals=row.individuals,
        sampled_on=on,
        outcome=str(line.outcome) if line else None,
        report_no=report.number if report and line else "",
        report_id=report.report_id if report and line else None,
        released_on=legal_day(report.authorised_at) if report and line else None,
        lab_id=row.lab_id,
        lab_name=register.lab(look, row.lab_id).name_zh if row.lab_id else "",
        in_scope=row.lab_id is not None
        and register.in_scope(look, row.lab_id, row.disease_code, row.method_code, on),
    )


def live_report(look: Look, row: SelfTest) -> ReportSummary | None:
    """Return the report that stands on a self-test, or None."""
    report = report_for(look, row.blind_code)
    return report if report is not None and report.state == "authorised" else None


def self_test(look: Look, self_test_id: UUID) -> SelfTest:
    """Return a self-test, or raise `NotFound` (also out of scope)."""
    return look.get(SelfTest, self_test_id)


def self_tests(look: Look, words: str = "") -> Select[SelfTest]:
    """Select the self-tests of this person's scope, newest first."""
    chosen = select(SelfTest).where(look.visible(SelfTest))
    if words.strip():
        chosen = chosen.where(look.matching(SelfTest, words))
    return chosen.order_by(SelfTest.id.desc())


def self_test_by_code(look: Look, code: str) -> SelfTest | None:
    """Return the self-test behind a blind code; None for every other sample."""
    return look.one(select(SelfTest).where(SelfTest.blind_code == code))


def box_of(look: Look, dispatch_id: UUID) -> SampleDispatch:
    """Return a box that was sent, or raise `NotFound` (also out of scope)."""
    return look.get(SampleDispatch, dispatch_id)


def in_box(look: Look, box: SampleDispatch) -> list[AnySample]:
    """Return what travels in a box: samples of batches, a hatchery's self-test, or the plan's."""
    official = look.scalars(
        select(Sample).where(Sample.dispatch_id == box.id).order_by(Sample.blind_code)
    )
    own = look.scalars(select(SelfTest).where(SelfTest.dispatch_id == box.id))
    planned = look.scalars(select(PlanSample).where(PlanSample.dispatch_id == box.id))
    return [*official, *own, *planned]
