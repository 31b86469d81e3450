"""The data check: opened and followed at the desk, answered on the farm's phone or at a visit."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.hatcheries.commands import (
    answer_campaign,
    end_campaign,
    open_campaign,
    settle_answer,
)
from aquacert.hatcheries.documents.campaign import XLSX, workbook
from aquacert.hatcheries.forms import ActForm, CampaignForm
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.queries import own_hatchery
from aquacert.hatcheries.queries.campaigns import (
    answer_of,
    campaign,
    campaign_pages,
    cells,
    every_line,
    farm_lines,
    now_on_record,
    progress,
    said_of,
    summed,
)
from aquacert.hatcheries.rules.campaigns import ENTRY_WORDS, WAY_WORDS, Entry, Way, is_open
from aquacert.hatcheries.views.blueprint import bp
from aquacert.hatcheries.views.counts import CountLine, Miscounted, count_lines, read_counts
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference.queries import full_name

FOLLOWS = (P.HATCHERY_APPROVE, P.HATCHERY_MERGE, P.CAMPAIGN_OPEN)
SHOWS = ("missing", "wrong", "all")


@bp.get("/campaigns")
@allowed(*FOLLOWS)
def campaigns() -> ResponseReturnValue:
    """Every data check, with how far the own jurisdiction is."""
    with look() as unit:
        pages = campaign_pages(unit, request.args.get("page", 1, type=int))
        sums = {row.id: summed(progress(unit, row)) for row in pages.items}
        today = unit.today
    return page("hatcheries/campaigns.html", pages=pages, sums=sums, today=today, is_open=is_open)


@bp.route("/campaigns/new", methods=["GET", "POST"])
@allowed(P.CAMPAIGN_OPEN)
def new_campaign() -> ResponseReturnValue:
    """Open a data check for the province."""
    form = CampaignForm()
    if form.validate_on_submit():
        asked = form.asked() | {"questions": (form.questions.data or "").splitlines()}
        asked["about"] = asked["about"] or ""
        with form.catching(), work(once=form.key()) as w:
            campaign_id = open_campaign(w, **asked)
            w.reply = url_for(".show_campaign", campaign_id=campaign_id)
        if not form.wrong:
            flash(_("信息核对已开始，企业会收到消息"))
            return redirect(url_for(".show_campaign", campaign_id=campaign_id))
    return page("hatcheries/new_campaign.html", form=form), form.status


@bp.get("/campaigns/<uuid:campaign_id>")
@allowed(*FOLLOWS)
def show_campaign(campaign_id: UUID) -> ResponseReturnValue:
    """How far each county is, and who is missing."""
    county, show = request.args.get("county", ""), request.args.get("show", "missing")
    show = show if show in SHOWS else "missing"
    with look() as unit:
        row = campaign(unit, campaign_id)
        lines = progress(unit, row)
        county = county if county in {line.division_code for line in lines} else ""
        number = request.args.get("page", 1, type=int)
        farms = farm_lines(unit, row, county, show, number)
        return page(
            "hatcheries/campaign.html",
            row=row,
            lines=lines,
            total=summed(lines),
            farms=farms,
            county=county,
            county_name=full_name(unit, county) if county else "",
            show=show,
            entries=ENTRY_WORDS,
            ways=WAY_WORDS,
            act=ActForm(formdata=None),
            is_open=is_open(row.due_on, row.ended_at, unit.today),
        )


@bp.get("/campaigns/<uuid:campaign_id>/farms.xlsx")
@allowed(*FOLLOWS)
def campaign_book(campaign_id: UUID) -> ResponseReturnValue:
    """Every farm of the own jurisdiction with its answer, as a workbook."""
    county = request.args.get("county", "")
    with look() as unit:
        row = campaign(unit, campaign_id)
        known = {line.division_code: line.division_name for line in progress(unit, row)}
        found = every_line(unit, row, county if county in known else "")
        made = workbook([cells(line, known) for line in found])
    return send_file(
        io.BytesIO(made), mimetype=XLSX, as_attachment=True, download_name="data-check.xlsx"
    )


@bp.post("/campaigns/<uuid:campaign_id>/end")
@allowed(P.CAMPAIGN_OPEN)
def finish_campaign(campaign_id: UUID) -> ResponseReturnValue:
    """End a data check."""
    form, here = ActForm(), url_for(".show_campaign", campaign_id=campaign_id)
    with work(once=form.key()) as w:
        end_campaign(w, campaign_id)
        w.reply = here
    flash(_("信息核对已结束"))
    return redirect(here)


@bp.route("/campaigns/<uuid:campaign_id>/visit/<uuid:hatchery_id>", methods=["GET", "POST"])
@allowed(P.HATCHERY_APPROVE)
def visit_campaign(campaign_id: UUID, hatchery_id: UUID) -> ResponseReturnValue:
    """The county confirms a farm's record on a visit."""
    back = url_for(".show_campaign", campaign_id=campaign_id)
    return _answer(campaign_id, hatchery_id, Way.VISIT, back)


