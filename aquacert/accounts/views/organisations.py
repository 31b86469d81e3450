"""Administration of bodies: list, open, rename, close; their standing."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import (
    add_vehicle,
    close_organisation,
    end_vehicle,
    open_organisation,
    rename_organisation,
    set_standing,
)
from aquacert.accounts.forms import (
    EmptyForm,
    OrganisationForm,
    ReasonForm,
    RenameForm,
    StandingForm,
    VehicleForm,
    choices,
)
from aquacert.accounts.models import Organisation
from aquacert.accounts.queries import organisations_page, standing, vehicles_of
from aquacert.accounts.rules.roles import KIND_NAMES, Kind
from aquacert.accounts.rules.states import LEVEL_NAMES, ORGANISATION_STATES
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.people import body_choices
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look, Work
from aquacert.reference.queries import full_name

OFFICERS = (Kind.CARRIER, Kind.DEALER)
"""Kinds of bodies whose register the county's officers keep; the others are the administrator's."""


@bp.get("/organisations")
@allowed(P.ACCOUNT_MANAGE, P.REGISTER_KEEP, P.STANDING_SET)
def organisations() -> ResponseReturnValue:
    """List the bodies of the own jurisdiction."""
    words, kind = request.args.get("q", ""), request.args.get("kind", "")
    with look() as unit:
        pages = organisations_page(unit, words, kind, request.args.get("page", 1, type=int))
    return page(
        "accounts/organisations.html",
        pages=pages,
        q=words,
        kind=kind,
        kinds=KIND_NAMES,
        states=ORGANISATION_STATES,
    )


@bp.route("/organisations/new", methods=["GET", "POST"])
@allowed(P.ACCOUNT_MANAGE, P.REGISTER_KEEP)
def new_organisation() -> ResponseReturnValue:
    """Open a body in the own jurisdiction: of any kind, or only those an officer's register has."""
    form = OrganisationForm()
    if not current_actor().may(P.ACCOUNT_MANAGE):
        form.kind.choices = choices((kind, KIND_NAMES[kind]) for kind in OFFICERS)
    with look() as unit:
        form.parent_id.choices = [*choices([("", _("无"))]), *body_choices(unit)]
    if form.validate_on_submit():
        asked = form.asked()
        asked["parent_id"] = UUID(asked["parent_id"]) if asked["parent_id"] else None
        with form.catching(), work(once=form.key()) as w:
            _within_reach(w, asked["division_code"])
            organisation_id = open_organisation(w, **asked)
            here = w.reply = url_for(".show_organisation", organisation_id=organisation_id)
        if not form.wrong:
            flash(_("单位已登记"))
            return redirect(here)
    return page("accounts/new_organisation.html", form=form), form.status


def _may_change(unit: Look, organisation_id: UUID) -> None:
    """Raise `NotAllowed` unless the actor keeps this kind of body's register."""
    kind = unit.get(Organisation, organisation_id).kind
    if kind not in OFFICERS and not unit.actor.may(P.ACCOUNT_MANAGE):
        raise NotAllowed("机构、实验室和苗种场的登记由系统管理员改。")


def _within_reach(w: Work, division_code: str) -> None:
    """Raise `Invalid` at the field unless the place is in the actor's own jurisdiction."""
    if not w.actor.scope.everything and not w.actor.scope.holds("divisions", division_code):
        sentence = _("这个区划不在您的辖区，请填本辖区的 6 位代码")
        raise Invalid(sentence, division_code=sentence)


