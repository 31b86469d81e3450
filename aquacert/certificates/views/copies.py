"""Doors of a certificate's copies: print one, open one."""

from __future__ import annotations

import io
from uuid import UUID

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.certificates import commands, queries
from aquacert.certificates.forms import ReasonForm
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Conflict
from aquacert.kernel.permissions import P


@bp.route("/<uuid:certificate_id>/reprint", methods=["GET", "POST"])
@allowed(P.CERTIFICATE_REPRINT)
def reprint(certificate_id: UUID) -> ResponseReturnValue:
    """Say why, and print a copy marked 副本; the signed file stays as it is."""
    form = ReasonForm()
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
    if form.validate_on_submit():
        try:
            here = house()
            drawn = commands.draw_copy(here.database, current_actor(), here.keys, certificate_id)
            with form.catching(), work(once=form.key()) as w:
                commands.keep_copy(w, drawn, form.because.data or "")
                w.reply = url_for(".show", certificate_id=certificate_id)
            if not form.wrong:
                return redirect(url_for(".show", certificate_id=certificate_id))
        except Conflict as error:
            form.form_errors.append(error.sentence)
    title = _("重印副本")
    note = _("副本注明“副本”和第几次，不另签章；原件是已签名的 PDF，可随时再打开。")
    return page("certificates/reprint.html", line=line, form=form, title=title, note=note), (
        form.status
    )


@bp.get("/<uuid:certificate_id>/copies/<int:ordinal>.pdf")
@allowed(P.CERTIFICATE_READ)
def copy(certificate_id: UUID, ordinal: int) -> ResponseReturnValue:
    """One copy that was printed."""
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
        data = queries.copy_file(unit, certificate_id, ordinal)
    name = f"{line.number}-copy-{ordinal}.pdf"
    return send_file(io.BytesIO(data), mimetype=queries.PDF, download_name=name)
