"""Doors of the draw: the public board and its files, a declaration's draw, the supervisors' day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.declarations.queries import facts as papers
from aquacert.http.forms import Form
from aquacert.http.gates import allowed, current_actor, house, look, open_to_all, work
from aquacert.http.pages import page
from aquacert.http.personal import refuse_masked
from aquacert.inspections.commands.drawdays import type_lottery
from aquacert.inspections.commands.draws import agree_redraw, ask_redraw, do_duty
from aquacert.inspections.forms.draws import BeaconForm, DutyForm, RedrawForm
from aquacert.inspections.models import DrawDuty, DrawTicket
from aquacert.inspections.queries import draws as queries
from aquacert.inspections.queries.drawing import content_bytes
from aquacert.inspections.rules.draw import FACTOR_WORDS, PURPOSE_WORDS, WHICH_TEST, Beacon
from aquacert.inspections.rules.drawing import (
    DUTY_WORDS,
    OPEN_PAPERS,
    SUPERSEDED_WORDS,
    TICKET_WORDS,
)
from aquacert.inspections.views.blueprint import INSPECT
from aquacert.kernel.errors import NotFound
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference

draws = Blueprint("draws", __name__, url_prefix="/draws")
OPEN = "抽签公示：只有申报号和县，没有货主、场名和姓名"
GUIDE = Path(__file__).parents[3] / "docs" / "recompute-a-draw.md"
SECONDS = 30
"""A screen in the hall asks again this often, without any script; `?still=1` stands still."""
WORDS: dict[str, Any] = {
    "factors": FACTOR_WORDS,
    "purposes": PURPOSE_WORDS,
    "superseded": SUPERSEDED_WORDS,
    "tickets": TICKET_WORDS,
    "duties_words": DUTY_WORDS,
    "which_test": WHICH_TEST,
}


@draws.get("/")
@open_to_all(OPEN)
def board() -> ResponseReturnValue:
    """Today's draws, for a screen in the hall and for everybody."""
    with house().database.look(SYSTEM) as unit:
        html = _board(unit, unit.today)
    answer = make_response(html)
    if "still" not in request.args:
        answer.headers["Refresh"] = str(SECONDS)
    return answer


@draws.get("/<day>")
@open_to_all(OPEN)
def day(day: str) -> ResponseReturnValue:
    """One day's draws."""
    on = _day(day)
    with house().database.look(SYSTEM) as unit:
        if queries.day_of(unit, on) is None:
            raise NotFound
        return _board(unit, on)


@draws.get("/procedure")
@open_to_all(OPEN)
def procedure() -> Response:
    """How anybody draws a day again, with the twenty lines that do it: our own document, as it is."""
    return Response(GUIDE.read_text(encoding="utf-8"), mimetype="text/plain")


@draws.get("/<day>.json")
@open_to_all(OPEN)
def day_file(day: str) -> Response:
    """Everything a stranger needs to draw a day again."""
    with house().database.look(SYSTEM) as unit:
        found = queries.day_document(unit, _day(day))
    return _json(found)


@draws.get("/desk")
@allowed(P.DRAW_READ)
def desk() -> ResponseReturnValue:
    """A day's draws of the actor's place: proposals and who was sent, second looks, the beacon."""
    return _desk_page()


@draws.post("/<day>/beacon")
@allowed(P.DRAW_KEEP)
def beacon(day: str) -> ResponseReturnValue:
    """Type the lottery's result; a second person's makes it count."""
    form, on = BeaconForm(), _day(day)
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                done = type_lottery(w, on, form.issue.data or "", form.numbers.data or "")
                here = w.reply = url_for(".desk", day=on.isoformat())
            flash(_("已录入，等另一个人再录一遍") if done is None else _("信标已定"))
            return redirect(here)
    return _desk_page(form, on), 422


@draws.get("/papers/<uuid:declaration_id>")
@allowed(P.DRAW_READ, P.DECLARATION_DECLARE)
def paper(declaration_id: UUID) -> ResponseReturnValue:
    """What the draw decided for one declaration, and every ticket it ever had."""
    return _paper_page(declaration_id)


@draws.get("/papers/<uuid:declaration_id>/content.json")
@allowed(P.DRAW_READ, P.DECLARATION_DECLARE)
def content(declaration_id: UUID) -> Response:
    """The content and its salt, for the declaration's parties: with them its hash can be made."""
    refuse_masked()
    with look() as unit:
        row = queries.live_ticket(unit, declaration_id)
        declared = papers.declaration(unit, declaration_id)
        if row is None:
            raise NotFound
        return _json(queries.party_document(row, content_bytes(unit, declared)))


@draws.post("/tickets/<uuid:ticket_id>/redraw")
@allowed(P.DRAW_KEEP)
def redraw(ticket_id: UUID) -> ResponseReturnValue:
    """Ask for a redraw."""
    form, paper_id = RedrawForm(), _paper_of(ticket_id)
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                ask_redraw(w, ticket_id, form.because.data or "", form.note.data or "")
                here = w.reply = url_for(".paper", declaration_id=paper_id)
            flash(_("已申请重抽，等另一名人员同意"))
            return redirect(here)
    return _paper_page(paper_id, form), 422


