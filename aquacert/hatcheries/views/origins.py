"""Purchases whose certificate is not settled, for officials: look at the paper, accept or refuse."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands.stock import judge_origin
from aquacert.hatcheries.forms import ActForm, RefuseOriginForm
from aquacert.hatcheries.queries.origins import origin_in_scope, origin_lines
from aquacert.hatcheries.rules import STANDING_WORDS
from aquacert.hatcheries.rules.origins import AGAINST_RECORD
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P


@bp.get("/origins")
@allowed(P.HATCHERY_APPROVE)
def origins() -> ResponseReturnValue:
    """Every purchase that waits for an official's eye."""
    return _page(RefuseOriginForm(formdata=None))


@bp.get("/origins/<uuid:origin_id>/photo")
@allowed(P.HATCHERY_READ)
def origin_photo(origin_id: UUID) -> ResponseReturnValue:
    """The photograph of a purchase's certificate."""
    with look() as unit:
        files = unit.files_of(origin_in_scope(unit, origin_id))
        if not files:
            raise NotFound
        data = unit.read_file(files[-1])
    return Response(data, mimetype=files[-1].media_type)


@bp.post("/origins/<uuid:origin_id>/accept")
@allowed(P.HATCHERY_APPROVE)
def accept_origin(origin_id: UUID) -> ResponseReturnValue:
    """Accept a purchase's certificate."""
    form = RefuseOriginForm()
    with form.catching(), work(once=form.key()) as w:
        judge_origin(w, origin_id, accept=True, because=form.because.data or "")
        w.reply = url_for(".origins")
    if form.wrong:
        return _page(form, origin_id, accepting=True), 422
    flash(_("已认可"))
    return redirect(url_for(".origins"))


@bp.post("/origins/<uuid:origin_id>/refuse")
@allowed(P.HATCHERY_APPROVE)
def refuse_origin(origin_id: UUID) -> ResponseReturnValue:
    """Refuse a purchase's certificate, with the reason."""
    form = RefuseOriginForm()
    with form.catching(), work(once=form.key()) as w:
        judge_origin(w, origin_id, accept=False, because=form.because.data or "")
        w.reply = url_for(".origins")
    if form.wrong:
        return _page(form, origin_id), 422
    flash(_("已记为不认可，原因已留存"))
    return redirect(url_for(".origins"))


def _page(form: RefuseOriginForm, wrong_id: UUID | None = None, *, accepting: bool = False) -> str:
    with look() as unit:
        return page(
            "hatcheries/stock_origins.html",
            pages=origin_lines(unit, request.args.get("page", 1, type=int)),
            words=STANDING_WORDS,
            form=form,
            fresh=RefuseOriginForm(formdata=None),
            wrong_id=wrong_id,
            accepting=accepting,
            against={one.value for one in AGAINST_RECORD},
            act=ActForm(formdata=None),
        )
