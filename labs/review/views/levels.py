"""Doors of the review levels: how many persons verify a method's results."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.kernel.permissions import P
from labs.register.models import LabScope
from labs.review.commands import set_review_level
from labs.review.forms import LevelForm
from labs.review.models import ReviewLevel
from labs.review.rules import FLOOR
from labs.review.views.blueprint import bp
from labs.review.views.shown import rendered


@bp.get("/levels")
@allowed(P.LAB_READ)
def levels() -> ResponseReturnValue:
    """How many persons verify the results of each method, from which day."""
    return _levels(LevelForm(formdata=None))


@bp.post("/levels")
@allowed(P.LAB_REGISTER)
def set_level() -> ResponseReturnValue:
    """Set how many persons verify a method's results from a day on."""
    form = LevelForm()
    _offer_methods(form)
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            set_review_level(w, **form.asked())
            w.reply = url_for(".levels")
    return _levels(form) if form.wrong else redirect(url_for(".levels"))


def _offer_methods(form: LevelForm) -> None:
    """Offer every method that some laboratory may do."""
    with look() as unit:
        named = {row.method_code: row.method_standard for row in unit.scalars(select(LabScope))}
    form.method_code.choices = [SelectChoice(code, name) for code, name in sorted(named.items())]


def _levels(form: LevelForm) -> tuple[str, int]:
    _offer_methods(form)
    with look() as unit:
        shown = unit.scalars(
            select(ReviewLevel).order_by(ReviewLevel.method_code, ReviewLevel.from_on)
        )
        html = rendered(unit, "labs/review_levels.html", levels=shown, floor=FLOOR, form=form)
    return html, form.status
