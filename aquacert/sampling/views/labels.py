"""Doors of the labels: sheets handed to units, printing with its log, voiding."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries import organisation
from aquacert.accounts.queries.organisations import organisations_here
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.quantity import parse_quantity
from aquacert.sampling import commands, queries
from aquacert.sampling.documents import LabelFacts, label, label_sheet
from aquacert.sampling.forms import IssueLabelsForm, PrintForm, VoidLabelForm
from aquacert.sampling.queries.labels import counts_of, labels_of, prints_of
from aquacert.sampling.queries.labels import label_sheet as sheet_of
from aquacert.sampling.queries.labels import label_sheets as sheets_of
from aquacert.sampling.queries.sheets import content_of
from aquacert.sampling.rules import LABEL_WORDS, LabelState
from aquacert.sampling.views.blueprint import bp


@bp.route("/labels", methods=["GET", "POST"])
@allowed(P.SAMPLE_READ, P.LABEL_ISSUE)
def labels() -> ResponseReturnValue:
    """Sheets of labels of this person's scope."""
    form = IssueLabelsForm(formdata=None)
    return _labels_page(form)


@bp.post("/labels/issue")
@allowed(P.LABEL_ISSUE)
def issue() -> ResponseReturnValue:
    """Hand fresh labels to an office or a hatchery."""
    form = IssueLabelsForm()
    with look() as unit:
        _offer_units(unit, form)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            count = parse_quantity(form.count.data or "", field="count")
            label_sheet_id = commands.issue_labels(w, UUID(form.unit_id.data), count)
            w.reply = url_for(".label_sheet_page", label_sheet_id=label_sheet_id)
        if not form.wrong:
            flash(_("标签已发放，打印出来交给单位"))
            return redirect(w.reply)
    return _labels_page(form)


@bp.get("/labels/<uuid:label_sheet_id>")
@allowed(P.SAMPLE_READ, P.LABEL_ISSUE)
def label_sheet_page(label_sheet_id: UUID) -> ResponseReturnValue:
    """One sheet: what became of each label, and when it was printed."""
    return _sheet_page(label_sheet_id, PrintForm(formdata=None), VoidLabelForm(formdata=None))


@bp.post("/labels/<uuid:label_sheet_id>/print")
@allowed(P.SAMPLE_TAKE, P.LABEL_ISSUE)
def print_labels(label_sheet_id: UUID) -> ResponseReturnValue:
    """Print a sheet's unused labels; a reprint says why and is logged."""
    form = PrintForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.print_sheet(w, label_sheet_id, form.because.data or "")
        if not form.wrong:
            with look() as unit:
                free = [
                    row.blind_code
                    for row in labels_of(unit, label_sheet_id)
                    if row.state == LabelState.FREE.value
                ]
            return send_file(io.BytesIO(label_sheet(free)), mimetype="application/pdf")
    return _sheet_page(label_sheet_id, form, VoidLabelForm(formdata=None))


@bp.post("/labels/<uuid:label_sheet_id>/void")
@allowed(P.SAMPLE_TAKE, P.LABEL_ISSUE)
def void(label_sheet_id: UUID) -> ResponseReturnValue:
    """Take one free label out of use."""
    form = VoidLabelForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.void_label(w, form.label.data or "", form.because.data or "")
            w.reply = url_for(".label_sheet_page", label_sheet_id=label_sheet_id)
        if not form.wrong:
            flash(_("标签已作废"))
            return redirect(w.reply)
    return _sheet_page(label_sheet_id, PrintForm(formdata=None), form)


@bp.get("/samples/<uuid:sample_id>/label")
@allowed(P.SAMPLE_READ)
def sample_label(sample_id: UUID) -> ResponseReturnValue:
    """Before printing a sample's label: how often it was printed already."""
    return _sample_label_page(sample_id, PrintForm(formdata=None))


@bp.post("/samples/<uuid:sample_id>/label.pdf")
@allowed(P.SAMPLE_TAKE)
def print_sample_label(sample_id: UUID) -> ResponseReturnValue:
    """Print a sample's label, 50 × 30 mm."""
    form = PrintForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.print_sample(w, sample_id, form.because.data or "")
        if not form.wrong:
            with look() as unit:
                row = queries.sample(unit, sample_id)
                tubes = (row.pools or 1) if form.every_tube.data else 1
                facts = LabelFacts(row.blind_code, content_of(row), row.individuals, tubes)
            return send_file(io.BytesIO(label(facts)), mimetype="application/pdf")
    return _sample_label_page(sample_id, form)


def _sample_label_page(sample_id: UUID, form: PrintForm) -> ResponseReturnValue:
    with look() as unit:
        row = queries.sample(unit, sample_id)
        html = page(
            "sampling/label.html",
            row=row,
            form=form,
            prints=prints_of(unit, sample_id),
            action=url_for(".print_sample_label", sample_id=sample_id),
            back=url_for(".show", declaration_id=row.declaration_id),
            content=content_of(row),
        )
    return html, form.status


def _labels_page(form: IssueLabelsForm) -> ResponseReturnValue:
    number = request.args.get("page", 1, type=int)
    words = request.args.get("q", "")
    with look() as unit:
        if unit.actor.may(P.LABEL_ISSUE):
            _offer_units(unit, form)
        pages = unit.pages(sheets_of(unit, words), number)
        html = page(
            "sampling/labels.html",
            pages=pages,
            q=words,
            form=form,
            counts=counts_of(unit, [row.id for row in pages.items]),
            units={row.unit_id: organisation(unit, row.unit_id).name_zh for row in pages.items},
        )
    return html, form.status


def _sheet_page(
    label_sheet_id: UUID, form: PrintForm, void_form: VoidLabelForm
) -> ResponseReturnValue:
    with look() as unit:
        sheet = sheet_of(unit, label_sheet_id)
        html = page(
            "sampling/label_sheet.html",
            sheet=sheet,
            unit_name=organisation(unit, sheet.unit_id).name_zh,
            labels=labels_of(unit, label_sheet_id),
            prints=prints_of(unit, label_sheet_id),
            form=form,
            void_form=void_form,
            words=LABEL_WORDS,
        )
    return html, 422 if form.wrong or void_form.wrong else 200


def _offer_units(unit: Look, form: IssueLabelsForm) -> None:
    """Offer the offices and hatcheries of this person's place."""
    bodies = [
        body
        for kind in ("agency", "hatchery")
        for body in unit.scalars(organisations_here(unit, kind=kind).limit(200))
    ]
    form.unit_id.choices = [SelectChoice(str(body.id), body.name_zh) for body in bodies]
