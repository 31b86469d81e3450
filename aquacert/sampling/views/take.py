"""Doors of the vet at the pond: plan, take and seal, photographs. For one wet hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.sampling import commands, parsers, queries
from aquacert.sampling.commands import Taking
from aquacert.sampling.forms import PhotoForm, PlanForm, SampleForm
from aquacert.sampling.queries.labels import free_labels
from aquacert.sampling.queries.photos import photo, photos_of
from aquacert.sampling.queries.plans import Wish, advice, batch_of, plan_of, untaken
from aquacert.sampling.rules import (
    BASIS_WORDS,
    CONFIDENCE,
    Design,
    Preservation,
    Tissue,
    in_words,
)
from aquacert.sampling.views.blueprint import bp

MOST_DIGITS = 4
SHARES = ("prevalence", "confidence", "pool_size", "sensitivity", "specificity")


@bp.route("/<uuid:declaration_id>/<uuid:batch_id>/take", methods=["GET", "POST"])
@allowed(P.SAMPLE_TAKE)
def take(declaration_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Take and seal a sample of one batch."""
    form = SampleForm()
    if form.validate_on_submit():
        warned = ""
        with form.catching(), work(once=form.key()) as w:
            sample_id = commands.take_sample(
                w,
                declaration_id,
                batch_id,
                individuals=parse_quantity(form.individuals.data or "", field="individuals"),
                seal_number=form.seal_number.data or "",
                taken_with=form.taken_with.data or "",
                water_temperature=form.water_temperature.data,
                more=_taking(form),
            )
            warned = queries.sample(w, sample_id).window_warned
            w.reply = url_for(".show", declaration_id=declaration_id)
        if not form.wrong:
            flash(_("已封样。打印标签贴好，拍照，再送样"))
            if warned:
                flash(_("水温不在发病水温内：已记在抽样单上，不影响送样"), "wait")
            return redirect(url_for(".show", declaration_id=declaration_id))
    return _take_page(form, declaration_id, batch_id), form.status


@bp.route("/samples/<uuid:sample_id>/photos", methods=["GET", "POST"])
@allowed(P.SAMPLE_TAKE)
def photos(sample_id: UUID) -> ResponseReturnValue:
    """The photographs of a sample; add one. One that another case has too is kept and flagged."""
    form = PhotoForm()
    if form.validate_on_submit():
        seen: tuple[str, ...] = ()
        with form.catching(), work(once=form.key()) as w:
            data = form.photo.data.read()
            seen = commands.add_sample_photo(w, sample_id, data, form.photo.data.filename or "")
            w.reply = url_for(".photos", sample_id=sample_id)
        if not form.wrong:
            if seen:
                flash(
                    _("这张照片在别的案子里用过：%(cases)s。已记下", cases="、".join(seen)), "wait"
                )
            else:
                flash(_("照片存好了"))
            return redirect(url_for(".photos", sample_id=sample_id))
    with look() as unit:
        row = queries.sample(unit, sample_id)
        html = page("sampling/photos.html", form=form, row=row, photos=photos_of(unit, row))
    return html, form.status


@bp.get("/samples/<uuid:sample_id>/photos/<uuid:picture_id>")
@allowed(P.SAMPLE_READ)
def picture(sample_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """One photograph. Nobody of a laboratory has this permission."""
    with look() as unit:
        data = photo(unit, queries.sample(unit, sample_id), picture_id)
    return send_file(io.BytesIO(data), mimetype="image/jpeg")


def _taking(form: SampleForm) -> Taking:
    return Taking(
        wish=_wish({name: form[name].data or "" for name in SHARES}),
        because=form.because.data or "",
        tissue=Tissue(form.tissue.data),
        life_stage=form.life_stage.data or "",
        length_mm=form.length_mm.data,
        live_count=form.live_count.data,
        preservation=Preservation(form.preservation.data),
        label=form.label.data or "",
        label_again=form.label_again.data or "",
    )


def _wish(values: Mapping[str, Any]) -> Wish:
    """Return what a plan is asked for; raise `Invalid` for what is no number."""
    found: dict[str, Decimal] = {}
    for name in SHARES:
        text = str(values.get(name, "") or "").strip()
        try:
            if text:
                found[name] = Decimal(text)
        except InvalidOperation:
            raise Invalid("抽样方案里有数不对。", **{name: "写数字"}) from None
    if any(not value.is_finite() or value.adjusted() > MOST_DIGITS for value in found.values()):
        raise Invalid("抽样方案里有数不对。", pool_size="写 1 到 1000 之间的数")
    size = found.get("pool_size")
    if size is not None and size != size.to_integral_value():
        raise Invalid("抽样方案里有数不对。", pool_size="写整数")
    return Wish(
        prevalence=found.get("prevalence"),
        confidence=found.get("confidence", CONFIDENCE),
        pool_size=None if size is None else int(size),
        sensitivity=found.get("sensitivity", Decimal(1)),
        specificity=found.get("specificity", Decimal(1)),
    )


def _take_page(form: SampleForm, declaration_id: UUID, batch_id: UUID) -> str:
    with look() as unit:
        batch = batch_of(unit, declaration_id, batch_id)
        asked = request.form if form.is_submitted() else request.args
        plan, trouble = _planned(unit, declaration_id, batch_id, asked)
        diseases = untaken(unit, batch_id)
        rule = advice(
            unit, batch.species_code, batch.life_stage, diseases[0] if diseases else "", None
        )
        if not form.is_submitted():
            _suggest(form, plan, batch.life_stage, rule.tissue if rule else Tissue.WHOLE)
        wanted = set(diseases)
        paper = papers.declaration(unit, declaration_id)
        plan_form = PlanForm(asked)
        plan_form.prevalence.data = f"{plan.prevalence.normalize():f}"
        return page(
            "sampling/take.html",
            form=form,
            plan_form=plan_form,
            plan_trouble=trouble,
            paper=paper,
            batch=batch,
            plan=plan,
            pools=in_words(plan.pools),
            basis=BASIS_WORDS,
            diseases=[reference.disease(unit, code).name_zh for code in diseases],
            rule=rule,
            windows=[
                (reference.disease(unit, each.disease_code).name_zh, each)
                for each in parsers.windows()
                if each.disease_code in wanted
            ],
            labels=free_labels(unit, {paper.office_id, *unit.actor.scope.organisation_ids}),
        )


def _planned(
    unit: Look, declaration_id: UUID, batch_id: UUID, asked: Mapping[str, str]
) -> tuple[Design, str]:
    """Return the plan asked for and no trouble, or the rules' plan and why not the other."""
    try:
        return plan_of(unit, declaration_id, batch_id, _wish(asked)), ""
    except Invalid as error:
        said = "；".join(error.fields.values()) or error.sentence
        return plan_of(unit, declaration_id, batch_id), said


def _suggest(form: SampleForm, plan: Design, life_stage: str, tissue: Tissue) -> None:
    """Fill a fresh form with what the rules say."""
    form.individuals.data = str(plan.individuals)
    form.tissue.data = tissue.value
    form.life_stage.data = life_stage
    for name in SHARES:
        form[name].data = request.args.get(name, "")
