"""The public register of diseases: no sign-in, every version by number or day, for people and machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import house, open_to_all
from aquacert.http.pages import page
from aquacert.kernel.errors import NotFound
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.models import RegisterVersion
from aquacert.surveillance.queries import register as queries
from aquacert.surveillance.rules.register import (
    DESIGNATION_WORDS,
    FIELD_WORDS,
    Change,
    Entry,
    as_content,
    changes,
)

register = Blueprint("register", __name__, url_prefix="/register/diseases")
OPEN = "公开登记册：只有县和病种，没有场名、姓名和坐标"
AGE = 300
"""Seconds a copy may be used without asking again; a kept version never changes."""


@register.get("/")
@open_to_all(OPEN)
def current() -> ResponseReturnValue:
    """The register as it stands."""
    with house().database.look(SYSTEM) as unit:
        row = queries.latest(unit)
        return _answer(_page(row, is_latest=True))


@register.get("/current.json")
@open_to_all(OPEN)
def current_json() -> ResponseReturnValue:
    """The same for machines."""
    with house().database.look(SYSTEM) as unit:
        row = queries.latest(unit)
        return _answer(answer(_json(row)), for_machines=True)


@register.get("/versions")
@open_to_all(OPEN)
def versions() -> ResponseReturnValue:
    """Every version that was published, the newest first."""
    with house().database.look(SYSTEM) as unit:
        pages = unit.pages(queries.versions(unit), request.args.get("page", 1, type=int), 50)
        return page("surveillance/register_versions.html", pages=pages)


@register.get("/versions/<int:number>")
@open_to_all(OPEN)
def version(number: int) -> ResponseReturnValue:
    """One version as it was published, and what it changed."""
    with house().database.look(SYSTEM) as unit:
        row = queries.version(unit, number)
        last = queries.latest(unit)
        changed: tuple[Change, ...] = ()
        if number > 1:  # the first changed nothing: it began
            before = queries.entries_of(queries.version(unit, number - 1))
            changed = changes(before, queries.entries_of(row))
        html = _page(row, is_latest=bool(last and last.number == number), changed=changed)
        return _answer(html)


@register.get("/versions/<int:number>.json")
@open_to_all(OPEN)
def version_json(number: int) -> ResponseReturnValue:
    """One version for machines; ?since= another version's number gives what differs."""
    with house().database.look(SYSTEM) as unit:
        row = queries.version(unit, number)
        since = request.args.get("since", type=int)
        if since is None:
            return _answer(answer(_json(row)), for_machines=True)
        before = queries.entries_of(queries.version(unit, since) if since else None)
        found = changes(before, queries.entries_of(row))
        said = answer(
            {
                "version": number,
                "since": since,
                "changes": [
                    {"number": one.entry.number, "was": one.was, "now": one.now} for one in found
                ],
            }
        )
        return _answer(said, for_machines=True)


@register.get("/on/<day>")
@open_to_all(OPEN)
def on(day: str) -> ResponseReturnValue:
    """The version that stood at the end of a day."""
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise NotFound("日期应该写成 2026-05-09。") from None
    with house().database.look(SYSTEM) as unit:
        number = queries.version_on(unit, asked).number
    return redirect(url_for(".version", number=number))


def _page(
    row: RegisterVersion | None, *, is_latest: bool, changed: Sequence[Change] = ()
) -> Response:
    entries = queries.entries_of(row)
    county, disease = request.args.get("county", ""), request.args.get("disease", "")
    return make_response(
        page(
            "surveillance/register.html",
            row=row,
            is_latest=is_latest,
            changed=changed,
            entries=[one for one in entries if _wanted(one, county, disease)],
            total=len(entries),
            counties=sorted(
                {(one.division_code, one.division, one.division_en) for one in entries}
            ),
            diseases=sorted({(one.disease_code, one.disease, one.disease_en) for one in entries}),
            county=county,
            disease=disease,
            words=DESIGNATION_WORDS,
            fields=FIELD_WORDS,
        )
    )


def _wanted(one: Entry, county: str, disease: str) -> bool:
    return county in {"", one.division_code} and disease in {"", one.disease_code}


def _json(row: RegisterVersion | None) -> dict[str, object]:
    return {
        "version": row.number if row else 0,
        "published_at": row.published_at if row else None,
        "sha256": row.digest if row else None,
        "entries": as_content(queries.entries_of(row)),
    }


def _answer(response: Response, *, for_machines: bool = False) -> Response:
    """Let the answer be asked after by tag: 304 when nothing is new.

    The page differs by language, so only the machines' form may be shared by caches.
    """
    response.add_etag()
    if for_machines:
        response.headers["Cache-Control"] = f"public, max-age={AGE}"
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
