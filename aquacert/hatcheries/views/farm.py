"""The farm's own record on the phone: licences, ponds and lots, the ledger, the confirmation."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import (
    add_licence,
    change_contact,
    confirm_record,
    reapply_hatchery,
)
from aquacert.hatcheries.forms import (
    ActForm,
    ContactForm,
    LicenceForm,
    ReapplyForm,
)
from aquacert.hatcheries.queries import (
    confirm_within,
    fit_to_declare,
    licences,
    lots,
    own_hatchery,
    people_of,
    ponds,
)
from aquacert.hatcheries.rules import LICENCE_WORDS, STATE_WORDS, grade
from aquacert.hatcheries.views.blueprint import bp, day, named_species
from aquacert.hatcheries.views.counts import CountLine, Miscounted, count_lines, read_counts
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.reference.queries import full_name
from aquacert.reference.rules.dates import Side


@bp.get("/own")
@allowed(P.HATCHERY_KEEP)
def own() -> ResponseReturnValue:
    """The own farm: who, where, licences, ponds."""
    with look() as unit:
        farm = own_hatchery(unit)
        return page(
            "hatcheries/own.html",
            farm=farm,
            place=full_name(unit, farm.division_code),
            grade=grade(farm.level, farm.kind),
            licences=licences(unit, farm.id),
            licence_words=LICENCE_WORDS,
            lots=lots(unit, farm.id),
            states=STATE_WORDS,
            faults=fit_to_declare(unit, farm.id),
            pond_count=len(ponds(unit, farm.id)),
            people_count=len(people_of(unit, farm.id)),
        )


@bp.route("/own/licences/new", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def new_licence() -> ResponseReturnValue:
    """Put a licence on record; the county verifies it."""
    form = LicenceForm()
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            add_licence(
                w,
                own_hatchery(w).id,
                kind=form.kind.data,
                number=form.number.data,
                from_on=day(w, form.from_on.data, "from_on", Side.ANY),
                until_on=day(w, form.until_on.data, "until_on", Side.AHEAD),
                species=named_species(w, form.species.data or "", "species"),
            )
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("已登记，等县里核实后生效"))
            return redirect(url_for(".own"))
    return page("hatcheries/new_licence.html", form=form), form.status


@bp.route("/own/confirm", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def confirm() -> ResponseReturnValue:
    """The owner's own check of every pond; what differs is corrected with a reason."""
    form = ActForm()
    wrong: list[CountLine] = []
    if form.validate_on_submit():
        try:
            with work(once=form.key()) as w:
                farm = own_hatchery(w)
                counted = read_counts(w, farm.id, request.form)
                confirm_record(
                    w,
                    farm.id,
                    {key: one.quantity for key, one in counted.items()},
                    reasons={key: one.why for key, one in counted.items()},
                )
                w.reply = url_for("declarations.home")
            flash(_("核对过了"))
            return redirect(url_for("declarations.home"))
        except Miscounted as error:
            wrong = error.lines
    with look() as unit:
        farm = own_hatchery(unit)
        shown = page(
            "hatcheries/confirm.html",
            form=form,
            farm=farm,
            counts=wrong or count_lines(unit, farm.id, {}),
            is_wrong=bool(wrong),
            licences=licences(unit, farm.id),
            people_count=len(people_of(unit, farm.id)),
            within=confirm_within(unit),
        )
    return shown, 422 if wrong else 200


@bp.route("/own/reapply", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def reapply() -> ResponseReturnValue:
    """Put a refused registration right."""
    with look() as unit:
        farm = own_hatchery(unit)
    form = ReapplyForm(data={"name": farm.name, "place": farm.place, "phone": farm.phone})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            reapply_hatchery(w, farm.id, **form.asked())
            w.reply = url_for("declarations.home")
        if not form.wrong:
            flash(_("已重新申请"))
            return redirect(url_for("declarations.home"))
    return page("hatcheries/reapply.html", form=form, farm=farm), form.status


@bp.route("/own/contact", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def contact() -> ResponseReturnValue:
    """Change whom the vet calls."""
    with look() as unit:
        farm = own_hatchery(unit)
    form = ContactForm(data={"contact_name": farm.contact_name, "phone": farm.phone})
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            change_contact(w, farm.id, **form.asked())
            w.reply = url_for(".own")
        if not form.wrong:
            flash(_("联系人已更改"))
            return redirect(url_for(".own"))
    return page("hatcheries/contact.html", form=form), form.status
