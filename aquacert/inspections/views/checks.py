"""Doors of one batch's check: its findings, photographs, suspicion and verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from aquacert.http.gates import allowed, look, work
from aquacert.http.sentences import said
from aquacert.inspections import commands, queries
from aquacert.inspections.forms import (
    PhotoForm,
    ReleaseForm,
    VerdictForm,
    checklist_form,
)
from aquacert.inspections.parsers import read_picture
from aquacert.inspections.rules import Act, Course
from aquacert.inspections.views.blueprint import INSPECT, bp
from aquacert.inspections.views.checkpage import check_page, suspicion_form
from aquacert.kernel.errors import Conflict, Invalid
from aquacert.kernel.permissions import P
from aquacert.reference.rules.quantity import parse_quantity


@bp.get("/checks/<uuid:check_id>")
@allowed(P.INSPECTION_READ)
def check(check_id: UUID) -> ResponseReturnValue:
    """One batch's check."""
    return check_page(check_id)


@bp.post("/checks/<uuid:check_id>/findings")
@allowed(INSPECT)
def findings(check_id: UUID) -> ResponseReturnValue:
    """Keep the findings entered so far; what was changed elsewhere meanwhile is shown, not lost."""
    with look() as unit:
        form = checklist_form(queries.sheet(unit, check_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            try:
                commands.keep_findings(w, check_id, form.answers(), seen=_seen(form))
            except Invalid as fault:
                raise at_items(fault) from None
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("检查结果已存下"))
            return _back(check_id)
    return check_page(check_id, checklist=form)


@bp.post("/checks/<uuid:check_id>/photos")
@allowed(INSPECT)
def add_photo(check_id: UUID) -> ResponseReturnValue:
    """Keep one photograph."""
    form = PhotoForm()
    if form.validate():
        slot, data, name = form.picture()
        with form.catching():
            picture = read_picture(data)  # half a second: no other writer waits for it
            with work(once=form.key()) as w:
                commands.add_photo(w, check_id, slot, picture, name)
                w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("照片已存下"))
            return _back(check_id)
    return check_page(check_id, photo=form)


@bp.post("/checks/<uuid:check_id>/suspicion")
@allowed(INSPECT)
def suspicion(check_id: UUID) -> ResponseReturnValue:
    """Record the suspected diseases and what the vet does: sampling, or isolating and reporting."""
    with look() as unit:
        form = suspicion_form(unit, queries.sheet(unit, check_id))
    if form.validate():
        course = Course(form.course.data or Course.SAMPLING)
        codes, because = form.suspected.data or [], form.because.data or ""
        with form.catching(), work(once=form.key()) as w:
            commands.suspect(w, check_id, codes, course=course, because=because)
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            told = course is Course.ISOLATE
            flash(_("已隔离并报告，货主已通知") if told else _("可疑病种已记录"))
            return _back(check_id)
    return check_page(check_id, suspicion=form)


@bp.post("/checks/<uuid:check_id>/release")
@allowed(INSPECT)
def release(check_id: UUID) -> ResponseReturnValue:
    """End an isolation, with its reason."""
    form = ReleaseForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.lift_isolation(w, check_id, form.because.data or "")
            w.reply = url_for(".check", check_id=check_id)
        if not form.wrong:
            flash(_("已解除隔离，货主已通知"))
            return _back(check_id)
    return check_page(check_id, release=form)


@bp.post("/checks/<uuid:check_id>/verdict/<any(pass,fail):act>")
@allowed(INSPECT)
def verdict(check_id: UUID, act: str) -> ResponseReturnValue:
    """Give the verdict about the batch; refused when the check was changed since the page."""
    form = VerdictForm()
    if form.validate():
        try:
            with form.catching(), _telling_all(form), work(once=form.key()) as w:
                sheet = queries.sheet(w, check_id)
                typed, note = form.quantity.data or "", form.note.data or ""
                quantity = parse_quantity(typed, unit=sheet.batch.unit) if typed.strip() else None
                commands.give_verdict(w, check_id, Act(act), quantity, note, seen=_seen(form))
                w.reply = url_for(".visit", declaration_id=sheet.check.declaration_id)
        except Conflict as error:
            form.form_errors.append(error.sentence)
            html, _status = check_page(check_id, verdict=form)
            return html, error.status
        if not form.wrong:
            flash(_("这一批的结论已记录"))
            return redirect(w.reply or url_for(".check", check_id=check_id))
    return check_page(check_id, verdict=form)


@contextmanager
def _telling_all(form: VerdictForm) -> Iterator[None]:
    """Say above the form everything that lacks, when only a part of it stands at a field here."""
    try:
        yield
    except Invalid as fault:
        if any(name not in form for name in fault.fields):
            form.form_errors.append(said(fault.sentence))
        raise


def at_items(fault: Invalid) -> Invalid:
    """Return what is wrong under the names of the form's fields."""
    return Invalid(fault.sentence, **{f"item_{key}": said for key, said in fault.fields.items()})


def _seen(form: Any) -> int | None:  # noqa: ANN401 (two forms have the field)
    """Return the version that the page showed; a page of before the field has none."""
    shown = (form.version.data or "").strip()
    return int(shown) if shown.isascii() and shown.isdigit() else None


def _back(check_id: UUID) -> Response:
    return redirect(url_for(".check", check_id=check_id))
