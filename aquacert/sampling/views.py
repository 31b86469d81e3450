"""Doors of sampling: what a declaration must be tested for, samples, labels, dispatch, papers."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import in_words, parse_quantity
from aquacert.sampling import commands, queries
from aquacert.sampling.documents import (
    AnnexFacts,
    LabelFacts,
    SheetFacts,
    annex,
    label,
    sampling_sheet,
)
from aquacert.sampling.forms import DispatchForm, OrderForm, SampleForm
from aquacert.sampling.models import Sample
from aquacert.sampling.rules import (
    BECAUSE_WORDS,
    MATRIX_WORDS,
    STAGE_WORDS,
    STATE_WORDS,
    Matrix,
    State,
)
from labs.register.queries import lab, labs

bp = Blueprint("sampling", __name__, url_prefix="/sampling")
OUTCOME_WORDS = {
    "negative": "阴性",
    "positive": "阳性",
    "grey": "可疑，重测",
    "invalid": "无效，重测",
}


@bp.get("/")
@allowed(P.SAMPLE_READ)
def index() -> ResponseReturnValue:
    """Samples of this person's place, unsent first; dispatch from here."""
    return _index_page(DispatchForm(formdata=None))


@bp.post("/dispatch")
@allowed(P.SAMPLE_TAKE)
def dispatch() -> ResponseReturnValue:
    """Send the chosen samples to a laboratory."""
    form = DispatchForm()
    with look() as unit:
        _offer(unit, form)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            chosen = [UUID(key) for key in form.samples.data or []]
            commands.dispatch(w, UUID(form.lab_id.data), chosen)
            w.reply = url_for(".index")
        if not form.wrong:
            flash(_("已送出，等实验室收样"))
            return redirect(url_for(".index"))
    return _index_page(form)


@bp.get("/<uuid:declaration_id>")
@allowed(P.SAMPLE_READ)
def show(declaration_id: UUID) -> ResponseReturnValue:
    """One declaration: every batch, its tests, its samples."""
    return _show_page(declaration_id)


