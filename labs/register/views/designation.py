"""The list of designated laboratories, and how the province puts one there."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from aquacert.accounts.queries.organisations import organisations
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from labs.register import queries
from labs.register.commands import designate_lab
from labs.register.forms import DesignateForm
from labs.register.rules.holdings import ending
from labs.register.views.blueprint import bp


@bp.get("/")
@allowed(P.LAB_READ, P.LAB_REGISTER)
def index() -> ResponseReturnValue:
    """Every designated laboratory, with what of it ends soon."""
    with look() as unit:
        known = queries.labs(unit)
        near = {line.lab_id: ending(line.accredited_until_on, unit.today) for line in known}
        return page("labs/register.html", labs=known, near=near)


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
