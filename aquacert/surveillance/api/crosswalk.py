"""JSON doors of the crosswalk and of the risk score: reads."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from aquacert.http.api import answer
from aquacert.http.gates import allowed, look
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.permissions import P
from aquacert.reference import queries as reference
from aquacert.surveillance.api.blueprint import bp
from aquacert.surveillance.queries import crosswalk as queries
from aquacert.surveillance.queries.risk import score
from aquacert.surveillance.rules.crosswalk import Subject
from aquacert.surveillance.rules.risk import Score


@bp.get("/crosswalk")
@allowed(P.EVENT_READ)
def crosswalk() -> ResponseReturnValue:
    """Return the whole crosswalk, every version; ?q= a word or code, ?subject=disease|species."""
    asked = request.args.get("subject")
    if asked is not None and asked not in set(Subject):
        raise Invalid("subject 只能是 disease 或 species。", subject="二者之一")
    with look() as unit:
        rows = queries.whole(
            unit, request.args.get("q", ""), subject=Subject(asked) if asked else None
        )
        return answer({"items": [_row(one) for one in rows]})


@bp.get("/crosswalk/waiting")
@allowed(P.OBSERVATION_READ)
def crosswalk_waiting() -> ResponseReturnValue:
    """Return the names that map to nothing, with how much hangs on them and suggestions."""
    with look() as unit:
        return answer(
            {
                "items": [
                    {
                        "written": one.written,
                        "source": one.source,
                        "events": one.events,
                        "records": one.records,
                        "newest_on": one.newest_on,
                        "proposed": one.proposal is not None,
                        "suggestions": [
                            {"disease_code": s.code, "points": s.points, "name": s.name}
                            for s in one.suggestions
                        ],
                    }
                    for one in queries.waiting_names(unit)
                ]
            }
        )


@bp.get("/risk/<division_code>")
@allowed(P.OBSERVATION_READ)
def risk(division_code: str) -> ResponseReturnValue:
    """Return the risk score of a county, with every part of it."""
    with look() as unit:
        scope = unit.actor.scope
        if not scope.everything and division_code not in scope.divisions:
            raise NotAllowed("这个地方不在您的辖区。")
        reference.division(unit, division_code)
        return answer(score_json(score(unit, division_code=division_code)))


def score_json(found: Score) -> dict[str, Any]:
    """Return a score as JSON."""
    return {
        "points": found.points,
        "level": found.level,
        "parts": [
            {"part": one.part, "count": one.count, "points": one.points, "most": one.most}
            for one in found.parts
        ],
    }


def _row(one: queries.Row) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "system": one.system,
        "written": one.written,
        "realm": one.realm,
        "code": one.code,
        "sureness": one.sureness,
        "version": one.version,
        "state": one.state,
        "since": one.since,
        "note": one.note,
    }
