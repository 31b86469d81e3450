"""代行: lending one's role to a colleague, and taking it back."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import end_lending, lend_role
from aquacert.accounts.forms import EmptyForm, LendForm, choices
from aquacert.accounts.queries.lending import colleagues, lendings_of, names_of, own_lendable
from aquacert.accounts.rules.roles import ROLE_NAMES, Role
from aquacert.accounts.views.blueprint import bp
from aquacert.accounts.views.own import own_id
from aquacert.http.gates import current_actor, look, signed_in, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.rules.masking import mask_name


def _offer(unit: Look, form: LendForm) -> None:
    form.membership_id.choices = [
        *choices(
            (str(row.id), f"{_(ROLE_NAMES[Role(row.role)])} · {name}")
            for row, name in own_lendable(unit)
        )
    ]
    form.borrower_id.choices = [
        *choices(
            (str(row.id), f"{mask_name(row.name or '')} · {row.username} · {label}")
            for row, label in colleagues(unit)
        )
    ]


@bp.route("/delegations", methods=["GET", "POST"])
@signed_in
def delegations() -> ResponseReturnValue:
    """List what was lent and borrowed; lend a role."""
    form = LendForm()
    with look() as unit:
        _offer(unit, form)
    if form.validate_on_submit():
        asked, here = form.asked(), url_for(".delegations")
        with form.catching(), work(once=form.key()) as w:
            asked["membership_id"] = UUID(asked["membership_id"])
            asked["borrower_id"] = UUID(asked["borrower_id"])
            lend_role(w, **asked)
            w.reply = here
        if not form.wrong:
            flash(_("已托给同事，到期自动收回"))
            return redirect(here)
    with look() as unit:
        rows = lendings_of(unit, own_id())
        names = {key: mask_name(name or "") for key, name in names_of(unit, rows).items()}
    return page(
        "accounts/delegations.html", form=form, rows=rows, names=names, me=own_id(), act=EmptyForm()
    ), form.status


@bp.post("/delegations/<uuid:delegation_id>/end")
@signed_in
def end_delegation(delegation_id: UUID) -> ResponseReturnValue:
    """Take a role back, or give it back, at once."""
    manages = current_actor().may(P.ACCOUNT_MANAGE)
    here = url_for(".people") if manages else url_for(".delegations")
    with work(once=EmptyForm().key()) as w:
        end_lending(w, delegation_id)
        w.reply = here
    flash(_("代行已结束，马上生效"))
    return redirect(here)
