"""The monitoring plan at the pond: what is to be sampled, one sample taken, labelled and sent."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling.commands.labels import print_plan_sample
from aquacert.sampling.commands.plansamples import (
    PlanTaking,
    send_plan_sample,
    take_plan_sample,
)
from aquacert.sampling.documents import LabelFacts, label
from aquacert.sampling.forms import ParcelForm, PlanSampleForm, PrintForm
from aquacert.sampling.models import PlanSample
from aquacert.sampling.queries.labs import lab_choices
from aquacert.sampling.queries.plansamples import outcome_of, plan_sample, plan_samples
from aquacert.sampling.queries.sheets import content_of
from aquacert.sampling.rules import PRESERVATION_WORDS, STATE_WORDS, Preservation, in_pools
from aquacert.sampling.rules import in_words as pools_in_words
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp, lab_option
from aquacert.sampling.views.desk import parcel_of
from aquacert.surveillance.queries.plans import open_tasks, task_lines
from aquacert.surveillance.queries.plans import task as task_line


@bp.get("/plan")
@allowed(P.SAMPLE_READ)
def plan_tasks() -> ResponseReturnValue:
    """What the plan wants sampled here, the oldest first, and what was taken."""
    words = request.args.get("q", "")
    with look() as unit:
        pages = unit.pages(open_tasks(unit), request.args.get("page", 1, type=int))
        taken = unit.scalars(plan_samples(unit, words).limit(20))
        return page(
            "sampling/plan.html",
            pages=pages,
            lines=task_lines(unit, pages.items),
            taken=taken,
            outcomes={row.id: outcome_of(unit, row) for row in taken},
            names={
                row.disease_code: reference.disease(unit, row.disease_code).name_zh for row in taken
            },
            q=words,
            today=unit.today,
            words=STATE_WORDS,
            says=OUTCOME_WORDS,
        )


@bp.route("/plan/<uuid:task_id>/take", methods=["GET", "POST"])
@allowed(P.SAMPLE_TAKE)
def plan_take(task_id: UUID) -> ResponseReturnValue:
    """Take the one sample of a task."""
    form = PlanSampleForm()
    with look() as unit:
        line = task_line(unit, task_id)
    if not form.is_submitted():
        form.individuals.data = line.task.individuals
    if form.validate_on_submit():
        with form.keeping(), work(once=form.key()) as w:
            made = take_plan_sample(
                w,
                task_id,
                PlanTaking(
                    taken_with=form.taken_with.data or "",
                    life_stage=form.life_stage.data or "",
                    individuals=form.individuals.data,
                    because=form.because.data or "",
                    preservation=Preservation(form.preservation.data),
                    water_temperature=form.water_temperature.data,
                    label=form.label.data or "",
                    label_again=form.label_again.data or "",
                ),
            )
            w.reply = url_for(".plan_sample_show", plan_sample_id=made)
        if not form.wrong:
            flash(_("样品已记下。贴好标签，送实验室。"))
            return redirect(w.reply)
    return page("sampling/plan_take.html", form=form, line=line), form.status


@bp.get("/plan/samples/<uuid:plan_sample_id>")
@allowed(P.SAMPLE_READ)
def plan_sample_show(plan_sample_id: UUID) -> ResponseReturnValue:
    """One sample of the plan: label, sending, result."""
    return _page(plan_sample_id, PrintForm(formdata=None), ParcelForm(formdata=None))


@bp.post("/plan/samples/<uuid:plan_sample_id>/label.pdf")
@allowed(P.SAMPLE_TAKE)
def plan_sample_label(plan_sample_id: UUID) -> ResponseReturnValue:
    """Print the label; a reprint says why."""
    form = PrintForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            print_plan_sample(w, plan_sample_id, form.because.data or "")
        if not form.wrong:
            with look() as unit:
                row = plan_sample(unit, plan_sample_id)
                tubes = len(in_pools(row.individuals, row.pool_size)) if form.every_tube.data else 1
                facts = LabelFacts(row.blind_code, content_of(row), row.individuals, tubes)
            return send_file(io.BytesIO(label(facts)), mimetype="application/pdf")
    return _page(plan_sample_id, form, ParcelForm(formdata=None))


@bp.post("/plan/samples/<uuid:plan_sample_id>/send")
@allowed(P.SAMPLE_TAKE)
def plan_sample_send(plan_sample_id: UUID) -> ResponseReturnValue:
    """Send it to a designated laboratory."""
    form = ParcelForm()
    with look() as unit:
        _offer_labs(unit, form, plan_sample(unit, plan_sample_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            send_plan_sample(w, plan_sample_id, UUID(form.lab_id.data), parcel_of(form))
            w.reply = url_for(".plan_sample_show", plan_sample_id=plan_sample_id)
        if not form.wrong:
            flash(_("送出了。结果会自动回到监测计划。"))
            return redirect(w.reply)
    return _page(plan_sample_id, PrintForm(formdata=None), form)


def _page(plan_sample_id: UUID, form: PrintForm, parcel: ParcelForm) -> ResponseReturnValue:
    with look() as unit:
        row = plan_sample(unit, plan_sample_id)
        _offer_labs(unit, parcel, row)
        html = page(
            "sampling/plan_sample.html",
            row=row,
            outcome=outcome_of(unit, row),
            disease=reference.disease(unit, row.disease_code).name_zh,
            species=reference.species(unit, row.species_code).name_zh,
            content=content_of(row),
            pools=pools_in_words(in_pools(row.individuals, row.pool_size)),
            kept=PRESERVATION_WORDS[Preservation(row.preservation)],
            form=form,
            parcel=parcel,
            words=STATE_WORDS,
            says=OUTCOME_WORDS,
        )
    return html, 422 if form.wrong or parcel.wrong else 200


def _offer_labs(unit: Look, form: ParcelForm, row: PlanSample) -> None:
    choices = lab_choices(unit, [row.disease_code], [row.organisation_id])
    form.lab_id.choices = [lab_option(choice) for choice in choices]
