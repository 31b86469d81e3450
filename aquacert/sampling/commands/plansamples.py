"""Samples of the monitoring plan: taken at a point, labelled, sent and heard of the same blind way.

The plan lies below, in surveillance; this room reads its tasks and answers them. A result goes
back by itself as an own result of the plan (`Purpose.PLAN`), so that nobody types it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from aquacert.accounts.commands import tell
from aquacert.accounts.queries.organisations import agencies_for
from aquacert.kernel.audit import Fact
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.sampling.commands.alone import fresh_number, news_of, send_alone, turned
from aquacert.sampling.commands.custody import note_taken
from aquacert.sampling.commands.dispatch import Parcel
from aquacert.sampling.commands.labels import fresh_code
from aquacert.sampling.models import PlanSample
from aquacert.sampling.queries.plans import LARGE, Wish, advice, plan_for
from aquacert.sampling.queries.plansamples import live_report, plan_sample_by_code
from aquacert.sampling.rules import (
    Preservation,
    State,
    Tissue,
)
from aquacert.surveillance.commands import take_own_result
from aquacert.surveillance.commands.plans import note_task_taken
from aquacert.surveillance.queries.plans import TaskLine
from aquacert.surveillance.queries.plans import task as task_line
from aquacert.surveillance.rules.own import POSITIVE, Purpose
from labs.custody.commands import new_salt
from labs.register import queries as register
from labs.reports.queries import ReportSummary, report_summary

MOST = 10_000


@dataclass(frozen=True)
class PlanSampleTaken(Fact):
    """A sample of the monitoring plan was taken."""

    tag: ClassVar[str] = "sampling:plan_sample:take"
    title: ClassVar[str] = "监测计划采样"
    number: str
    point: str
    disease_code: str
    individuals: int
    planned: int


@dataclass(frozen=True)
class PlanSampleSent(Fact):
    """A sample of the monitoring plan was sent."""

    tag: ClassVar[str] = "sampling:plan_sample:send"
    title: ClassVar[str] = "监测计划送样"
    lab_id: UUID
    box: str


@dataclass(frozen=True)
class PlanSampleTold(Fact):
    """The result of a plan's sample came, or was taken back."""

    tag: ClassVar[str] = "sampling:plan_sample:tell"
    title: ClassVar[str] = "监测计划样品结果"
    report_no: str
    state: str


@dataclass(frozen=True)
class PlanTaking:
    """What is said of the sample at the pond. `individuals` None: as many as the plan asks."""

    taken_with: str
    life_stage: str = ""
    individuals: int | None = None
    because: str = ""
    """Why fewer than the plan asks."""
    preservation: Preservation = Preservation.ICE
    water_temperature: Decimal | None = None
    label: str = ""
    label_again: str = ""


def take_plan_sample(w: Work, task_id: UUID, more: PlanTaking) -> UUID:
    """Take the one sample of a task and return its id; the task is answered by it.

    Raises `NotAllowedNow` when it was taken or dropped before, `Invalid` at the field.
    """
    line = task_line(w, task_id)
    office = w.actor.organisation_id
    if office is None:
        raise NotAllowed("采样要由机构的人员办理。")
    individuals = _individuals(line, more)
    row = _row(w, line, office, individuals, more)
    note_task_taken(w, task_id, row.id)
    w.add(row)
    note_taken(w, row)
    fact = PlanSampleTaken(
        row.number, row.point_code, row.disease_code, individuals, line.task.individuals
    )
    w.record(fact, on=row, county=row.origin_code, reason=more.because.strip())
    return row.id


def send_plan_sample(
    w: Work, plan_sample_id: UUID, lab_id: UUID, parcel: Parcel | None = None
) -> UUID:
    """Send a sample to a designated laboratory and return the consignment's id."""
    row = w.get_for_change(PlanSample, plan_sample_id)
    box = send_alone(w, row, lab_id, row.office_id, parcel)
    w.record(PlanSampleSent(lab_id, box.box_number), on=row, county=row.origin_code)
    return box.consignment_id


def note_plan_sample(w: Work, report_id: UUID) -> None:
    """Take up news of a report on a plan's sample; any order and number end in one state."""
    report = report_summary(w, report_id)
    row = plan_sample_by_code(w, report.blind_code) if report else None
    if report is None or row is None:
        return
    row = w.get_for_change(PlanSample, row.id)
    for line in report.lines:
        known = register.in_scope(
            w, report.lab_id, line.disease_code, line.method_code, legal_day(row.taken_at)
        )
        take_own_result(w, news_of(report, line, row, Purpose.PLAN, in_scope=known))
    stands = live_report(w, row) is not None
    if not turned(w, row, report, stands=stands):
        return
    w.record(PlanSampleTold(report.number, str(report.state)), on=row, county=row.origin_code)
    _tell(w, row, report, stands=stands)


def _individuals(line: TaskLine, more: PlanTaking) -> int:
    planned = line.task.individuals
    individuals = planned if more.individuals is None else more.individuals
    if not 1 <= individuals <= MOST:
        raise Invalid("采样数不对。", individuals=f"1 到 {MOST} 之间的整数")
    if individuals < planned and len(more.because.strip()) < 2:
        sentence = f"计划要求采 {planned}，少采要写明为什么。"
        raise Invalid(sentence, because=sentence)
    if not more.taken_with.strip():
        raise Invalid("采样要两人在场。", taken_with="写明另一位采样人的岗位")
    return individuals


def _row(w: Work, line: TaskLine, office: UUID, individuals: int, more: PlanTaking) -> PlanSample:
    task, stage = line.task, more.life_stage.strip()
    plan = plan_for(
        w,
        species_code=task.species_code,
        life_stage=stage,
        population=max(LARGE, individuals),
        wish=Wish(),
        individuals=individuals,
    )
    rule = advice(w, task.species_code, stage, task.disease_code, None)
    scans = (more.label, more.label_again)
    code, scanned = fresh_code(w, scans, {office, *w.actor.scope.organisation_ids})
    water = more.water_temperature
    return PlanSample(
        id=w.new_id(),
        task_id=task.id,
        organisation_id=task.organisation_id,
        office_id=office,
        origin_code=task.division_code,
        point_code=line.point.code,
        species_code=task.species_code,
        life_stage=stage,
        disease_code=task.disease_code,
        method_code="",
        number=fresh_number(w, "JC"),
        blind_code=code,
        tissue=(rule.tissue if rule else Tissue.WHOLE).value,
        preservation=more.preservation.value,
        individuals=individuals,
        pool_size=plan.pools[0],
        water_temperature_tenths=None if water is None else round(water * 10),
        taken_at=w.now,
        taken_by_id=w.actor.person_id,
        taken_with=more.taken_with.strip(),
        label_scanned_at=w.now if scanned else None,
        custody_salt=new_salt(),
        state=State.TAKEN.value,
    )


def _tell(w: Work, row: PlanSample, report: ReportSummary, *, stands: bool) -> None:
    """Tell the farm that there is a result, and the county when it is a positive."""
    subject = f"监测样品 {row.number} 的结果{'出来了' if stands else '被实验室撤回，正在重做'}"
    link = "/surveillance/ladder/mine"
    tell(w, to_organisation=row.organisation_id, kind="report", subject=subject, link=link)
    if stands and any(str(line.outcome) == POSITIVE for line in report.lines):
        for body in agencies_for(w, row.origin_code):
            tell(
                w,
                to_organisation=body.id,
                kind="report",
                subject=f"监测点 {row.point_code} 的样品阳性，请送参考实验室确认。",
                link="/surveillance/ladder",
            )
