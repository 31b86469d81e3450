"""Doors of the register: designated laboratories, what each may test, suspension."""

from decimal import Decimal
from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries.organisations import organisations
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import all_diseases, method, methods
from labs.register import queries
from labs.register.commands import add_scope, designate_lab, resume_lab, suspend_lab
from labs.register.forms import DesignateForm, ReasonForm, ScopeForm
from labs.register.rules import LabState, MethodKind

bp = Blueprint("labs_register", __name__, url_prefix="/labs/register")


@bp.get("/")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def index() -> ResponseReturnValue:
    """Every designated laboratory."""
    with look() as unit:
        return page("labs/register.html", labs=queries.labs(unit))


@bp.route("/new", methods=["GET", "POST"])
@allowed(P.LAB_REGISTER)
def new() -> ResponseReturnValue:
    """Designate a laboratory."""
    form = DesignateForm()
    with look() as unit:
        known = {line.lab_id for line in queries.labs(unit)}
        bodies = [body for body in organisations(unit, kind="lab") if body.id not in known]
    form.organisation_id.choices = [SelectChoice(str(body.id), body.name_zh) for body in bodies]
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            lab_id = designate_lab(w, UUID(form.organisation_id.data), **form.asked())
            w.reply = url_for(".show", lab_id=lab_id)
        if not form.wrong:
            return redirect(w.reply or "")
    return page("labs/designate.html", form=form, bodies=bodies), form.status


@bp.get("/<uuid:lab_id>")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def show(lab_id: UUID) -> ResponseReturnValue:
    """One laboratory: its accreditation, its scope with decision rules, and its standing."""
    return _show(lab_id, ScopeForm(formdata=None), ReasonForm(formdata=None))


@bp.post("/<uuid:lab_id>/scopes")
@allowed(P.LAB_REGISTER)
def scope(lab_id: UUID) -> ResponseReturnValue:
    """Register one more test."""
    form = ScopeForm()
    with look() as unit:
        form.method_code.choices = _choices(unit)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            add_scope(
                w,
                lab_id,
                disease_code=method(w, form.method_code.data).disease_code,
                method_code=form.method_code.data,
                kind=MethodKind(form.kind.data),
                targets=(form.targets.data or "").replace("，", ",").split(","),
                positive_max=form.positive_max.data or Decimal(35),
                grey_max=form.grey_max.data or Decimal(40),
                cycle_cap=form.cycle_cap.data or 40,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
            w.reply = url_for(".show", lab_id=lab_id)
    return (
        _show(lab_id, form, ReasonForm(formdata=None))
        if form.wrong
        else redirect(url_for(".show", lab_id=lab_id))
    )


@bp.post("/<uuid:lab_id>/standing")
@allowed(P.LAB_REGISTER)
def standing(lab_id: UUID) -> ResponseReturnValue:
    """Suspend a laboratory, or let a suspended one go on."""
    form = ReasonForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            is_active = queries.lab(w, lab_id).state is LabState.ACTIVE
            (suspend_lab if is_active else resume_lab)(w, lab_id, form.because.data or "")
            w.reply = url_for(".show", lab_id=lab_id)
    return (
        _show(lab_id, ScopeForm(formdata=None), form)
        if form.wrong
        else redirect(url_for(".show", lab_id=lab_id))
    )


def _choices(unit: Look) -> list[SelectChoice]:
    """Return every known method with its disease."""
    found = [
        SelectChoice(each.code, f"{row.name_zh}（{row.code}）· {each.standard}")
        for row in unit.scalars(all_diseases(unit))
        for each in methods(unit, row.code)
    ]
    if not found:
        raise Invalid("名录里还没有检测方法，请先装入基础数据。")
    return found


def _show(lab_id: UUID, scope_form: ScopeForm, reason_form: ReasonForm) -> tuple[str, int]:
    with look() as unit:
        scope_form.method_code.choices = _choices(unit)
        html = page(
            "labs/laboratory.html",
            lab=queries.lab(unit, lab_id),
            scopes=queries.scopes_of(unit, lab_id),
            scope_form=scope_form,
            reason_form=reason_form,
        )
    return html, max(scope_form.status, reason_form.status)
