"""Acts on what entitles a laboratory: scope, suspension, accreditation, proficiency, people, capacity."""

from decimal import Decimal
from uuid import UUID

from flask import redirect
from flask.typing import ResponseReturnValue

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Work
from aquacert.reference.queries import method
from labs.register import commands, queries
from labs.register.forms import CapacityForm, LabForm, ReasonForm, ScopeForm, StaffForm
from labs.register.models import Accreditation, Authorisation
from labs.register.rules import LabState, MethodKind
from labs.register.rules.holdings import STAFF_ACT_WORDS, StaffAct
from labs.register.rules.sending import ACCREDITATION_WORDS, AccreditationKind
from labs.register.views.blueprint import bp
from labs.register.views.laboratory import keep, tab_url


@bp.post("/<uuid:lab_id>/scopes")
@allowed(P.LAB_REGISTER)
def scope(lab_id: UUID) -> ResponseReturnValue:
    """Register one more test."""

    def act(w: Work, form: ScopeForm) -> None:
        commands.add_scope(
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
            needs_cma=form.needs_cma.data,
            needs_cnas=form.needs_cnas.data,
        )

    return keep(lab_id, "scope", "scope", act)


@bp.post("/<uuid:lab_id>/standing")
@allowed(P.LAB_REGISTER)
def standing(lab_id: UUID) -> ResponseReturnValue:
    """Suspend a laboratory, or let a suspended one go on."""

    def act(w: Work, form: ReasonForm) -> None:
        is_active = queries.lab(w, lab_id).state is LabState.ACTIVE
        turn = commands.suspend_lab if is_active else commands.resume_lab
        turn(w, lab_id, form.because.data or "")

    return keep(lab_id, "standing", "reason", act)


@bp.post("/<uuid:lab_id>/accreditations")
@allowed(P.LAB_REGISTER)
def accredit(lab_id: UUID) -> ResponseReturnValue:
    """Write down one more accreditation."""

    def act(w: Work, form: LabForm) -> None:
        commands.accredit(w, lab_id, **form.asked())

    return keep(lab_id, "standing", "accredit", act)


@bp.route("/accreditations/<uuid:accreditation_id>/end", methods=["GET", "POST"])
@allowed(P.LAB_REGISTER)
def end_accreditation(accreditation_id: UUID) -> ResponseReturnValue:
    """Take an accreditation away."""
    form = ReasonForm()
    with look() as unit:
        row = unit.get(Accreditation, accreditation_id)
        back = tab_url(row.lab_id, "standing")
        what = f"{ACCREDITATION_WORDS[AccreditationKind(row.kind)]} {row.number}"
        lab = queries.lab(unit, row.lab_id)
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            commands.end_accreditation(w, accreditation_id, form.because.data or "")
            w.reply = back
        if not form.wrong:
            return redirect(back)
    return page("labs/ending.html", form=form, lab=lab, what=what, back=back), form.status


@bp.post("/<uuid:lab_id>/proficiency")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def proficiency(lab_id: UUID) -> ResponseReturnValue:
    """Write down one round of proficiency testing."""

    def act(w: Work, form: LabForm) -> None:
        commands.record_proficiency(w, lab_id, **form.asked())

    return keep(lab_id, "proficiency", "proficiency", act)


@bp.post("/<uuid:lab_id>/staff")
@allowed(P.LAB_STAFF, P.LAB_REGISTER)
def authorise(lab_id: UUID) -> ResponseReturnValue:
    """Authorise one of the laboratory's people."""

    def act(w: Work, form: StaffForm) -> None:
        values = form.asked()
        commands.authorise_staff(w, lab_id, UUID(values.pop("person_id")), **values)

    return keep(lab_id, "staff", "staff", act)


@bp.route("/staff/<uuid:authorisation_id>/end", methods=["GET", "POST"])
@allowed(P.LAB_STAFF, P.LAB_REGISTER)
def end_authorisation(authorisation_id: UUID) -> ResponseReturnValue:
    """Take an authorisation back."""
    form = ReasonForm()
    with look() as unit:
        row = unit.get(Authorisation, authorisation_id)
        back = tab_url(row.lab_id, "staff")
        what = f"{STAFF_ACT_WORDS[StaffAct(row.act)]} {row.disease_code} {row.method_code}".strip()
        lab = queries.lab(unit, row.lab_id)
    if form.validate_on_submit():
        with form.trying(), work(once=form.key()) as w:
            commands.end_authorisation(w, authorisation_id, form.because.data or "")
            w.reply = back
        if not form.wrong:
            return redirect(back)
    return page("labs/ending.html", form=form, lab=lab, what=what, back=back), form.status


@bp.post("/<uuid:lab_id>/capacity")
@allowed(P.LAB_KEEP, P.LAB_REGISTER)
def capacity(lab_id: UUID) -> ResponseReturnValue:
    """Say how many items a day."""

    def act(w: Work, form: CapacityForm) -> None:
        commands.set_capacity(w, lab_id, form.capacity_per_day.data or 0)

    return keep(lab_id, "workload", "capacity", act)
