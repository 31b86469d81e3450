"""Doors of a laboratory's own systems: register, keys and tokens, where to call them, what they sent."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.outbound import check_reachable
from aquacert.kernel.permissions import P
from labs.exchange import queries
from labs.exchange.commands import (
    register_system,
    renew_token,
    replace_key,
    revoke_system,
    set_webhook,
)
from labs.exchange.forms import KeyForm, RevokeForm, SystemForm, WebhookForm
from labs.exchange.rules import KIND_WORDS, MESSAGE_MOVES, SYSTEM_MOVES
from labs.register.forms import EmptyForm, LabForm
from labs.register.queries import laboratory, own_lab, staff_of

bp = Blueprint("labs_exchange", __name__, url_prefix="/labs/systems")


@bp.route("/", methods=["GET", "POST"])
@allowed(P.LAB_SYSTEMS)
def index() -> ResponseReturnValue:
    """The laboratory's systems, and a further one; its token is shown this once."""
    form = SystemForm()
    with look() as unit:
        staff = staff_of(unit, own_lab(unit))
    people = [SelectChoice(str(s.person_id), f"{s.label} {s.name}") for s in staff]
    form.operator_id.choices = people
    form.receiver_id.choices = [SelectChoice("", _("同一个人")), *people]
    made = None
    if form.validate_on_submit():
        with form.trying(), work() as w:
            made = register_system(
                w,
                own_lab(w),
                name=form.name.data or "",
                operator_id=UUID(form.operator_id.data),
                receiver_id=UUID(form.receiver_id.data) if form.receiver_id.data else None,
                public_key=form.public_key.data or "",
            )
    status = 422 if form.is_submitted() and made is None else 200
    with look() as unit:
        lab_row = laboratory(unit, own_lab(unit))
        return page(
            "labs/systems.html",
            form=form,
            token="" if made is None else made.token,
            made=made,
            lab=lab_row,
            rows=unit.scalars(queries.systems(unit)),
            words=SYSTEM_MOVES.words,
        ), status


@bp.get("/<uuid:system_id>")
@allowed(P.LAB_SYSTEMS)
def system(system_id: UUID) -> ResponseReturnValue:
    """One system: how far it has come, what it sent, what it waits for."""
    return _system(system_id)


def _system(
    system_id: UUID, *, wrong: LabForm | None = None, secret: str = "", token: str = ""
) -> ResponseReturnValue:
    forms = {
        "key": KeyForm(formdata=None),
        "webhook": WebhookForm(formdata=None),
        "revoke": RevokeForm(formdata=None),
    }
    names = {KeyForm: "key", WebhookForm: "webhook", RevokeForm: "revoke"}
    if wrong is not None:
        forms[names[type(wrong)]] = wrong
    with look() as unit:
        row = queries.system(unit, system_id)
        number = request.args.get("page", 1, type=int)
        return page(
            "labs/system.html",
            row=row,
            forms=forms,
            empty=EmptyForm(formdata=None),
            secret=secret,
            token=token,
            gaps=queries.gaps(unit, row),
            pages=unit.pages(queries.messages(unit, system_id), number),
            words=SYSTEM_MOVES.words,
            message_words=MESSAGE_MOVES.words,
            kind_words=KIND_WORDS,
        ), (422 if wrong is not None else 200)


@bp.post("/<uuid:system_id>/token")
@allowed(P.LAB_SYSTEMS)
def token(system_id: UUID) -> ResponseReturnValue:
    """End the token and show a new one, this once."""
    EmptyForm().validate()
    with work() as w:
        fresh = renew_token(w, system_id)
    return _system(system_id, token=fresh)


@bp.post("/<uuid:system_id>/key")
@allowed(P.LAB_SYSTEMS)
def key(system_id: UUID) -> ResponseReturnValue:
    """Replace the key."""
    form = KeyForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            replace_key(w, system_id, form.public_key.data or "")
            w.reply = url_for(".system", system_id=system_id)
        if not form.wrong:
            flash(_("已换成新的公钥"))
            return redirect(w.reply)
    return _system(system_id, wrong=form)


@bp.post("/<uuid:system_id>/webhook")
@allowed(P.LAB_SYSTEMS)
def webhook(system_id: UUID) -> ResponseReturnValue:
    """Say where to call the system; the secret is shown this once."""
    form, secret = WebhookForm(), ""
    if form.validate():
        with form.trying():
            _reachable(form.url.data or "")
            with work() as w:
                secret = set_webhook(w, system_id, form.url.data or "")
        if not form.wrong:
            return _system(system_id, secret=secret)
    return _system(system_id, wrong=form)


def _reachable(url: str) -> None:
    """Refuse an address that would never be called, before anything is kept."""
    if not url.strip():
        return
    try:
        check_reachable(url, allow_private=house().settings.allow_private_fetch)
    except Invalid as error:
        raise Invalid(error.sentence, url=error.sentence) from error


@bp.post("/<uuid:system_id>/revoke")
@allowed(P.LAB_SYSTEMS)
def revoke(system_id: UUID) -> ResponseReturnValue:
    """Let the system send no more."""
    form = RevokeForm()
    if form.validate():
        with form.trying(), work(once=form.key()) as w:
            revoke_system(w, system_id, form.because.data or "")
            w.reply = url_for(".system", system_id=system_id)
        if not form.wrong:
            return redirect(w.reply)
    return _system(system_id, wrong=form)