@bp.route("/own/campaigns/<uuid:campaign_id>", methods=["GET", "POST"])
@allowed(P.HATCHERY_KEEP)
def own_campaign(campaign_id: UUID) -> ResponseReturnValue:
    """The farm confirms its record on the phone, or says what is wrong."""
    with look() as unit:
        farm_id = own_hatchery(unit).id
    return _answer(campaign_id, farm_id, Way.PHONE, url_for("declarations.home"))


@bp.post("/campaigns/answers/<uuid:answer_id>/settle")
@allowed(P.HATCHERY_APPROVE)
def settle(answer_id: UUID) -> ResponseReturnValue:
    """Say that what a farm named wrong was put right or looked at."""
    form = ActForm()
    with work(once=form.key()) as w:
        campaign_id = settle_answer(w, answer_id)
        here = w.reply = url_for(".show_campaign", campaign_id=campaign_id, show="wrong")
    flash(_("已处理"))
    return redirect(here)


def _answer(campaign_id: UUID, hatchery_id: UUID, way: Way, back: str) -> ResponseReturnValue:
    form = ActForm()
    wrong: dict[str, str] = {}
    counts: list[CountLine] = []
    if form.validate_on_submit():
        said = {
            key: text for key, text in request.form.items() if key not in {"once", "csrf_token"}
        }
        try:
            with work(once=form.key()) as w:
                counted = (
                    read_counts(w, hatchery_id, request.form) if _asks_stock(w, campaign_id) else {}
                )
                answer_campaign(
                    w, campaign_id, hatchery_id, said=said, way=way.value, counted=counted
                )
                w.reply = back
            flash(_("核对好了，谢谢"))
            return redirect(back)
        except Miscounted as error:
            counts = error.lines
        except Invalid as error:
            wrong = dict(error.fields)
    with look() as unit:
        row = campaign(unit, campaign_id)
        farm = unit.get(Hatchery, hatchery_id)
        answer = answer_of(unit, row.id, farm.id)
        kept = said_of(row, answer)
        typed = dict(request.form) if wrong or counts else {}
        if _asks_stock(unit, campaign_id) and not counts:
            counts = count_lines(unit, farm.id, typed)
        shown = page(
            "hatcheries/answer_campaign.html",
            form=form,
            row=row,
            farm=farm,
            answer=answer,
            kept=kept,
            typed=typed,
            faults=wrong,
            now_is=now_on_record(unit, farm, row),
            counts=counts,
            stock_said=kept.get(ENTRY_WORDS[Entry.STOCK], ""),
            entries=ENTRY_WORDS,
            back=back,
            is_own=way is Way.PHONE,
            own_frame="_parts/phone.html" if way is Way.PHONE else "_parts/desk.html",
        )
    return shown, 422 if typed else 200


def _asks_stock(unit: Look, campaign_id: UUID) -> bool:
    return Entry.STOCK.value in campaign(unit, campaign_id).entries
