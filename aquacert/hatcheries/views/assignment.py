"""Which office each farm declares at: the list with ticks, and one assignment for all ticked."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from aquacert.hatcheries.commands import assign_office
from aquacert.hatcheries.forms import AssignForm
from aquacert.hatcheries.queries.assignment import assignment_pages, office_choices
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P

BY_PLACE = "place"


@bp.route("/assignment", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE)
def assignment() -> ResponseReturnValue:
    """The farms of the jurisdiction with their office; tick, choose, assign."""
    form = AssignForm()
    with look() as unit:
        offices = office_choices(unit)
        form.office.choices = [
            (BY_PLACE, _("按所在地（不指定）")),
            *((str(key), name) for key, name in offices.items()),
        ]
    if form.validate_on_submit():
        picked = form.office.data
        with form.catching(), work(once=form.key()) as w:
            ticked = [UUID(one) for one in request.form.getlist("farm") if _is_id(one)]
            count = assign_office(w, ticked, None if picked == BY_PLACE else UUID(picked))
            w.reply = url_for(".assignment")
        if not form.wrong:
            flash(ngettext("已分配 %(num)s 家", "已分配 %(num)s 家", count))
            return redirect(url_for(".assignment"))
    words, which = request.args.get("q", ""), request.args.get("which", "")
    with look() as unit:
        pages = assignment_pages(unit, words, which, request.args.get("page", 1, type=int))
    return page(
        "hatcheries/assignment.html",
        form=form,
        pages=pages,
        q=words,
        which=which,
        offices=offices,
        ticked=request.form.getlist("farm"),
    ), form.status


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
