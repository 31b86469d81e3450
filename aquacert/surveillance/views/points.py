"""Monitoring points at the desk: the list, coverage, registration, one point with its year."""

from __future__ import annotations

import io
from uuid import UUID

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from aquacert.accounts import queries as accounts
from aquacert.accounts.queries.addressees import people_with_role
from aquacert.accounts.rules.roles import Role
from aquacert.hatcheries.models import Hatchery
from aquacert.hatcheries.rules import State as FarmState
from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.reference.documents import Table, workbook
from aquacert.surveillance.commands.points import (
    PointSaid,
    change_point,
    close_point,
    register_point,
)
from aquacert.surveillance.forms.reporting import BecauseForm, ChangePointForm, PointForm
from aquacert.surveillance.models import MonitoringPoint
from aquacert.surveillance.queries.monthly import year_of
from aquacert.surveillance.queries.points import (
    WANTED_PER_COUNTY,
    coverage,
    point,
    point_lines,
    points,
    species_of,
)
from aquacert.surveillance.rules.monthly import STATE_WORDS, curve
from aquacert.surveillance.rules.points import Mode, Site
from aquacert.surveillance.views.blueprint import bp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = (
    *("监测点编号", "名称", "区划代码", "县（市、区）", "详细地点", "种类", "养殖方式", "品种"),
    *("监测面积", "单位", "谁来报", "开始日", "停用日"),
)
MOST = 5_000


@bp.get("/points")
@allowed(P.POINT_READ)
def point_index() -> ResponseReturnValue:
    """Points of this person's place; with ?closed=1 those closed too."""
    words, closed = request.args.get("q", ""), request.args.get("closed") == "1"
    with look() as unit:
        pages = unit.pages(
            points(unit, words, closed=closed), request.args.get("page", 1, type=int)
        )
        return page(
            "surveillance/points.html",
            pages=pages,
            lines=point_lines(unit, pages.items),
            q=words,
            closed=closed,
            short=sum(line.is_short for line in coverage(unit)),
        )


@bp.get("/points/coverage")
@allowed(P.POINT_READ)
def point_coverage() -> ResponseReturnValue:
    """Which counties have too few points, and which farms that need one have none."""
    with look() as unit:
        return page(
            "surveillance/points_coverage.html", lines=coverage(unit), wanted=WANTED_PER_COUNTY
        )


@bp.get("/points.xlsx")
@allowed(P.POINT_READ)
def point_file() -> ResponseReturnValue:
    """The whole list as a workbook."""
    with look() as unit:
        rows = unit.scalars(points(unit, closed=True).limit(MOST))
        cells = [
            (
                line.point.code,
                line.point.name,
                line.point.division_code,
                line.county,
                line.point.place,
                line.site,
                line.mode,
                "、".join(line.species),
                line.area,
                line.unit,
                line.reporter or "养殖场",
                line.point.from_on.isoformat(),
                line.point.closed_on.isoformat() if line.point.closed_on else "",
            )
            for line in point_lines(unit, rows)
        ]
        name = f"{_('监测点')} {unit.today:%Y-%m-%d}.xlsx"
    data = workbook(Table("监测点", HEADS, cells))
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.route("/points/new", methods=["GET", "POST"])
@allowed(P.POINT_KEEP)
def point_new() -> ResponseReturnValue:
    """Put a point on record."""
    form = PointForm()
    with look() as unit:
        _offer(unit, form)
        if not form.is_submitted():
            form.from_on.data = unit.today
            form.organisation_id.data = request.args.get("farm", "")
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            made = register_point(w, _said(form))
            w.reply = url_for(".point_show", point_id=made)
        if not form.wrong:
            flash(_("监测点已备案。"), "ok")
            return redirect(w.reply)
    return page("surveillance/point_new.html", form=form), form.status


@bp.get("/points/<uuid:point_id>")
@allowed(P.POINT_READ)
def point_show(point_id: UUID) -> ResponseReturnValue:
    """One point: what is on record, its year, changing and closing it."""
    return _show(point_id)


@bp.post("/points/<uuid:point_id>")
@allowed(P.POINT_KEEP)
def point_change(point_id: UUID) -> ResponseReturnValue:
    """Change what is on record of a point."""
    form = ChangePointForm()
    with look() as unit:
        _offer_people(unit, form, point(unit, point_id).division_code)
        form.species.choices = _species(unit)
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            change_point(
                w,
                point_id,
                place=form.place.data or "",
                area=form.area.data or "",
                species=form.species.data or (),
                reporter_id=_id(form.reporter_id.data),
            )
            w.reply = url_for(".point_show", point_id=point_id)
        if not form.wrong:
            flash(_("已变更。"), "ok")
            return redirect(w.reply)
    return _show(point_id, change=form)