@bp.get("/organisations/<uuid:organisation_id>")
@allowed(P.ACCOUNT_MANAGE, P.REGISTER_KEEP, P.STANDING_SET)
def show_organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Show one body."""
    return organisation_page(organisation_id)


def organisation_page(
    organisation_id: UUID,
    renaming: RenameForm | None = None,
    closing: ReasonForm | None = None,
    rating: StandingForm | None = None,
    driving: VehicleForm | None = None,
) -> ResponseReturnValue:
    """Return the page of one body, with the form that has to be corrected if there is one."""
    with look() as unit:
        row = unit.get(Organisation, organisation_id)
        now = standing(unit, organisation_id)
        place = full_name(unit, row.division_code)
        vehicles = vehicles_of(unit, organisation_id, past=True)
    may_change = row.kind in OFFICERS or current_actor().may(P.ACCOUNT_MANAGE)
    wrong = [form for form in (renaming, closing, rating, driving) if form is not None]
    return page(
        "accounts/organisation.html",
        row=row,
        place=place,
        standing=now,
        renaming=renaming or RenameForm(formdata=None, obj=row),
        closing=closing or ReasonForm(formdata=None),
        rating=rating or StandingForm(formdata=None, level=now.level),
        driving=driving or VehicleForm(formdata=None),
        vehicles=vehicles,
        drives=row.kind in OFFICERS,
        may_change=may_change,
        act=EmptyForm(formdata=None),
        kinds=KIND_NAMES,
        levels=LEVEL_NAMES,
        states=ORGANISATION_STATES,
    ), max((form.status for form in wrong), default=200)


@bp.post("/organisations/<uuid:organisation_id>/rename")
@allowed(P.ACCOUNT_MANAGE, P.REGISTER_KEEP)
def rename(organisation_id: UUID) -> ResponseReturnValue:
    """Give a body another name from today on."""
    form = RenameForm()
    here = url_for(".show_organisation", organisation_id=organisation_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            _may_change(w, organisation_id)
            rename_organisation(w, organisation_id, **form.asked())
            w.reply = here
        if not form.wrong:
            flash(_("已更名，旧名称和使用日期都留着"))
            return redirect(here)
    return organisation_page(organisation_id, renaming=form)


@bp.post("/organisations/<uuid:organisation_id>/close")
@allowed(P.ACCOUNT_MANAGE, P.REGISTER_KEEP)
def close(organisation_id: UUID) -> ResponseReturnValue:
    """Close a body that no longer works."""
    form = ReasonForm()
    here = url_for(".show_organisation", organisation_id=organisation_id)
    if form.validate_on_submit():
        with work(once=form.key()) as w:
            _may_change(w, organisation_id)
            close_organisation(w, organisation_id, reason=form.reason.data)
            w.reply = here
        flash(_("单位已注销"))
        return redirect(here)
    return organisation_page(organisation_id, closing=form)


@bp.post("/organisations/<uuid:organisation_id>/standing")
@allowed(P.STANDING_SET)
def rate(organisation_id: UUID) -> ResponseReturnValue:
    """Write how a body stands from now on."""
    form = StandingForm()
    here = url_for(".show_organisation", organisation_id=organisation_id)
    if form.validate_on_submit():
        with look() as unit:
            unit.get(Organisation, organisation_id)
        with form.catching(), work(once=form.key()) as w:
            set_standing(w, organisation_id, form.level.data, form.reason.data)
            w.reply = here
        if not form.wrong:
            flash(_("信用等级已更新"))
            return redirect(here)
    return organisation_page(organisation_id, rating=form)


@bp.post("/organisations/<uuid:organisation_id>/vehicles")
@allowed(P.REGISTER_KEEP)
def new_vehicle(organisation_id: UUID) -> ResponseReturnValue:
    """Put a vehicle of a carrier or dealer on record."""
    form = VehicleForm()
    here = url_for(".show_organisation", organisation_id=organisation_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            fitted = form.fitted.data or ""
            add_vehicle(w, organisation_id, plate=form.plate.data, fitted=fitted)
            w.reply = here
        if not form.wrong:
            flash(_("车辆已登记"))
            return redirect(here)
    return organisation_page(organisation_id, driving=form)


@bp.post("/vehicles/<uuid:vehicle_id>/end")
@allowed(P.REGISTER_KEEP)
def drop_vehicle(vehicle_id: UUID) -> ResponseReturnValue:
    """End a vehicle from today on."""
    form = EmptyForm()
    with work(once=form.key()) as w:
        organisation_id = end_vehicle(w, vehicle_id)
        here = w.reply = url_for(".show_organisation", organisation_id=organisation_id)
    flash(_("车辆已注销"))
    return redirect(here)
