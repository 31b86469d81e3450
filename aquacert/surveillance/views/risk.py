"""Doors of what people see: risk of counties and farms, a farm's own page, digests, map and curve."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries import queries as hatcheries
from aquacert.http.gates import allowed, look
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance.queries import curve as curves
from aquacert.surveillance.queries import digest as digests_of
from aquacert.surveillance.queries import picture
from aquacert.surveillance.queries.crosswalk import code_names
from aquacert.surveillance.rules.digest import KINDS
from aquacert.surveillance.rules.events import REALM_WORDS, STATUS_WORDS
from aquacert.surveillance.rules.risk import LEVEL_WORDS
from aquacert.surveillance.views.blueprint import bp

WORDS = {"levels": LEVEL_WORDS, "statuses": STATUS_WORDS, "realms": REALM_WORDS}


@bp.get("/risk")
@allowed(P.OBSERVATION_READ)
def risks() -> ResponseReturnValue:
    """The counties of this person's place, the riskiest first."""
    with look() as unit:
        return page("surveillance/risks.html", counties=picture.counties(unit), **WORDS)


@bp.get("/risk/<division_code>")
@allowed(P.OBSERVATION_READ)
def risk(division_code: str) -> ResponseReturnValue:
    """One county: what was found here and around, zones, whether it is watched, the score."""
    with look() as unit:
        scope = unit.actor.scope
        if not scope.everything and division_code not in scope.divisions:
            raise NotFound
        found = picture.county(unit, division_code)
        return page(
            "surveillance/risk.html",
            found=found,
            held=picture.species_held(unit, found.zones),
            farm=None,
            **WORDS,
        )


@bp.get("/risk/farms/<uuid:hatchery_id>")
@allowed(P.OBSERVATION_READ)
def farm_risk(hatchery_id: UUID) -> ResponseReturnValue:
    """One farm, for officials."""
    with look() as unit:
        farm = hatcheries.hatchery(unit, hatchery_id)
        found = picture.farm(unit, farm)
        return page(
            "surveillance/risk.html",
            found=found,
            held=picture.species_held(unit, found.zones),
            farm=farm,
            **WORDS,
        )


@bp.get("/risk/mine")
@allowed(P.EVENT_READ)
def own_risk() -> ResponseReturnValue:
    """A farm's own page, on the phone: what it means for declaring."""
    with look() as unit:
        farm = hatcheries.own_hatchery(unit)
        touched = picture.touched(unit, farm)
        return page(
            "surveillance/risk_mine.html",
            found=picture.farm(unit, farm),
            touched=touched,
            held=picture.species_held(unit, [one.line for one in touched]),
            grown=picture.species_grown(unit, farm),
            farm=farm,
            **WORDS,
        )


@bp.get("/digests")
@allowed(P.OBSERVATION_READ)
def digests() -> ResponseReturnValue:
    """Every digest of this person's place, the newest week first."""
    with look() as unit:
        pages = unit.pages(
            digests_of.digests(unit, request.args.get("division", "")),
            request.args.get("page", 1, type=int),
        )
        return page(
            "surveillance/digests.html",
            pages=pages,
            places={row.division_code: _place(unit, row.division_code) for row in pages.items},
            kinds=KINDS,
        )


@bp.get("/digests/<uuid:digest_id>")
@allowed(P.OBSERVATION_READ)
def digest(digest_id: UUID) -> ResponseReturnValue:
    """One week of one place."""
    with look() as unit:
        row = digests_of.digest(unit, digest_id)
        place = _place(unit, row.division_code)
        return page("surveillance/digest.html", row=row, place=place, kinds=KINDS)


@bp.get("/curve")
@allowed(P.OBSERVATION_READ)
def curve() -> ResponseReturnValue:
    """Events by week and on a chart, by disease, county and period."""
    with look() as unit:
        asked = _asked(unit)
        return page(
            "surveillance/curve.html",
            seen=curves.seen(unit, asked),
            asked=asked,
            spans=curves.WEEKS,
            diseases=code_names(unit),
            places=[(one.code, one.name) for one in picture.counties(unit)],
            **WORDS,
        )


def _asked(unit: Look) -> curves.Asked:
    weeks = request.args.get("weeks", 52, type=int)
    disease = request.args.get("disease", "")
    county = request.args.get("county", "")
    known = {*code_names(unit), curves.UNMAPPED}
    return curves.Asked(
        disease=disease if disease in known else "",
        division_code=county if _exists(unit, county) else "",
        weeks=weeks if weeks in curves.WEEKS else 52,
        abroad=request.args.get("abroad") == "1",
    )


def _exists(unit: Look, code: str) -> bool:
    try:
        reference.division(unit, code)
    except NotFound:
        return False
    return True


def _place(unit: Look, code: str) -> str:
    return str(_(reference.full_name(unit, code)))