@bp.post("/points/<uuid:point_id>/close")
@allowed(P.POINT_KEEP)
def point_close(point_id: UUID) -> ResponseReturnValue:
    """Close a point."""
    form = BecauseForm().apart("close")
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            close_point(w, point_id, form.because.data or "")
            w.reply = url_for(".point_show", point_id=point_id)
        if not form.wrong:
            flash(_("监测点已停用，编号不再使用。"), "ok")
            return redirect(w.reply)
    return _show(point_id, close=form)


def _show(
    point_id: UUID, *, change: ChangePointForm | None = None, close: BecauseForm | None = None
) -> ResponseReturnValue:
    status = max((form.status for form in (change, close) if form), default=200)
    with look() as unit:
        row = point(unit, point_id)
        [line] = point_lines(unit, [row])
        year = request.args.get("year", unit.today.year, type=int)
        months = year_of(unit, row, min(max(year, 2000), 2100))
        html = page(
            "surveillance/point_show.html",
            row=row,
            line=line,
            farm=accounts.organisation(unit, row.organisation_id).name_zh,
            year=year,
            months=months,
            names=disease_names(unit, [code for one in months for code in one.diseases]),
            curve=curve({one.month_on.month: one.deaths for one in months if one.report}),
            states=STATE_WORDS,
            change=change or _change(unit, row),
            close=close or BecauseForm(formdata=None).apart("close"),
        )
    return html, status


def disease_names(unit: Look, codes: list[str]) -> dict[str, str]:
    """Return the names of diseases by code; "" is an unknown cause."""
    return {code: reference.disease(unit, code).name_zh if code else "病因不明" for code in codes}


def _change(unit: Look, row: MonitoringPoint) -> ChangePointForm:
    [line] = point_lines(unit, [row])
    form = ChangePointForm(
        formdata=None,
        data={
            "place": row.place,
            "area": line.area,
            "species": list(species_of(unit, row.id)),
            "reporter_id": str(row.reporter_id or ""),
        },
    )
    form.species.choices = _species(unit)
    _offer_people(unit, form, row.division_code)
    return form


def _said(form: PointForm) -> PointSaid:
    return PointSaid(
        division_code=form.division_code.data or "",
        place=form.place.data or "",
        name=form.name.data or "",
        site=Site(form.site.data),
        mode=Mode(form.mode.data),
        area=form.area.data or "",
        species=tuple(form.species.data or ()),
        from_on=form.from_on.data,
        organisation_id=_id(form.organisation_id.data),
        reporter_id=_id(form.reporter_id.data),
    )


def _offer(unit: Look, form: PointForm) -> None:
    farms = unit.scalars(
        select(Hatchery)
        .where(unit.visible(Hatchery), Hatchery.state == FarmState.APPROVED.value)
        .order_by(Hatchery.division_code, Hatchery.name)
        .limit(MOST)
    )
    form.organisation_id.choices = [
        SelectChoice("", _("不在系统里的场或天然水域，由本单位报")),
        *(SelectChoice(str(farm.organisation_id), f"{farm.name} · {farm.place}") for farm in farms),
    ]
    scope = unit.actor.scope
    province = f"{unit.settings.province}0000"
    codes = reference.descendants(unit, province) if scope.everything else scope.divisions
    rows = [reference.division(unit, code) for code in sorted(codes)]
    form.division_code.choices = [
        SelectChoice(one.code, f"{one.name_zh} {one.code}")
        for one in rows
        if one.level == "county" and (one.until_on is None or one.until_on >= unit.today)
    ]
    form.species.choices = _species(unit)
    _offer_people(unit, form, *codes)


def _offer_people(unit: Look, form: PointForm | ChangePointForm, *codes: str) -> None:
    """Offer the station assistants and surveillance officers of these divisions."""
    roles = (Role.STATION_ASSISTANT, Role.SURVEILLANCE_OFFICER)
    people = {one for role in roles for one in people_with_role(unit, role, codes)}
    form.reporter_id.choices = [
        SelectChoice("", _("养殖场自己报")),
        *(SelectChoice(str(one), accounts.person_label(unit, one)) for one in sorted(people)),
    ]


def _species(unit: Look) -> list[SelectChoice]:
    rows = unit.scalars(reference.all_species(unit))
    return [SelectChoice(row.code, _(row.name_zh)) for row in rows]


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
