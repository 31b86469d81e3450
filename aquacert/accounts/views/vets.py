"""The register of official vets: appointment, period, permission to sign. By number, no names."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import limit_appointment, restore_signing, withdraw_signing
from aquacert.accounts.forms import BecauseForm, PeriodForm
from aquacert.accounts.models import Membership
from aquacert.accounts.queries import organisation, signing_page, signing_stops
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.reference.queries import full_name

DAY = timedelta(days=1)


@bp.get("/vets")
@allowed(P.REGISTER_KEEP)
def vets() -> ResponseReturnValue:
    """The official vets of the own jurisdiction."""
    words, past = request.args.get("q", ""), request.args.get("past") == "1"
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = signing_page(unit, words, past=past, number=number)
        places = {line.division_code: full_name(unit, line.division_code) for line in pages.items}
    return page("accounts/vets.html", pages=pages, q=words, past=past, places=places, day=DAY)


@bp.get("/vets/<uuid:membership_id>")
@allowed(P.REGISTER_KEEP)
def show_vet(membership_id: UUID) -> ResponseReturnValue:
    """One appointment, with every withdrawal of the permission to sign."""
    return _vet_page(membership_id)


@bp.post("/vets/<uuid:membership_id>/withdraw")
@allowed(P.REGISTER_KEEP)
def withdraw(membership_id: UUID) -> ResponseReturnValue:
    """Withdraw the permission to sign."""
    return _signing(membership_id, withdraw_signing, _("签字权限已停止，从现在起不能签发"))


@bp.post("/vets/<uuid:membership_id>/restore")
@allowed(P.REGISTER_KEEP)
def restore(membership_id: UUID) -> ResponseReturnValue:
    """Give the permission to sign back."""
    return _signing(membership_id, restore_signing, _("签字权限已恢复"))


def _signing(membership_id: UUID, act: Callable[..., None], done: str) -> ResponseReturnValue:
    """Withdraw or restore, with a reason; `done` is what the officer is told."""
    form, here = BecauseForm(), url_for(".show_vet", membership_id=membership_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            act(w, membership_id, because=form.because.data)
            w.reply = here
        if not form.wrong:
            flash(done)
            return redirect(here)
    return _vet_page(membership_id, signing=form)


@bp.post("/vets/<uuid:membership_id>/period")
@allowed(P.REGISTER_KEEP)
def period(membership_id: UUID) -> ResponseReturnValue:
    """Set the period of the appointment."""
    form, here = PeriodForm(), url_for(".show_vet", membership_id=membership_id)
    if form.validate_on_submit():
        last = form.last_on.data
        with form.catching(), work(once=form.key()) as w:
            until = last + DAY if last else None
            limit_appointment(w, membership_id, until_on=until, because=form.basis.data)
            w.reply = here
        if not form.wrong:
            flash(_("任期已更改"))
            return redirect(here)
    return _vet_page(membership_id, limiting=form)


def _vet_page(
    membership_id: UUID, signing: BecauseForm | None = None, limiting: PeriodForm | None = None
) -> ResponseReturnValue:
    with look() as unit:
        row = unit.get(Membership, membership_id)
        if row.role != Role.OFFICIAL_VET:
            raise NotFound
        body = organisation(unit, row.organisation_id)
        place = full_name(unit, row.division_code)
        stops = signing_stops(unit, row.id)
        over = row.until_on is not None and row.until_on <= unit.today
    last = row.until_on - DAY if row.until_on else None
    return page(
        "accounts/vet.html",
        row=row,
        body=body,
        place=place,
        stops=stops,
        over=over,
        last=last,
        may_sign=not over and all(stop.restored_at is not None for stop in stops),
        signing=signing or BecauseForm(formdata=None),
        limiting=limiting or PeriodForm(formdata=None, last_on=last),
    ), max((form.status for form in (signing, limiting) if form is not None), default=200)
