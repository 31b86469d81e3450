"""The yearly plans of monitoring: their tasks, how far each has come, and what is to be sampled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select

from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.models import MonitoringPlan, MonitoringPoint, MonitoringTask, OwnResult
from aquacert.surveillance.rules.plan import Progress, Stage, State, progress, stage_of


@dataclass(frozen=True)
class TaskLine:
    """One task as pages and the sampling side read it."""

    task: MonitoringTask
    point: MonitoringPoint
    disease_name: str
    species_name: str
    stage: Stage
    report_no: str


@dataclass(frozen=True)
class PlanLine:
    """One plan with its progress over the tasks this reader may see."""

    plan: MonitoringPlan
    disease_name: str
    progress: Progress


def plans(look: Look, year: int | None = None) -> Select[MonitoringPlan]:
    """Select the plans, the newest year first."""
    chosen = select(MonitoringPlan).where(look.visible(MonitoringPlan))
    if year is not None:
        chosen = chosen.where(MonitoringPlan.year == year)
    return chosen.order_by(MonitoringPlan.year.desc(), MonitoringPlan.disease_code)


def plan_lines(look: Look, rows: Iterable[MonitoringPlan]) -> list[PlanLine]:
    """Return plans with their progress, as far as this reader sees their tasks."""
    held = list(rows)
    tasks = look.scalars(
        select(MonitoringTask).where(
            look.visible(MonitoringTask), MonitoringTask.plan_id.in_([row.id for row in held])
        )
    )
    stages: dict[UUID, list[Stage]] = {row.id: [] for row in held}
    for line in task_lines(look, tasks):
        stages[line.task.plan_id].append(line.stage)
    return [
        PlanLine(row, reference.disease(look, row.disease_code).name_zh, progress(stages[row.id]))
        for row in held
    ]


def plan(look: Look, plan_id: UUID) -> MonitoringPlan:
    """Return a plan, or raise `NotFound`."""
    return look.get(MonitoringPlan, plan_id)


def tasks_of(look: Look, plan_id: UUID) -> Select[MonitoringTask]:
    """Select the tasks of a plan that lie in this reader's place, the earliest first."""
    return (
        select(MonitoringTask)
        .where(look.visible(MonitoringTask), MonitoringTask.plan_id == plan_id)
        .order_by(
            MonitoringTask.division_code,
            MonitoringTask.point_id,
            MonitoringTask.occasion,
            MonitoringTask.id,
        )
    )


def open_tasks(look: Look) -> Select[MonitoringTask]:
    """Select what is to be sampled now or is overdue in this reader's place, the oldest first."""
    return (
        select(MonitoringTask)
        .where(
            look.visible(MonitoringTask),
            MonitoringTask.state == State.PLANNED.value,
            MonitoringTask.from_on <= look.today,
        )
        .order_by(MonitoringTask.until_on, MonitoringTask.id)
    )


def task(look: Look, task_id: UUID) -> TaskLine:
    """Return one task, or raise `NotFound` (also out of scope)."""
    [line] = task_lines(look, [look.get(MonitoringTask, task_id)])
    return line


def task_lines(look: Look, rows: Iterable[MonitoringTask]) -> list[TaskLine]:
    """Return tasks with their points, names and results."""
    held = list(rows)
    points = _points(look, {row.point_id for row in held})
    results = _results(look, [row.sample_id for row in held if row.sample_id])
    lines = []
    for row in held:
        found = results.get((row.sample_id, row.disease_code)) if row.sample_id else None
        stage = stage_of(
            State(row.state), row.until_on, look.today, found.outcome if found else None
        )
        lines.append(
            TaskLine(
                task=row,
                point=points[row.point_id],
                disease_name=reference.disease(look, row.disease_code).name_zh,
                species_name=reference.species(look, row.species_code).name_zh,
                stage=stage,
                report_no=found.report_no if found else "",
            )
        )
    return lines


def _points(look: Look, ids: Collection[UUID]) -> dict[UUID, MonitoringPoint]:
    rows = look.scalars(select(MonitoringPoint).where(MonitoringPoint.id.in_(sorted(ids))))
    return {row.id: row for row in rows}


def _results(look: Look, ids: Collection[UUID]) -> dict[tuple[UUID | None, str], OwnResult]:
    rows = look.scalars(
        select(OwnResult).where(
            OwnResult.sample_id.in_(list(ids)), OwnResult.is_withdrawn.is_(False)
        )
    )
    return {(row.sample_id, row.disease_code): row for row in rows}
