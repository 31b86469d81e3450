"""Sign what was previewed, with the second factor; what changed meanwhile is shown and never signed."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from aquacert.accounts.commands import grant_step_up, spend_step_up
from aquacert.http.gates import look, work
from aquacert.kernel.errors import Conflict, NotFound
from aquacert.kernel.work import Work
from labs.bench.models import Result
from labs.review import queries
from labs.review.commands import CHANGED
from labs.review.forms import SignForm
from labs.review.models import Signature
from labs.review.views.shown import rendered


def signed(
    chosen: list[UUID], form: SignForm, act: Callable[[Work, str], None]
) -> ResponseReturnValue | None:
    """Sign what was previewed and go on; the differences (409) when it changed; None when the form is wrong.

    A record that changed is found before the code is used up, and once more under the rows' locks.
    """
    digest = form.digest.data or ""
    if _has_signed(digest):
        return redirect(url_for(".index"))
    if not form.validate():
        return None
    try:
        _hold(chosen, digest)
        with form.trying(), work() as w:
            grant_step_up(w, **form.given(), digest=digest)
        if not form.wrong:
            _act(form, digest, act)
    except Conflict:
        return _changed(chosen, form)
    # The second of two clicks finds the code used up by the first.
    return redirect(url_for(".index")) if not form.wrong or _has_signed(digest) else None


def _act(form: SignForm, digest: str, act: Callable[[Work, str], None]) -> None:
    """Use the grant up and sign. A refusal is shown on the form; `Conflict` goes on to who shows the differences."""
    stale: Conflict | None = None
    with form.trying(), work(once=form.key()) as w:
        try:
            spend_step_up(w, digest)
            act(w, digest)
        except Conflict as error:
            stale = error
            raise
        w.reply = url_for(".index")
    if stale is not None:
        raise stale


def _hold(chosen: list[UUID], digest: str) -> None:
    """Raise `Conflict` unless these results still are what was shown, `NotFound` when one is of no such laboratory."""
    with look() as unit:
        rows = unit.scalars(select(Result).where(Result.id.in_(chosen), unit.visible(Result)))
        if not rows or len(rows) != len(set(chosen)):
            raise NotFound
        if queries.record_of(unit, rows).digest != digest:
            raise Conflict(CHANGED)


def _has_signed(digest: str) -> bool:
    """Tell whether this person signed exactly this record already."""
    with look() as unit:
        mine = select(Signature.id).where(
            Signature.record_hash == digest, Signature.person_id == unit.actor.person_id
        )
        return unit.one(mine) is not None


def _changed(chosen: list[UUID], form: SignForm) -> tuple[str, int]:
    """Show what changed since the page was opened; nothing was signed."""
    with look() as unit:
        diffs = queries.moved_on(unit, chosen, form.since())
        return rendered(unit, "labs/review_changed.html", diffs=diffs, is_stale=True), 409
