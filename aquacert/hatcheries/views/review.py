"""The county's desk: the list of farms, one farm, approve or refuse, verify a licence."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import (
    approve_hatchery,
    refuse_hatchery,
    verify_licence,
)
from aquacert.hatcheries.forms import ActForm, ReasonForm
from aquacert.hatcheries.queries import (
    fit_to_declare,
    hatchery,
    hatchery_lines,
    illnesses,
    licence_standing,
    licences,
    looks_back_to,
    lots,
    people_of,
    ponds,
    sign_of,
    survivor_of,
    twins_of,
    withdrawals,
)
from aquacert.hatcheries.queries.doubled import doubled
from aquacert.hatcheries.queries.records import farm_person
from aquacert.hatcheries.rules import LICENCE_WORDS, STATE_KINDS, STATE_WORDS, State, grade
from aquacert.hatcheries.rules.outline import SORT_WORDS
from aquacert.hatcheries.rules.people import POST_WORDS
from aquacert.hatcheries.views.blueprint import bp
from aquacert.hatcheries.views.keeping import shape
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.http.personal import holds
from aquacert.kernel.permissions import P
from aquacert.reference.queries import full_name

WORDS = {
    "posts": POST_WORDS,
    "sorts": SORT_WORDS,
    "state_kinds": STATE_KINDS,
    "shape": shape,
}
holds("farm_person", farm_person, P.HATCHERY_READ, name="姓名", phone="手机号")


@bp.get("/")
@allowed(P.HATCHERY_READ)
def index() -> ResponseReturnValue:
    """The farms of the jurisdiction, those that wait first; an owner is led to his own."""
    if current_actor().may(P.HATCHERY_KEEP):
        return redirect(url_for(".own"))
    words, state = request.args.get("q", ""), request.args.get("state", "")
    state = state if state in set(State) else ""
    with look() as unit:
        found = hatchery_lines(unit, state, words, request.args.get("page", 1, type=int))
    return page(
        "hatcheries/index.html", pages=found, q=words, state=state, states=STATE_WORDS, **WORDS
    )


@bp.get("/<uuid:hatchery_id>")
@allowed(P.HATCHERY_READ)
def show(hatchery_id: UUID) -> ResponseReturnValue:
    """One farm at the desk; one that was merged leads to the farm that it turned out to be."""
    with look() as unit:
        kept = survivor_of(unit, hatchery(unit, hatchery_id).id)
    if kept != hatchery_id:
        flash(_("这份登记已并入另一家，已为您转到留下的一家"))
        return redirect(url_for(".show", hatchery_id=kept))
    return _page(hatchery_id, ReasonForm())


@bp.post("/<uuid:hatchery_id>/approve")
@allowed(P.HATCHERY_APPROVE)
def approve(hatchery_id: UUID) -> ResponseReturnValue:
    """Approve a registration with the licences it came with."""
    form = ActForm()
    with work(once=form.key()) as w:
        approve_hatchery(w, hatchery_id)
        here = w.reply = url_for(".show", hatchery_id=hatchery_id)
    flash(_("已审核通过"))
    return redirect(here)


@bp.post("/<uuid:hatchery_id>/refuse")
@allowed(P.HATCHERY_APPROVE)
def refuse(hatchery_id: UUID) -> ResponseReturnValue:
    """Refuse a registration with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                refuse_hatchery(w, hatchery_id, form.because.data or "")
                here = w.reply = url_for(".show", hatchery_id=hatchery_id)
            flash(_("已退回，原因已告知申请人"))
            return redirect(here)
    return _page(hatchery_id, form), 422


@bp.post("/licences/<uuid:licence_id>/verify")
@allowed(P.HATCHERY_APPROVE)
def verify(licence_id: UUID) -> ResponseReturnValue:
    """Say that a licence was seen."""
    form = ActForm()
    with work(once=form.key()) as w:
        farm_id = verify_licence(w, licence_id)
        here = w.reply = url_for(".show", hatchery_id=farm_id)
    flash(_("许可证已核实"))
    return redirect(here)


def _page(hatchery_id: UUID, form: ReasonForm) -> str:
    with look() as unit:
        farm = hatchery(unit, hatchery_id)
        return page(
            "hatcheries/show.html",
            twins=twins_of(unit, farm),
            doubled=doubled(unit, farm.id),
            may_merge=current_actor().may(P.HATCHERY_MERGE),
            farm=farm,
            place=full_name(unit, farm.division_code),
            grade=grade(farm.level, farm.kind),
            standing=licence_standing(unit, farm.id, None, unit.today),
            licences=licences(unit, farm.id),
            licence_words=LICENCE_WORDS,
            lots=lots(unit, farm.id),
            ponds=ponds(unit, farm.id),
            people=people_of(unit, farm.id),
            faults=fit_to_declare(unit, farm.id),
            illnesses=illnesses(unit, farm.id, looks_back_to(unit)),
            withdrawals=withdrawals(unit, farm.id),
            sign=sign_of(unit, farm.id),
            states=STATE_WORDS,
            **WORDS,
            form=form,
            act=ActForm(),
        )
