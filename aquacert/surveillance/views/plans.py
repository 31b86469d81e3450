"""The yearly plan of monitoring at the desk: plans with progress, one plan's tasks, a new plan."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.plans import (
    INDIVIDUALS,
    PlanSaid,
    drop_task,
    make_monitoring_plan,
)
from aquacert.surveillance.forms.reporting import BecauseForm, PlanForm
from aquacert.surveillance.parsers.monitoring import term
from aquacert.surveillance.queries.plans import (
    plan,
    plan_lines,
    plans,
    task,
    task_lines,
    tasks_of,
)
from aquacert.surveillance.queries.points import points
from aquacert.surveillance.rules.plan import STAGE_WORDS, Stage
from aquacert.surveillance.views.blueprint import bp

MOST_POINTS = 2_000
KINDS = {
    Stage.PLANNED: "plain",
    Stage.OVERDUE: "no",
    Stage.TAKEN: "wait",
    Stage.NEGATIVE: "ok",
    Stage.POSITIVE: "no",
    Stage.INCONCLUSIVE: "wait",
    Stage.DROPPED: "plain",
}


@bp.get("/plans")
@allowed(P.POINT_READ)
def plan_index() -> ResponseReturnValue:
    """Plans with how far they have come in this person's place."""
    with look() as unit:
        pages = unit.pages(plans(unit), request.args.get("page", 1, type=int))
        return page("surveillance/plans.html", pages=pages, lines=plan_lines(unit, pages.items))


@bp.route("/plans/new", methods=["GET", "POST"])
@allowed(P.PLAN_KEEP)
def plan_new() -> ResponseReturnValue:
    """Make a plan for one disease."""
    form = PlanForm()
    with look() as unit:
        _offer(unit, form)
        number = term(INDIVIDUALS, unit.today)
        if not form.is_submitted():
            form.from_on.data = unit.today
            form.until_on.data = unit.today.replace(month=12, day=31)
            form.title.data = _("%(year)s 年水生动物疫病监测计划", year=unit.today.year)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            made = make_monitoring_plan(w, _said(form))
            w.reply = url_for(".plan_show", plan_id=made)
        if not form.wrong:
            flash(_("计划已定，采样任务已排好。"), "ok")
            return redirect(w.reply)
    return page("surveillance/plan_new.html", form=form, number=number), form.status


@bp.get("/plans/<uuid:plan_id>")
@allowed(P.POINT_READ)
def plan_show(plan_id: UUID) -> ResponseReturnValue:
    """One plan: each task, how far it came, its result."""
    with look() as unit:
        row = plan(unit, plan_id)
        pages = unit.pages(tasks_of(unit, plan_id), request.args.get("page", 1, type=int), 50)
        [line] = plan_lines(unit, [row])
        return page(
            "surveillance/plan_show.html",
            row=row,
            line=line,
            pages=pages,
            tasks=task_lines(unit, pages.items),
            stages=STAGE_WORDS,
            kinds=KINDS,
        )


@bp.route("/plans/tasks/<uuid:task_id>/drop", methods=["GET", "POST"])
@allowed(P.PLAN_KEEP)
def task_drop(task_id: UUID) -> ResponseReturnValue:
    """Cancel one task, with the reason."""
    form = BecauseForm()
    with look() as unit:
        line = task(unit, task_id)
    if form.validate_on_submit():
        with form.keeping(), work(once=form.key()) as w:
            drop_task(w, task_id, form.because.data or "")
            w.reply = url_for(".plan_show", plan_id=line.task.plan_id)
        if not form.wrong:
            flash(_("任务已取消。"), "ok")
            return redirect(w.reply)
    return page("surveillance/plan_drop.html", form=form, line=line), form.status


def _said(form: PlanForm) -> PlanSaid:
    return PlanSaid(
        title=form.title.data or "",
        disease_code=form.disease_code.data,
        from_on=form.from_on.data,
        until_on=form.until_on.data,
        occasions=form.occasions.data,
        individuals=form.individuals.data,
        point_ids=tuple(UUID(key) for key in form.point_ids.data or ()),
    )


def _offer(unit: Look, form: PlanForm) -> None:
    form.disease_code.choices = [
        SelectChoice(row.code, _(row.name_zh)) for row in unit.scalars(reference.all_diseases(unit))
    ]
    form.point_ids.choices = [
        SelectChoice(str(row.id), f"{row.code} {row.name}")
        for row in unit.scalars(points(unit).limit(MOST_POINTS))
    ]
