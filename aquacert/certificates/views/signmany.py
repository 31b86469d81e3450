"""One page and one confirmation for all loads of a declaration that can be signed."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from aquacert.accounts.commands import grant_step_up
from aquacert.certificates import queries as certificates
from aquacert.certificates.forms import SignManyForm
from aquacert.certificates.issuing import queries
from aquacert.certificates.issuing.commands import digest_of_all, issue_many
from aquacert.certificates.issuing.commands.many import MOST
from aquacert.certificates.issuing.queries import Readiness
from aquacert.certificates.views.blueprint import bp
from aquacert.declarations import queries as declarations
from aquacert.http.gates import allowed, current_actor, house, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotReady, TooMany
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look

NOTHING_WAITS = "这份申报没有等签发的车次：可能已经签完，或不在您的辖区。"


@bp.get("/declarations/<uuid:declaration_id>")
@allowed(P.CERTIFICATE_ISSUE)
def sign_many(declaration_id: UUID) -> ResponseReturnValue:
    """Every load of a declaration that waits: which can be signed, which not and why.

    A single load has its own page, with every reason and the whole text of its certificate. When
    none waits any more the page says what was issued: it is where a signing ends and Back leads.
    """
    with look() as unit:
        waiting = queries.waiting_together(unit, declaration_id)
    if len(waiting) == 1:
        return redirect(url_for(".sign", load_id=waiting[0]))
    return (
        _signed_page(declaration_id)
        if not waiting
        else _page(declaration_id, SignManyForm(formdata=None))
    )


@bp.post("/declarations/<uuid:declaration_id>")
@allowed(P.CERTIFICATE_ISSUE)
def sign_and_seal_many(declaration_id: UUID) -> ResponseReturnValue:
    """Confirm once and issue for every load that was shown as ready.

    The form says which loads, and the digest of each as it was shown: what changed since is refused.
    """
    form = SignManyForm()
    if not form.validate():
        return _page(declaration_id, form)
    status = 422
    try:
        previews = form.previews()
        issued = _issued(declaration_id, previews)
        if len(issued) < len(previews):
            with form.catching(), work() as w:
                digest = digest_of_all([digest for _, digest in previews])
                grant_step_up(w, **form.given(), digest=digest)
        if not form.wrong:
            issue_many(house().database, current_actor(), previews, house().keys)
            return redirect(url_for(".sign_many", declaration_id=declaration_id))
    except (Conflict, Invalid, NotAllowed, NotReady, TooMany) as error:
        form.form_errors.append(error.sentence)
        form.form_errors += [
            one for one in getattr(error, "reasons", ()) if one not in form.form_errors
        ]
        status = error.status
    html, _code = _page(declaration_id, form)
    return html, status


def _issued(declaration_id: UUID, previews: list[tuple[UUID, str]]) -> list[UUID]:
    """Return the loads among these that have their certificate: the first of two clicks."""
    with look() as unit:
        waiting = set(queries.waiting_together(unit, declaration_id))
    return [load_id for load_id, _ in previews if load_id not in waiting]


def _page(declaration_id: UUID, form: SignManyForm) -> tuple[str, int]:
    with look() as unit:
        loads = _readiness(unit, declaration_id)
        ready = [one for one in loads if one.is_ready][:MOST]
        # What is confirmed is what this page shows: the digests are always those of this moment.
        form.loads.data = " ".join(f"{one.load.load_id}={one.digest}" for one in ready)
        form.code.data = ""
        html = page(
            "certificates/sign_many.html",
            loads=loads,
            ready=ready,
            first=loads[0].load,
            form=form,
            confirmed=digest_of_all([one.digest for one in ready]),
        )
    return html, form.status


def _signed_page(declaration_id: UUID) -> ResponseReturnValue:
    with look() as unit:
        paper = declarations.declaration(unit, declaration_id)
        found = certificates.certificates(unit, paper.number or "–", size=MOST)
        if not found.items:
            raise NotFound(NOTHING_WAITS)
        return page("certificates/signed_many.html", paper=paper, lines=found.items[::-1])


def _readiness(unit: Look, declaration_id: UUID) -> list[Readiness]:
    waiting = queries.waiting_together(unit, declaration_id)
    if not waiting:
        raise NotFound(NOTHING_WAITS)
    return [queries.readiness(unit, load_id) for load_id in waiting]
