"""The second factor once more, right before a signature, for exactly what was previewed."""

import re

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import grant_step_up
from aquacert.accounts.forms import SecondFactorForm
from aquacert.accounts.rules.passkeys import OWN
from aquacert.accounts.rules.sessions import local_path
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import signed_in, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid, TooMany

DIGEST = re.compile(r"[\w+/=.:-]{16,200}")


@bp.route("/step-up", methods=["GET", "POST"])
@signed_in
def step_up() -> ResponseReturnValue:
    """Ask for a code or a key for `?digest=` (what was previewed), then go on to `?next=`."""
    digest, target = request.args.get("digest", ""), local_path(request.args.get("next"))
    if not DIGEST.fullmatch(digest):
        raise Invalid(_("没有说明要签的是哪一份，请回到要签的那一页再点一次。"))
    form, status = SecondFactorForm(), 200
    if form.validate_on_submit():
        try:
            with form.catching(), work() as w:
                grant_step_up(w, **form.given(), digest=digest)
        except TooMany as error:
            form.form_errors.append(error.sentence)
            status = error.status
        if not form.wrong:
            return redirect(target or "/")
    status = max(status, form.status) if status == 200 else status
    html = page(
        "accounts/step_up.html",
        form=form,
        digest=digest,
        target=target,
        is_own=digest.startswith(OWN),
    )
    return html, status
