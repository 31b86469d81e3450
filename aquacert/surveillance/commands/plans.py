"""The yearly plan of monitoring: made for points and occasions; its tasks are taken or dropped.

The sampling room, above this one, reads the tasks and takes the samples; it says here which sample
answers a task. The result comes by itself, as any result of our own (`take_own_result`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from aquacert.kernel.audit import Fact
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Work
from aquacert.reference import queries as reference
from aquacert.reference.rules.text import clean
from aquacert.surveillance.models import MonitoringPlan, MonitoringPoint, MonitoringTask
from aquacert.surveillance.parsers.monitoring import number
from aquacert.surveillance.queries.points import species_of
from aquacert.surveillance.rules.plan import MOVES, Act, State, spans

INDIVIDUALS = "plan.individuals"
SHIPPED_INDIVIDUALS = 150
MOST_OCCASIONS = 12
MOST_INDIVIDUALS = 10_000


@dataclass(frozen=True)
class MonitoringPlanned(Fact):
    """A year's plan of monitoring for one disease was made."""

    tag: ClassVar[str] = "surveillance:plan:make"
    title: ClassVar[str] = "制定监测计划"
    year: int
    disease_code: str
    points: int
    occasions: int


@dataclass(frozen=True)
class TaskTaken(Fact):
    """The sample of a task was taken."""

    tag: ClassVar[str] = "surveillance:plan:take"
    title: ClassVar[str] = "监测任务已采样"
    disease_code: str
    occasion: int


@dataclass(frozen=True)
class TaskDropped(Fact):
    """A task will not be done."""

    tag: ClassVar[str] = "surveillance:plan:drop"
    title: ClassVar[str] = "取消监测任务"
    disease_code: str
    occasion: int


@dataclass(frozen=True)
class PlanSaid:
    """What a plan asks. `individuals` None: as the dated rule has it."""

    title: str
    disease_code: str
    from_on: date
    until_on: date
    occasions: int
    point_ids: tuple[UUID, ...]
    individuals: int | None = None


def make_monitoring_plan(w: Work, said: PlanSaid) -> UUID:
    """Make a plan and a task for each point and occasion; return the plan's id."""
    reference.disease(w, said.disease_code)
    _must_be_whole(said)
    year = said.from_on.year
    points = [w.get_for_change(MonitoringPoint, key) for key in sorted(set(said.point_ids))]
    species = {row.id: _species_at(w, row, said.disease_code) for row in points}
    _must_be_new(w, points, said.disease_code, year)
    individuals = said.individuals or number(INDIVIDUALS, said.from_on, SHIPPED_INDIVIDUALS)
    plan = w.add(
        MonitoringPlan(
            id=w.new_id(),
            year=year,
            title=clean(said.title, field="title"),
            disease_code=said.disease_code,
            from_on=said.from_on,
            until_on=said.until_on,
            occasions=said.occasions,
            individuals=individuals,
            made_at=w.now,
            made_by_id=w.actor.person_id,
        )
    )
    for row in points:
        _add_tasks(w, plan, row, species[row.id])
    fact = MonitoringPlanned(year, said.disease_code, len(points), said.occasions)
    w.record(fact, on=plan)
    return plan.id


def note_task_taken(w: Work, task_id: UUID, sample_id: UUID) -> None:
    """Say that a task's sample was taken; raise `NotAllowedNow` when it was before."""
    row = w.get_for_change(MonitoringTask, task_id)
    row.sample_id, row.taken_on = sample_id, w.today
    w.move(row, MOVES, Act.TAKE)
    w.record(TaskTaken(row.disease_code, row.occasion), on=row, county=row.division_code)


def drop_task(w: Work, task_id: UUID, because: str) -> None:
    """Say that a task will not be done, and why."""
    row = w.get_for_change(MonitoringTask, task_id)
    because = clean(because, field="because")
    if len(because) < 2:
        sentence = "请写明为什么取消。"
        raise Invalid(sentence, because=sentence)
    MOVES.after(State(row.state), Act.DROP)  # before anything of it is written
    row.dropped_because = because
    w.move(row, MOVES, Act.DROP, because=because)
    fact = TaskDropped(row.disease_code, row.occasion)
    w.record(fact, on=row, county=row.division_code, reason=because)


def _must_be_whole(said: PlanSaid) -> None:
    wrong: dict[str, str] = {}
    if len(said.title.strip()) < 2:
        wrong["title"] = "请写计划名称，例如 2026 年省级监测计划。"
    if said.until_on < said.from_on or said.until_on.year != said.from_on.year:
        wrong["until_on"] = "截止日要在起始日以后，并在同一年。"
    elif said.occasions > (said.until_on - said.from_on).days + 1:
        wrong["occasions"] = "次数比天数还多。"
    if not 1 <= said.occasions <= MOST_OCCASIONS:
        wrong["occasions"] = f"一年 1 到 {MOST_OCCASIONS} 次。"
    if said.individuals is not None and not 1 <= said.individuals <= MOST_INDIVIDUALS:
        wrong["individuals"] = f"1 到 {MOST_INDIVIDUALS} 之间的整数。"
    if not said.point_ids:
        wrong["point_ids"] = "至少选一个监测点。"
    if wrong:
        raise Invalid("；".join(wrong.values()), **wrong)


def _species_at(w: Work, row: MonitoringPoint, disease_code: str) -> str:
    """Return the species of a point that can have the disease; raise `Invalid` for none."""
    if row.closed_on is not None:
        sentence = f"{row.code} 已经停用。"
        raise Invalid(sentence, point_ids=sentence)
    for code in species_of(w, row.id):
        if reference.affects(w, disease_code, code):
            return code
    sentence = f"{row.code} 没有会得这种病的品种。"
    raise Invalid(sentence, point_ids=sentence)


def _must_be_new(
    w: Work, points: Collection[MonitoringPoint], disease_code: str, year: int
) -> None:
    planned = set(
        w.scalars(
            select(MonitoringTask.point_id).where(
                MonitoringTask.point_id.in_([row.id for row in points]),
                MonitoringTask.disease_code == disease_code,
                MonitoringTask.year == year,
            )
        )
    )
    if planned:
        codes = "、".join(sorted(row.code for row in points if row.id in planned))
        sentence = f"{codes} 这一年已经有这种病的监测任务：一次一点一病一样，不重复。"
        raise Invalid(sentence, point_ids=sentence)


def _add_tasks(w: Work, plan: MonitoringPlan, row: MonitoringPoint, species_code: str) -> None:
    for occasion, (first, last) in enumerate(
        spans(plan.from_on, plan.until_on, plan.occasions), start=1
    ):
        w.add(
            MonitoringTask(
                id=w.new_id(),
                plan_id=plan.id,
                point_id=row.id,
                division_code=row.division_code,
                organisation_id=row.organisation_id,
                disease_code=plan.disease_code,
                species_code=species_code,
                year=plan.year,
                occasion=occasion,
                from_on=first,
                until_on=last,
                individuals=plan.individuals,
                state=State.PLANNED.value,
                dropped_because="",
            )
        )