@bp.post("/<uuid:declaration_id>/<uuid:batch_id>/order")
@allowed(P.SAMPLE_TAKE)
def order(declaration_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Order the tests of one batch."""
    form = OrderForm()
    with look() as unit:
        _offer_diseases(unit, form, declaration_id, batch_id)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.order_sampling(w, declaration_id, batch_id, form.diseases.data or [])
            w.reply = url_for(".show", declaration_id=declaration_id)
        if not form.wrong:
            flash(_("已要求检测，接着抽样封样"))
            return redirect(url_for(".show", declaration_id=declaration_id))
    return _show_page(declaration_id, order_form=form)


@bp.route("/<uuid:declaration_id>/<uuid:batch_id>/take", methods=["GET", "POST"])
@allowed(P.SAMPLE_TAKE)
def take(declaration_id: UUID, batch_id: UUID) -> ResponseReturnValue:
    """Take and seal a sample of one batch."""
    form = SampleForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            count = parse_quantity(form.individuals.data or "", field="individuals")
            commands.take_sample(
                w,
                declaration_id,
                batch_id,
                matrix=Matrix(form.matrix.data),
                individuals=count,
                seal_number=form.seal_number.data or "",
                taken_with=form.taken_with.data or "",
                water_temperature=form.water_temperature.data,
            )
            w.reply = url_for(".show", declaration_id=declaration_id)
        if not form.wrong:
            flash(_("已封样。打印标签贴好，再送样"))
            return redirect(url_for(".show", declaration_id=declaration_id))
    with look() as unit:
        paper = papers.declaration(unit, declaration_id)
        batches = papers.batches_of(unit, declaration_id)
        batch = next((line for line in batches if line.batch_id == batch_id), None)
        if batch is None:
            raise NotFound
        html = page("sampling/take.html", form=form, paper=paper, batch=batch)
    return html, form.status


@bp.get("/samples/<uuid:sample_id>/sheet.docx")
@allowed(P.SAMPLE_READ)
def sheet(sample_id: UUID) -> ResponseReturnValue:
    """The sampling sheet 抽样单."""
    with look() as unit:
        data = sampling_sheet(_sheet_facts(unit, queries.sample(unit, sample_id)))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('抽样单')}.docx")


@bp.get("/samples/<uuid:sample_id>/label.pdf")
@allowed(P.SAMPLE_READ)
def label_pdf(sample_id: UUID) -> ResponseReturnValue:
    """The label, 50 × 30 mm."""
    with look() as unit:
        row = queries.sample(unit, sample_id)
        facts = LabelFacts(
            blind_code=row.blind_code,
            seal_number=row.seal_number,
            matrix=MATRIX_WORDS[Matrix(row.matrix)],
            individuals=row.individuals,
            taken_at=row.taken_at,
        )
    return send_file(io.BytesIO(label(facts)), mimetype="application/pdf")


@bp.get("/samples/<uuid:sample_id>/annex.docx")
@allowed(P.SAMPLE_READ)
def annex_docx(sample_id: UUID) -> ResponseReturnValue:
    """The annex that names the batch of a released report."""
    with look() as unit:
        data = annex(_annex_facts(unit, queries.sample(unit, sample_id)))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('批次附页')}.docx")


def _index_page(form: DispatchForm) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    words = request.args.get("q", "")
    with look() as unit:
        _offer(unit, form)
        html = page(
            "sampling/index.html",
            pages=unit.pages(queries.samples(unit, words), number),
            q=words,
            form=form,
            words=STATE_WORDS,
            matrix=MATRIX_WORDS,
        )
    return html, form.status


def _show_page(declaration_id: UUID, *, order_form: OrderForm | None = None) -> ResponseReturnValue:
    with look() as unit:
        lines = queries.batch_tests(unit, declaration_id)
        html = page(
            "sampling/show.html",
            paper=papers.declaration(unit, declaration_id),
            lines=lines,
            samples=queries.samples_of(unit, declaration_id),
            form=order_form or OrderForm(formdata=None),
            names={
                test.disease_code: reference.disease(unit, test.disease_code).name_zh
                for line in lines
                for test in line.required
            },
            because=BECAUSE_WORDS,
            stages=STAGE_WORDS,
            outcomes=OUTCOME_WORDS,
            words=STATE_WORDS,
        )
    return html, order_form.status if order_form else 200


def _offer(unit: Look, form: DispatchForm) -> None:
    """Fill the form with the unsent samples and the laboratories."""
    unsent = unit.scalars(queries.samples(unit).where(Sample.state == State.TAKEN.value))
    form.samples.choices = [
        SelectChoice(str(row.id), f"{row.sheet_number} · {row.blind_code}") for row in unsent
    ]
    form.lab_id.choices = [SelectChoice(str(line.lab_id), line.name_zh) for line in labs(unit)]


def _offer_diseases(unit: Look, form: OrderForm, declaration_id: UUID, batch_id: UUID) -> None:
    for line in papers.batches_of(unit, declaration_id):
        if line.batch_id == batch_id:
            duties = reference.duties(unit, line.species_code, unit.today)
            form.diseases.choices = [
                SelectChoice(duty.disease_code, duty.name_zh) for duty in duties
            ]
            return
    raise NotFound


def _sheet_facts(unit: Look, row: Sample) -> SheetFacts:
    paper = queries.paper_of(unit, row)
    batch = _batch(unit, row)
    species = reference.species(unit, batch.species_code)
    tests = queries.tests_of_sample(unit, row.id)
    tenths = row.water_temperature_tenths
    return SheetFacts(
        number=row.sheet_number,
        declaration_no=paper.number or "",
        farm=paper.hatchery_name,
        pond=batch.pond_name,
        species=species.name_zh,
        latin=species.scientific_name,
        stage=batch.life_stage,
        batch_quantity=in_words(batch.quantity, batch.unit),
        individuals=row.individuals,
        matrix=MATRIX_WORDS[Matrix(row.matrix)],
        water_temperature="" if tenths is None else f"{tenths / 10:.1f} ℃",
        seal_number=row.seal_number,
        blind_code=row.blind_code,
        diseases=[
            (reference.disease(unit, test.disease_code).name_zh, test.method_code or "")
            for test in tests
        ],
        taken_at=row.taken_at,
        samplers=f"官方兽医、{row.taken_with}",
        lab=lab(unit, row.lab_id).name_zh if row.lab_id else "",
        is_demo=house().settings.is_demo,
    )


def _annex_facts(unit: Look, row: Sample) -> AnnexFacts:
    report = queries.report_of(unit, row.id)
    if report is None:
        raise NotFound("这份样品还没有检测报告。")
    paper, batch = queries.paper_of(unit, row), _batch(unit, row)
    return AnnexFacts(
        report_no=report.number,
        lab=report.lab_name,
        blind_code=row.blind_code,
        sheet_number=row.sheet_number,
        seal_number=row.seal_number,
        declaration_no=paper.number or "",
        farm=paper.hatchery_name,
        batch=f"第 {batch.number} 批 {batch.species_name} {in_words(batch.quantity, batch.unit)}",
        lines=[
            (line.disease_name, line.method_code, OUTCOME_WORDS[str(line.outcome)])
            for line in report.lines
        ],
        is_demo=house().settings.is_demo,
    )


def _batch(unit: Look, row: Sample) -> papers.BatchLine:
    for line in papers.batches_of(unit, row.declaration_id):
        if line.batch_id == row.batch_id:
            return line
    raise NotFound