@draws.post("/tickets/<uuid:ticket_id>/agree")
@allowed(P.DRAW_KEEP)
def agree(ticket_id: UUID) -> ResponseReturnValue:
    """Agree to a redraw as the second person."""
    form, paper_id = Form(), _paper_of(ticket_id)
    with work(once=form.key()) as w:
        agree_redraw(w, ticket_id)
        here = w.reply = url_for(".paper", declaration_id=paper_id)
    flash(_("已重抽，原来的签留在公示板上"))
    return redirect(here)


@draws.post("/duties/<uuid:duty_id>")
@allowed(P.DRAW_KEEP, INSPECT)
def duty(duty_id: UUID) -> ResponseReturnValue:
    """Record a second look."""
    form = DutyForm()
    with look() as unit:
        paper_id = unit.get(DrawDuty, duty_id).declaration_id
    if form.validate_on_submit():
        with form.catching():
            with work(once=form.key()) as w:
                do_duty(w, duty_id, agrees=form.agrees.data == "yes", note=form.note.data or "")
                here = w.reply = url_for(".paper", declaration_id=paper_id)
            flash(_("复看复核已记录"))
            return redirect(here)
    return _paper_page(paper_id, form, duty_id), 422


def _board(unit: Look, on: date) -> str:
    found = queries.day_of(unit, on)
    lines = queries.board_lines(unit, found) if found else []
    drawn = [line for line in lines if "results" in line]
    return page(
        "draws/board.html",
        on=on,
        is_today=on == unit.today,
        found=found,
        beacon=_words(found.book["beacon"]) if found else "",
        lines=list(reversed(lines)),
        counts={key: sum(bool(one["results"][key]) for one in drawn) for key in PURPOSE_WORDS},
        drawn=len(drawn),
        days=queries.days(unit),
        before=queries.day_of(unit, on - timedelta(days=1)),
        place=_places(unit),
        disease=lambda code: reference.disease(unit, code).name_zh,
        **WORDS,
    )


def _desk_page(form: Form | None = None, on: date | None = None) -> str:
    with look() as unit:
        on = on or _asked_day(unit.today)
        found = queries.day_of(unit, on)
        lines = queries.desk_lines(unit, on)
        source = found.book["beacon"] if found else ""
        near = unit.today <= on <= unit.today + timedelta(days=1)
        return page(
            "draws/desk.html",
            on=on,
            today=unit.today,
            step=timedelta(days=1),
            found=found,
            lines=lines,
            agreement=queries.agreement(lines),
            waiting=queries.open_duties(unit),
            missing=queries.missing_beacon(unit),
            may_type=source == Beacon.LOTTERY and near and current_actor().may(P.DRAW_KEEP),
            mine=found is not None and found.typed_by_id == unit.actor.person_id,
            beacon_form=form or BeaconForm(formdata=None),
            source=_words(source),
            **WORDS,
        )


def apart(form: DutyForm | None, name: str) -> DutyForm:
    """Return the form with ids of its own: a page may ask for two second looks."""
    form = form or DutyForm(formdata=None)
    for field in form:
        field.id = field.label.field_id = f"{name}-{field.id}"
    return form


def _paper_page(declaration_id: UUID, form: Form | None = None, duty_id: UUID | None = None) -> str:
    with look() as unit:
        declared = papers.declaration(unit, declaration_id)
        rows = queries.tickets_of(unit, declaration_id)
        duties = queries.duties_of(unit, declaration_id)
        actor = current_actor()
        return page(
            "draws/paper.html",
            paper=declared,
            lines=[queries.draw_line(unit, row) for row in rows],
            duties=duties,
            phone=declared.organisation_id == actor.organisation_id,
            may_redraw=actor.may(P.DRAW_KEEP) and declared.state in OPEN_PAPERS,
            redraw_form=form if isinstance(form, RedrawForm) else RedrawForm(formdata=None),
            duty_forms={
                row.id: apart(
                    form if isinstance(form, DutyForm) and row.id == duty_id else None, row.kind
                )
                for row in duties
            },
            act=Form(formdata=None),
            needs={"second-vet": INSPECT, "recheck": P.DRAW_KEEP},
            **WORDS,
        )


def _paper_of(ticket_id: UUID) -> UUID:
    with look() as unit:
        return unit.get(DrawTicket, ticket_id).declaration_id


def _words(source: str) -> str:
    if source == Beacon.DRAND:
        return str(_("drand 公共随机数"))
    return str(_("福利彩票快乐8，前一晚开奖")) if source else ""


def _places(unit: Look) -> Callable[[str], str]:
    return lambda code: reference.full_name(unit, code)


def _json(value: object) -> Response:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return Response(text, mimetype="application/json")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _asked_day(today: date) -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
