"""The ladder: areas and farms for officials, a farm's own in plain words on its phone."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.accounts import queries as accounts
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.reference import queries as reference
from aquacert.surveillance.commands.ladder import find_on_farm
from aquacert.surveillance.forms.reporting import FindingForm
from aquacert.surveillance.queries.ladder import (
    area_ladders,
    farm_ladder,
    farm_ladders,
    terms_on,
)
from aquacert.surveillance.rules.ladder import (
    KIND_WORDS,
    RUNG_WORDS,
    SENTENCES,
    Finding,
    Lack,
    Rung,
    lack_for,
)
from aquacert.surveillance.views.blueprint import bp

RUNG_KINDS = {
    Rung.NONE: "plain",
    Rung.SUSPECTED: "wait",
    Rung.CONFIRMED: "no",
    Rung.RESOLVED: "ok",
    Rung.DENIED: "ok",
}
STONES = (Rung.SUSPECTED, Rung.CONFIRMED, Rung.RESOLVED)


@bp.get("/ladder")
@allowed(P.OBSERVATION_READ)
def ladder() -> ResponseReturnValue:
    """Counties and diseases of this person's place, the gravest first, with their farms."""
    with look() as unit:
        lines = area_ladders(unit)
        farms = {one.organisation_id for line in lines for one in line.farms}
        return page(
            "surveillance/ladder.html",
            lines=lines,
            names={key: row.name_zh for key, row in accounts.bodies(unit, farms).items()},
            rungs=RUNG_WORDS,
            kinds=RUNG_KINDS,
        )


@bp.get("/ladder/mine")
@allowed(P.LADDER_OWN)
def ladder_mine() -> ResponseReturnValue:
    """A farm's own ladders, in plain words."""
    with look() as unit:
        own = unit.actor.scope.organisation_ids
        return page(
            "surveillance/ladder_mine.html",
            lines=farm_ladders(unit, own) if own else [],
            rungs=RUNG_WORDS,
            words=KIND_WORDS,
            kinds=RUNG_KINDS,
        )


@bp.get("/ladder/<uuid:organisation_id>/<disease_code>")
@allowed(P.OBSERVATION_READ)
def ladder_farm(organisation_id: UUID, disease_code: str) -> ResponseReturnValue:
    """One farm and disease: every rung with its evidence, and what an officer may find now."""
    return _show(organisation_id, disease_code, FindingForm(formdata=None))


@bp.post("/ladder/<uuid:organisation_id>/<disease_code>")
@allowed(P.ZONE_KEEP)
def ladder_find(organisation_id: UUID, disease_code: str) -> ResponseReturnValue:
    """Confirm, deny or resolve, on the evidence that is there."""
    form = FindingForm()
    if form.validate():
        with form.keeping(), work(once=form.key()) as w:
            find_on_farm(
                w, organisation_id, disease_code, Finding(form.finding.data), form.basis.data or ""
            )
            w.reply = url_for(
                ".ladder_farm", organisation_id=organisation_id, disease_code=disease_code
            )
        if not form.wrong:
            flash(_("认定已记入，事件和管控区同时更新。"), "ok")
            return redirect(w.reply)
    return _show(organisation_id, disease_code, form)


def _show(organisation_id: UUID, disease_code: str, form: FindingForm) -> ResponseReturnValue:
    with look() as unit:
        farm = farm_ladder(unit, organisation_id, disease_code)
        terms = terms_on(unit, unit.today)
        lacks = {one: lack_for(one, farm.evidence, unit.today, terms) for one in Finding}
        open_ones = {one.value for one, lack in lacks.items() if lack is None}
        form.finding.choices = [
            choice for choice in form.finding.choices or () if choice.value in open_ones
        ]
        html = page(
            "surveillance/ladder_farm.html",
            farm=farm,
            name=accounts.organisation(unit, organisation_id).name_zh,
            county=reference.full_name(unit, farm.division_code),
            stones=_stones(farm.ladder.rung),
            terms=terms,
            why=_why(lacks[Finding.RESOLVE]),
            rungs=RUNG_WORDS,
            words=KIND_WORDS,
            kinds=RUNG_KINDS,
            keeps=unit.actor.may(P.ZONE_KEEP) and bool(open_ones),
            form=form,
        )
    return html, form.status


def _stones(rung: Rung) -> list[tuple[str, str]]:
    if rung is Rung.DENIED:
        return [(_(RUNG_WORDS[Rung.SUSPECTED]), "done"), (_(RUNG_WORDS[Rung.DENIED]), "here")]
    place = STONES.index(rung) if rung in STONES else -1
    return [
        (_(RUNG_WORDS[one]), "done" if n < place else "here" if n == place else "todo")
        for n, one in enumerate(STONES)
    ]


def _why(lack: Lack | None) -> str:
    return "" if lack is None else SENTENCES[lack]
