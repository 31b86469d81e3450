"""Doors of the inspections: the vet's visits, one batch's check, the field record."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.declarations.queries import facts as papers
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.inspections import commands, queries
from aquacert.inspections.forms import (
    EmptyForm,
    PhotoForm,
    SuspicionForm,
    VerdictForm,
    checklist_form,
)
from aquacert.inspections.rules import (
    SECTION_WORDS,
    SLOT_WORDS,
    STATE_WORDS,
    Act,
    Course,
    State,
    Suspect,
)
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.kernel.permissions import P
from aquacert.kernel.sheetdocx import docx_of
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.rules.quantity import parse_quantity


@bp.get("/")
@allowed(P.INSPECTION_READ)
def index() -> ResponseReturnValue:
    """Visits: the vet's own, or everybody's in the supervisor's place."""
    number = request.args.get("page", 1, type=int)
    mine = current_actor().may(INSPECT)
    with look() as unit:
        pages = unit.pages(queries.visits(unit, mine=mine), number)
        return page("inspections/index.html", pages=pages, mine=mine, q="")


@bp.get("/<uuid:declaration_id>")
@allowed(P.INSPECTION_READ)
def visit(declaration_id: UUID) -> ResponseReturnValue:
    """One visit: every batch of the declaration and where its check stands."""
    with look() as unit:
        return page(
            "inspections/visit.html",
            paper=papers.declaration(unit, declaration_id),
            lines=queries.checks_of(unit, declaration_id),
            words=STATE_WORDS,
            form=EmptyForm(),
        )


@bp.post("/<uuid:declaration_id>/start")
@allowed(INSPECT)
def start(declaration_id: UUID) -> ResponseReturnValue:
    """Begin the visit."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        commands.start_inspection(w, declaration_id)
        w.reply = url_for(".visit", declaration_id=declaration_id)
    return redirect(w.reply)


@bp.route("/checks/<uuid:check_id>", methods=["GET"])
@allowed(P.INSPECTION_READ)
def check(check_id: UUID) -> ResponseReturnValue:
    """One batch's check."""
    return _check_page(check_id)


@bp.post("/checks/<uuid:check_id>/findings")
@allowed(INSPECT)
def findings(check_id: UUID) -> ResponseReturnValue:
    """Keep the findings entered so far."""
    with look() as unit:
        form = checklist_form(queries.sheet(unit, check_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.keep_findings(w, check_id, form.answers())
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("检查结果已存下"))
            return redirect(url_for(".check", check_id=check_id))
    return _check_page(check_id, checklist=form)


@bp.post("/checks/<uuid:check_id>/photos")
@allowed(INSPECT)
def add_photo(check_id: UUID) -> ResponseReturnValue:
    """Keep one photograph."""
    form = PhotoForm()
    if form.validate():
        slot, data, name = form.picture()
        with form.catching(), work(once=form.key()) as w:
            commands.add_photo(w, check_id, slot, data, name)
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("照片已存下"))
            return redirect(url_for(".check", check_id=check_id))
    return _check_page(check_id, photo=form)


@bp.post("/checks/<uuid:check_id>/suspicion")
@allowed(INSPECT)
def suspicion(check_id: UUID) -> ResponseReturnValue:
    """Record the suspected diseases."""
    with look() as unit:
        form = _suspicion_form(unit, queries.sheet(unit, check_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            course = Course(form.course.data or Course.SAMPLING)
            codes, because = form.suspected.data or [], form.because.data or ""
            commands.suspect(w, check_id, codes, course=course, because=because)
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("可疑病种已记录"))
            return redirect(url_for(".check", check_id=check_id))
    return _check_page(check_id, suspicion=form)


@bp.post("/checks/<uuid:check_id>/verdict/<any(pass,fail):act>")
@allowed(INSPECT)
def verdict(check_id: UUID, act: str) -> ResponseReturnValue:
    """Give the verdict about the batch."""
    form = VerdictForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            sheet = queries.sheet(w, check_id)
            typed = form.quantity.data or ""
            quantity = parse_quantity(typed, unit=sheet.batch.unit) if typed.strip() else None
            commands.give_verdict(w, check_id, Act(act), quantity, form.note.data or "")
            w.reply = url_for(".visit", declaration_id=sheet.check.declaration_id)
        if not form.wrong:
            flash(_("这一批的结论已记录"))
            return redirect(w.reply or url_for(".check", check_id=check_id))
    return _check_page(check_id, verdict=form)


@bp.get("/photos/<uuid:photo_id>")
@allowed(P.INSPECTION_READ)
def photo(photo_id: UUID) -> ResponseReturnValue:
    """One photograph, to whoever may see its check."""
    with look() as unit:
        file = queries.photo_file(unit, photo_id)
        return send_file(io.BytesIO(unit.read_file(file)), mimetype=file.media_type)


@bp.get("/<uuid:declaration_id>/record.docx")
@allowed(P.INSPECTION_READ)
def record(declaration_id: UUID) -> ResponseReturnValue:
    """The field record 现场记录单; before its last verdict without a number."""
    with look() as unit:
        data = docx_of(queries.record_sheet(unit, declaration_id))
    return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('现场记录单')}.docx")


def _check_page(
    check_id: UUID,
    *,
    checklist: object = None,
    photo: object = None,
    suspicion: object = None,
    verdict: VerdictForm | None = None,
) -> ResponseReturnValue:
    forms = [form for form in (checklist, photo, suspicion, verdict) if form is not None]
    status = max((getattr(form, "status", 200) for form in forms), default=200)
    with look() as unit:
        sheet = queries.sheet(unit, check_id)
        html = page(
            "inspections/check.html",
            sheet=sheet,
            paper=papers.declaration(unit, sheet.check.declaration_id),
            checklist=checklist or checklist_form(sheet),
            photo_form=photo or PhotoForm(formdata=None),
            suspicion=suspicion or _suspicion_form(unit, sheet),
            verdict=verdict or VerdictForm(formdata=None),
            hints=_hints(unit, sheet),
            sections=SECTION_WORDS,
            slots=SLOT_WORDS,
            words=STATE_WORDS,
            mine=sheet.check.vet_id == unit.actor.person_id
            and sheet.check.state == State.OPEN.value,
        )
    return html, status


def _hints(unit: Look, sheet: queries.CheckSheet) -> list[tuple[str, Suspect]]:
    """Return the names of the diseases of this species that the findings may point to."""
    return [
        (reference.disease(unit, one.disease_code).name_zh, one)
        for one in sheet.suspects
        if reference.affects(unit, one.disease_code, sheet.batch.species_code)
    ]


def _suspicion_form(unit: Look, sheet: queries.CheckSheet) -> SuspicionForm:
    kept = sheet.check
    form = SuspicionForm(
        data={
            "suspected": kept.suspected,
            "course": kept.course or Course.SAMPLING.value,
            "because": kept.isolated_because,
        }
    )
    form.suspected.choices = [
        SelectChoice(duty.disease_code, _(duty.name_zh))
        for duty in reference.duties(unit, sheet.batch.species_code, unit.today)
    ]
    return form
