"""Doors of the lists: samples of one place, what a declaration must be tested for, dispatch."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.sampling import commands, queries
from aquacert.sampling.commands import Parcel
from aquacert.sampling.forms import DispatchForm, OrderForm, ParcelForm
from aquacert.sampling.models import Sample
from aquacert.sampling.queries.labels import prints_of
from aquacert.sampling.queries.labs import lab_choices
from aquacert.sampling.queries.photos import photos_of
from aquacert.sampling.rules import (
    BECAUSE_WORDS,
    MATRIX_WORDS,
    STAGE_WORDS,
    STATE_WORDS,
    TISSUE_WORDS,
    Matrix,
    State,
    Tissue,
    keeps_until_late,
)
from aquacert.sampling.views.blueprint import OUTCOME_WORDS, bp, lab_option, read_moment
from labs.intake.rules import Carrier
from labs.pools.queries import splitting


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
            commands.dispatch(
                w,
                UUID(form.lab_id.data),
                chosen,
                parcel_of(form),
                leave_rest=form.leave_rest.data,
            )
            w.reply = url_for(".index")
        if not form.wrong:
            flash(_("已送出，等实验室收样。打印送样清单放进箱里"))
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


def parcel_of(form: ParcelForm) -> Parcel:
    """Return the box as the form has it; raise `Invalid` at the field that is wrong."""
    return Parcel(
        number=form.box_number.data or "",
        carrier=Carrier(form.carrier.data),
        waybill=form.waybill.data or "",
        expected_at=read_moment(form.expected_at.data or "", "expected_at"),
    )


def _index_page(form: DispatchForm) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    words = request.args.get("q", "")
    with look() as unit:
        _offer(unit, form)
        pages = unit.pages(queries.samples(unit, words), number)
        html = page(
            "sampling/index.html",
            pages=pages,
            q=words,
            form=form,
            words=STATE_WORDS,
            content={row.id: _content(row) for row in pages.items},
            late={row.id for row in pages.items if _is_late(unit, row)},
        )
    return html, form.status


def _show_page(declaration_id: UUID, *, order_form: OrderForm | None = None) -> ResponseReturnValue:
    with look() as unit:
        lines = queries.batch_tests(unit, declaration_id)
        samples = queries.samples_of(unit, declaration_id)
        html = page(
            "sampling/show.html",
            paper=papers.declaration(unit, declaration_id),
            lines=lines,
            samples=samples,
            content={row.id: _content(row) for row in samples},
            photos={row.id: photos_of(unit, row) for row in samples},
            prints={row.id: len(prints_of(unit, row.id)) for row in samples},
            splits={row.id: splitting(unit, row.blind_code) for row in samples},
            reports={row.id: queries.report_of(unit, row.id) for row in samples},
            disease_names=reference_names(unit, samples),
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


def reference_names(unit: Look, rows: list[Sample]) -> dict[str, str]:
    """Return the names of the diseases whose temperatures a sample's water missed."""
    codes = {code for row in rows for code in row.window_warned.split(",") if code}
    return {code: reference.disease(unit, code).name_zh for code in codes}


def _content(row: Sample) -> str:
    """Return what is in the tube, in words."""
    return TISSUE_WORDS[Tissue(row.tissue)] if row.tissue else MATRIX_WORDS[Matrix(row.matrix)]


def _is_late(unit: Look, row: Sample) -> bool:
    """Say whether an unsent sample will not keep any longer."""
    return row.state == State.TAKEN.value and not keeps_until_late(
        row.preservation, unit.now - row.taken_at
    )


def _offer(unit: Look, form: DispatchForm) -> None:
    """Fill the form with the unsent samples, and the laboratories with how busy each is."""
    chosen = queries.samples(unit).where(Sample.state == State.TAKEN.value)
    unsent = unit.scalars(chosen)
    form.samples.choices = [
        SelectChoice(str(row.id), f"{row.sheet_number} · {row.blind_code}") for row in unsent
    ]
    picked = set(form.samples.data or ()) or {str(row.id) for row in unsent}
    rows = [row for row in unsent if str(row.id) in picked]
    diseases = queries.diseases_of(unit, [row.id for row in rows])
    choices = lab_choices(unit, diseases, {row.organisation_id for row in rows})
    form.lab_id.choices = [lab_option(choice) for choice in choices]
    form.offers_part = any(choice.is_partly for choice in choices)


def _offer_diseases(unit: Look, form: OrderForm, declaration_id: UUID, batch_id: UUID) -> None:
    for line in papers.batches_of(unit, declaration_id):
        if line.batch_id == batch_id:
            duties = reference.duties(unit, line.species_code, unit.today)
            form.diseases.choices = [
                SelectChoice(duty.disease_code, duty.name_zh) for duty in duties
            ]
            return
    raise NotFound
