"""口令要求: what is asked of passwords, which norm each demand leaves, and why."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import set_password_rules
from aquacert.accounts.forms import PasswordRulesForm
from aquacert.accounts.queries.passwords import as_policy, password_history, password_rows
from aquacert.accounts.rules.passwords import AUDIENCE_NAMES, DEVIATIONS, Audience, deviations
from aquacert.accounts.rules.throttling import LIMITS, Gate
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P


@bp.route("/password-rules", methods=["GET", "POST"])
@allowed(P.ACCOUNT_MANAGE)
def password_rules() -> ResponseReturnValue:
    """Show the demands in force and their deviations; whoever administers the province sets them."""
    form = PasswordRulesForm()
    may_set = current_actor().scope.everything
    if form.validate_on_submit():
        here = url_for(".password_rules")
        with form.catching(), work(once=form.key()) as w:
            set_password_rules(w, **form.asked())
            w.reply = here
        if not form.wrong:
            flash(_("口令要求已调整，马上生效"))
            return redirect(here)
    with look() as unit:
        rows, history = password_rows(unit), password_history(unit)
    policies = {audience: as_policy(rows[audience], audience) for audience in Audience}
    return page(
        "accounts/password_rules.html",
        form=form,
        may_set=may_set,
        names=AUDIENCE_NAMES,
        policies=policies,
        rows=rows,
        history=history,
        leaves={audience: deviations(policies[audience]) for audience in Audience},
        sentences=DEVIATIONS,
        account=LIMITS[Gate.ACCOUNT],
        code=LIMITS[Gate.CODE],
    ), form.status
