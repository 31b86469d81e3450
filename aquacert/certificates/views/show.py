"""Doors of one certificate: list, page, documents, and what may be done to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.rules.roles import TRADE
from aquacert.certificates import commands, queries
from aquacert.certificates.forms import ReasonForm
from aquacert.certificates.rules.kinds import TITLES, Kind
from aquacert.certificates.rules.states import MOVES, STATUS_NAMES, Act, Status
from aquacert.certificates.scans.queries import scans_of
from aquacert.certificates.scans.rules import SOURCE_NAMES
from aquacert.certificates.seals import queries as seals
from aquacert.certificates.views.blueprint import bp
from aquacert.certificates.views.sign import replacement_page
from aquacert.http.gates import allowed, current_actor, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotAllowed, NotAllowedNow, NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Actor
from aquacert.trust.qr import check_code

TYPES = {"pdf": queries.PDF, "docx": queries.DOCX}
ACTS: dict[str, tuple[Act, P, str, str]] = {
    "void": (Act.VOID, P.CERTIFICATE_VOID, "作废这张证书", "作废后不能恢复，证号不再使用。"),
    "suspend": (Act.SUSPEND, P.CERTIFICATE_SUSPEND, "暂停这张证书", "暂停期间货不得启运。"),
    "resume": (Act.RESUME, P.CERTIFICATE_SUSPEND, "恢复这张证书", "恢复后查验页重新显示有效。"),
    "recall": (
        Act.RECALL,
        P.CERTIFICATE_RECALL,
        "召回这张证书",
        "召回后不能恢复。要由暂停之外的另一人办理。",
    ),
}
DO: dict[str, Callable[..., None]] = {
    "void": commands.void,
    "suspend": commands.suspend,
    "resume": commands.resume_certificate,
    "recall": commands.recall,
}


@bp.get("/")
@allowed(P.CERTIFICATE_READ)
def index() -> ResponseReturnValue:
    """Every visible certificate, newest first."""
    words, status = request.args.get("q", ""), request.args.get("status", "")
    status = status if status in set(Status) else ""
    with look() as unit:
        zone_id = request.args.get("zone", type=UUID)
        at = request.args.get("page", 1, type=int)
        pages = queries.certificates(unit, words, status, at, zone_id=zone_id)
        return page(
            "certificates/index.html",
            pages=pages,
            words=words,
            status=status,
            zone=zone_id or "",
            names=STATUS_NAMES,
            counts=queries.counts(unit),
            phone=_on_a_phone(),
        )


@bp.get("/<uuid:certificate_id>")
@allowed(P.CERTIFICATE_READ)
def show(certificate_id: UUID) -> ResponseReturnValue:
    """One certificate: what it says, what it is worth, its documents and its history."""
    return _show_page(certificate_id)


@bp.get("/<uuid:certificate_id>/certificate.<any(pdf,docx):form>")
@allowed(P.CERTIFICATE_READ)
def document(certificate_id: UUID, form: str) -> ResponseReturnValue:
    """The certificate as PDF or .docx, once it is made."""
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
        file = queries.documents_of(unit, certificate_id).get(TYPES[form])
        if file is None:
            raise NotFound(_("文书还在生成，请过几秒刷新。"))
        data = unit.read_file(file)
    name = f"{line.number}.{form}"
    return send_file(io.BytesIO(data), mimetype=TYPES[form], download_name=name)


@bp.route("/<uuid:certificate_id>/<any(void,suspend,resume,recall):act>", methods=["GET", "POST"])
@allowed(P.CERTIFICATE_VOID, P.CERTIFICATE_SUSPEND, P.CERTIFICATE_RECALL)
def change(certificate_id: UUID, act: str) -> ResponseReturnValue:
    """Say why, and do it."""
    _what, needed, title, note = ACTS[act]
    form = ReasonForm()
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
        if not unit.actor.may(needed):
            raise NotAllowed
    if form.validate_on_submit():
        try:
            with form.catching(), work(once=form.key()) as w:
                DO[act](w, certificate_id, form.because.data)
                w.reply = url_for(".show", certificate_id=certificate_id)
            if not form.wrong:
                return redirect(url_for(".show", certificate_id=certificate_id))
        except (NotAllowedNow, NotAllowed) as error:
            form.form_errors.append(error.sentence)
    return (
        page("certificates/change.html", line=line, form=form, title=_(title), note=_(note)),
        form.status,
    )


@bp.route("/<uuid:certificate_id>/replace", methods=["GET", "POST"])
@allowed(P.CERTIFICATE_REPLACE)
def replace(certificate_id: UUID) -> ResponseReturnValue:
    """Say why, then sign the successor."""
    form = ReasonForm()
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
    if form.validate_on_submit():
        return replacement_page(line.load_id, certificate_id, form.because.data or "")
    title, note = _("换证"), _("先写原因，下一步核对新证内容并签发。旧证到新证签发时才失效。")
    return page("certificates/change.html", line=line, form=form, title=title, note=note), (
        form.status
    )


def _show_page(certificate_id: UUID) -> str:
    with look() as unit:
        line = queries.certificate(unit, certificate_id)
        others = {
            name: queries.certificate(unit, other)
            for name, other in (("replaces", line.replaces_id), ("successor", line.successor_id))
            if other is not None
        }
        return page(
            "certificates/show.html",
            line=line,
            record=queries.record_of(unit, certificate_id),
            title=_(TITLES[Kind(line.kind)]),
            files=queries.documents_of(unit, certificate_id),
            types=TYPES,
            address=f"{unit.settings.public_url}/c/{line.public_id}",
            check=check_code(line.public_id),
            acts=_open_acts(unit.actor, line.status),
            history=queries.history(unit, certificate_id),
            scans=None if _on_a_phone() else scans_of(unit, certificate_id),
            source_names={one.value: name for one, name in SOURCE_NAMES.items()},
            level=queries.level_of(unit, certificate_id),
            copies=queries.copies_of(unit, certificate_id),
            others=others,
            has_seal=seals.application_of(unit, certificate_id) is not None,
            phone=_on_a_phone(),
        )


def _on_a_phone() -> bool:
    """Say whether this person works on a phone: hatcheries, dealers and carriers do."""
    return bool(current_actor().roles & {role.value for role in TRADE})


def _open_acts(actor: Actor, status: str) -> list[tuple[str, str]]:
    """Return (act, label) of everything this person may do to it now."""
    now = Status(status)
    return [
        (name, title)
        for name, (act, needed, title, _note) in ACTS.items()
        if actor.may(needed) and MOVES.allows(now, act)
    ]
