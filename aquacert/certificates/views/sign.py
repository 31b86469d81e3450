"""Doors of the vet: loads that are ready, and the page "能不能签" with its one button."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts.commands import grant_step_up
from aquacert.certificates.forms import SignForm
from aquacert.certificates.issuing import queries
from aquacert.certificates.issuing.commands import issue
from aquacert.certificates.queries import certificate
from aquacert.certificates.rules.confirmation import confirmed_digest
from aquacert.certificates.rules.kinds import TITLES
from aquacert.certificates.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotReady, TooMany
from aquacert.kernel.permissions import P


@bp.get("/ready")
@allowed(P.CERTIFICATE_ISSUE)
def ready() -> ResponseReturnValue:
    """Loads that wait for a certificate, the first departure first."""
    number = request.args.get("page", 1, type=int)
    everybody = request.args.get("all") == "1"
    with look() as unit:
        pages = queries.waiting_lines(unit, number, mine=not everybody)
        return page("certificates/ready.html", pages=pages, everybody=everybody)


@bp.get("/loads/<uuid:load_id>")
@allowed(P.CERTIFICATE_ISSUE)
def sign(load_id: UUID) -> ResponseReturnValue:
    """Whether this load can be signed, every reason why not, and what would be signed."""
    return _sign_page(load_id, SignForm(formdata=None))


def replacement_page(load_id: UUID, replaces_id: UUID, because: str) -> ResponseReturnValue:
    """Return the sign page of a replacement; what it ends and why travel in the page's form."""
    form = SignForm(formdata=None)
    form.replaces.data, form.because.data = str(replaces_id), because
    return _sign_page(load_id, form)


@bp.post("/loads/<uuid:load_id>")
@allowed(P.CERTIFICATE_ISSUE)
def sign_and_seal(load_id: UUID) -> ResponseReturnValue:
    """Confirm with the second factor and issue; a double click gets the same certificate."""
    form = SignForm()
    if not form.validate() and not _under_way(load_id, form):
        return _sign_page(load_id, form)
    status = 422
    try:
        if not _under_way(load_id, form):
            with form.catching(), work() as w:
                grant_step_up(w, **form.given(), digest=_confirmed(form))
        # The second of two clicks may find its code used up by the first: then the first is at
        # work, and both get its certificate.
        if not form.wrong or _under_way(load_id, form):
            issued = issue(
                house().database,
                current_actor(),
                load_id,
                house().keys,
                form.digest.data or "",
                replaces_id=_replaced(form),
                because=form.because.data or "",
            )
            return redirect(url_for(".show", certificate_id=issued))
    except (Conflict, Invalid, NotAllowed, NotReady, TooMany) as error:
        form.form_errors.append(error.sentence)
        status = error.status
    html, _code = _sign_page(load_id, form)
    return html, status


def _replaced(form: SignForm) -> UUID | None:
    """Return which certificate this one replaces, if it replaces one."""
    try:
        return UUID(form.replaces.data) if form.replaces.data else None
    except ValueError:
        return None


def _confirmed(form: SignForm) -> str:
    """Return what the second factor is for: the content and, with a replacement, what it ends."""
    return confirmed_digest(form.digest.data or "", _replaced(form), form.because.data or "")


def _under_way(load_id: UUID, form: SignForm) -> bool:
    """Say whether a certificate answers this already, or another window is issuing it."""
    with look() as unit:
        live = queries.live_certificate(unit, load_id)
        return (live is not None and live != _replaced(form)) or queries.in_flight(unit, load_id)


def _sign_page(load_id: UUID, form: SignForm) -> tuple[str, int]:
    with look() as unit:
        old = _replaced(form)
        replaced = certificate(unit, old) if old else None
        found = queries.readiness(unit, load_id, replaces_id=old)
        # What is confirmed is what this page shows: the digest is always that of this moment.
        form.digest.data = found.digest
        form.code.data = ""
        html = page(
            "certificates/sign.html",
            ready=found,
            load=found.load,
            draft=found.content.draft,
            title=_(TITLES[found.content.kind]),
            form=form,
            replaced=replaced,
            confirmed=_confirmed(form),
        )
    return html, form.status
