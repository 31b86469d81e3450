"""The door behind 显示: why somebody looks at personal data, kept before it is shown."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands.personal import show_personal as keep_look
from aquacert.accounts.queries import person_here
from aquacert.accounts.rules.sessions import local_path
from aquacert.accounts.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, work
from aquacert.http.personal import MASKS, REASONS, holder, holds, leave_mark
from aquacert.kernel.db import Base
from aquacert.kernel.errors import NotAllowed
from aquacert.kernel.permissions import P
from aquacert.reference.rules.masking import mask_identity, mask_name, mask_party, mask_phone

MASKS.update(name=mask_name, party=mask_party, phone=mask_phone, identity=mask_identity)
holds("person", person_here, P.ACCOUNT_MANAGE, name="姓名", phone="手机号")


@bp.post("/personal/<thing>/<uuid:thing_id>/<name>")
@allowed(P.PERSONAL_SHOW)
def show_personal(thing: str, thing_id: UUID, name: str) -> ResponseReturnValue:
    """Record the look and go back to the page, which shows this one value this one time."""
    found = holder(thing, name)
    if not any(current_actor().may(need) for need in found.needs):
        raise NotAllowed
    back = local_path(request.form.get("back")) or url_for("accounts.home")
    because = request.form.get("because", "")
    if because not in REASONS:
        flash(_("请先选为什么要看，再点“显示”。看了谁的什么、为什么看，都会记下来。"), "warning")
        return redirect(back)
    with work() as w:
        row = found.find(w, thing_id)
        on = row if isinstance(row, Base) else (thing, str(thing_id))
        keep_look(w, on, field=name, because=because)
    leave_mark(thing, thing_id, name)
    return redirect(back)
