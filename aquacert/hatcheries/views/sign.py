"""The sign at the gate: its page, its print, and where scanning it leads."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Blueprint, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from aquacert.hatcheries.commands import make_sign
from aquacert.hatcheries.documents.sign import SignFacts, sign_pdf
from aquacert.hatcheries.forms.farms import ActForm
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import hatchery, hatchery_of, own_hatchery, sign_by, sign_of
from aquacert.hatcheries.queries.twins import survivor_of
from aquacert.hatcheries.views.blueprint import bp
from aquacert.http.gates import allowed, current_actor, look, open_to_all, work
from aquacert.http.house import house
from aquacert.http.pages import page
from aquacert.kernel.clock import legal_day
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import full_name
from aquacert.trust.qr import qr_matrix, qr_svg

scanned = Blueprint("farm_sign", __name__)
"""The address on the sign is short: it is no part of the room's own prefix."""


@scanned.get("/f/<secret>")
@open_to_all("a sign is scanned before its owner has signed in; it says nothing of the farm")
def scan_sign(secret: str) -> ResponseReturnValue:
    """Lead the owner to a new declaration and the farm's officials to its record; tell no other."""
    actor = current_actor()
    if not actor.is_known:
        return page("hatcheries/sign_stranger.html", next=f"/f/{secret}", is_known=False)
    with look() as unit:
        sign = sign_by(unit, secret)
        own = hatchery_of(unit, actor.organisation_id)
        whose = survivor_of(unit, sign.hatchery_id) if sign else None
        if sign is not None and own is not None and whose == own.id:
            if sign.ended_at is None:
                return redirect(url_for("declarations.new"))
            return page("hatcheries/sign_dead.html")
        if sign is not None and sign.ended_at is None and actor.may(P.HATCHERY_READ):
            farm = unit.one(select(Hatchery).where(Hatchery.id == whose, unit.visible(Hatchery)))
            if farm is not None:
                return redirect(url_for("hatcheries.show", hatchery_id=farm.id))
    return page("hatcheries/sign_stranger.html", next="", is_known=True)


@bp.get("/own/sign")
@allowed(P.HATCHERY_KEEP)
def own_sign() -> ResponseReturnValue:
    """The own sign: the code, how to print it, how to make it anew."""
    with look() as unit:
        farm = own_hatchery(unit)
        sign = sign_of(unit, farm.id)
    picture = qr_svg(qr_matrix(_address(sign.token)), label=_("申报码")) if sign else ""
    return page("hatcheries/sign.html", farm=farm, sign=sign, picture=picture, act=ActForm())


@bp.post("/own/sign")
@allowed(P.HATCHERY_KEEP)
def new_sign() -> ResponseReturnValue:
    """Make the sign, or make it anew: the old one is dead."""
    form = ActForm()
    with work(once=form.key()) as w:
        make_sign(w, own_hatchery(w).id)
        here = w.reply = url_for(".own_sign")
    flash(_("申报码已做好，打印出来贴在场门口"))
    return redirect(here)


@bp.get("/own/sign.pdf")
@allowed(P.HATCHERY_KEEP)
def own_sign_pdf() -> ResponseReturnValue:
    """The own sign as a page of A4."""
    with look() as unit:
        return _pdf(unit, own_hatchery(unit))


@bp.get("/<uuid:hatchery_id>/sign.pdf")
@allowed(P.HATCHERY_APPROVE)
def sign_file(hatchery_id: UUID) -> ResponseReturnValue:
    """A farm's sign as its county prints it."""
    with look() as unit:
        return _pdf(unit, hatchery(unit, hatchery_id))


def _pdf(unit: Look, farm: Hatchery) -> ResponseReturnValue:
    sign = sign_of(unit, farm.id)
    if sign is None:
        raise NotFound("还没有申报码，请场方先在“我的场”里制作。")
    facts = SignFacts(
        name=farm.name,
        place=full_name(unit, farm.division_code),
        address=_address(sign.token),
        made_on=legal_day(sign.made_at),
        is_demo=unit.settings.is_demo,
    )
    return send_file(
        io.BytesIO(sign_pdf(facts)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{_('申报码')}.pdf",
    )


def _address(token: str) -> str:
    return f"{house().settings.public_url}/f/{token}"
