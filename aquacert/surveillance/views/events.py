"""Events at the desk: the list, one event with its ladder, sketch and zones, and the officer's acts."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.http.gates import allowed, look, work
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.reference import queries as reference
from aquacert.surveillance import commands, queries
from aquacert.surveillance.forms import VerdictForm, ZoneForm
from aquacert.surveillance.models import Event
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.queries.events import changes_of, neighbours, reports_of, sees_reasons
from aquacert.surveillance.queries.places import zone_days
from aquacert.surveillance.queries.shapes import extent_now
from aquacert.surveillance.queries.zones import ZoneLine, are_theirs, consequences
from aquacert.surveillance.rules.events import FIELD_WORDS, REALM_WORDS, STATUS_WORDS, Realm, Status
from aquacert.surveillance.rules.shapes import ShapeKind
from aquacert.surveillance.rules.sketch import Sketch, draw
from aquacert.surveillance.rules.zones import SENTENCES, last_day
from aquacert.surveillance.views.blueprint import bp

KEEP = P.ZONE_KEEP
REALMS = {one.value: one for one in Realm}
DEFAULT_DAYS = 40
METRES = 1000
OURS = {"own": "本系统的检测报告", "self": "苗种场自检", "express": "疫情快报"}


@bp.get("/")
@allowed(P.EVENT_READ)
def index() -> ResponseReturnValue:
    """Events, latest first, with how old the data is."""
    q = request.args.get("q", "").strip()
    realm = REALMS.get(request.args.get("realm", ""))
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = unit.pages(queries.events(unit, q, realm), number)
        return page(
            "surveillance/index.html",
            pages=pages,
            lines=queries.event_lines(unit, pages.items),
            counts=queries.counts_by_realm(unit),
            realm=realm,
            realms=REALM_WORDS,
            statuses=STATUS_WORDS,
            why=SENTENCES,
            age=queries.feed_age(unit),
            q=q,
        )


@bp.get("/<uuid:event_id>")
@allowed(P.EVENT_READ)
def show(event_id: UUID) -> ResponseReturnValue:
    """One event."""
    return _show_page(event_id)


@bp.post("/<uuid:event_id>/verdict/<any(confirm,deny):act>")
@allowed(KEEP)
def judge(event_id: UUID, act: str) -> ResponseReturnValue:
    """Confirm or deny an event."""
    form = VerdictForm()
    command = commands.confirm_event if act == "confirm" else commands.deny_event
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            command(w, event_id, form.reason.data or "")
            w.reply = url_for(".show", event_id=event_id)
        if not form.wrong:
            flash(_("已记入结论。"), "ok")
            return redirect(url_for(".show", event_id=event_id))
    return _show_page(event_id, verdict=form)


@bp.post("/<uuid:event_id>/zones")
@allowed(KEEP)
def open_zone(event_id: UUID) -> ResponseReturnValue:
    """Open a zone."""
    form = ZoneForm()
    with look() as unit:
        _offer(unit, form, queries.event(unit, event_id))
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            commands.open_zone(w, event_id, **form.asked())
            w.reply = url_for(".show", event_id=event_id)
        if not form.wrong:
            flash(_("管控区已生效，申报和出证会即时看到。"), "ok")
            return redirect(url_for(".show", event_id=event_id))
    return _show_page(event_id, zone_form=form)


def _show_page(
    event_id: UUID, *, verdict: VerdictForm | None = None, zone_form: ZoneForm | None = None
) -> ResponseReturnValue:
    status = max((form.status for form in (verdict, zone_form) if form), default=200)
    with look() as unit:
        row = queries.event(unit, event_id)
        [line] = queries.event_lines(unit, [row])
        lines = queries.zones_of(unit, event_id)
        keeps = unit.actor.may(KEEP) and row.disease_code is not None
        is_theirs = row.division_code is None or are_theirs(unit, {row.division_code})
        if zone_form is None:
            zone_form = _fresh_zone_form(unit, row)
        html = page(
            "surveillance/show.html",
            row=row,
            source=_source(row),
            line=line,
            zones=lines,
            consequences=consequences(unit, lines),
            steps=_ladder(row, lines),
            sketch=_sketch(unit, row, lines),
            changes=changes_of(unit, event_id),
            grounds=sees_reasons(unit),
            reports=reports_of(unit, event_id),
            verdict=verdict or VerdictForm(formdata=None),
            zone_form=zone_form,
            keeps=keeps and is_theirs,
            is_elsewhere=keeps and not is_theirs,
            statuses=STATUS_WORDS,
            realms=REALM_WORDS,
            fields=FIELD_WORDS,
            why=SENTENCES,
            days=zone_days(unit),
        )
    return html, status


def _source(row: Event) -> str:
    """Return what people call the feed of an event; a mapped feed is called as its mapping is."""
    known = FORMATS.get(row.source)
    return _(OURS[row.source]) if row.source in OURS else _(known.title) if known else row.source


def _fresh_zone_form(unit: Look, row: Event) -> ZoneForm:
    days = zone_days(unit) or DEFAULT_DAYS
    form = ZoneForm(
        formdata=None,
        data={
            "division_codes": [row.division_code] if row.division_code else [],
            "from_on": unit.today,
            "until_on": last_day(unit.today, days),
        },
    )
    _offer(unit, form, row)
    return form


def _offer(unit: Look, form: ZoneForm, row: Event) -> None:
    """Offer the officer's own divisions: counties of the event's prefecture, else all of theirs."""
    scope = unit.actor.scope
    province = f"{unit.settings.province}0000"
    codes = reference.descendants(unit, province) if scope.everything else scope.divisions
    if row.division_code:
        parent = reference.division(unit, row.division_code).parent_code
        nearby = reference.descendants(unit, parent) if parent else frozenset()
        codes = (codes & nearby) or codes
    rows = [reference.division(unit, code) for code in sorted(codes)]
    form.division_codes.choices = [
        SelectChoice(one.code, f"{one.name_zh} {one.code}")
        for one in rows
        if one.until_on is None or one.until_on >= unit.today
    ]


def _ladder(row: Event, lines: list[ZoneLine]) -> list[tuple[str, str, str]]:
    """Return the stones: reported, suspected, confirmed, controlled, lifted."""
    state = Status(row.verdict or row.status)
    acts = any(line.acts for line in lines)
    lifted = bool(lines) and not acts
    day = row.reported_on.isoformat() if row.reported_on else ""
    stones = [(_("收到报告"), "done", day)]
    if state is Status.DENIED:
        return [*stones, (_("疑似"), "done", ""), (_("已排除"), "here", "")]
    confirmed = row.is_confirmed
    stones.append((_("疑似"), "done" if confirmed else "here", ""))
    by = _("监测员") if row.verdict else _("来源")
    stones.append((_("确认"), _stone(done=acts or lifted, here=confirmed), by if confirmed else ""))
    stones.append((_("管控"), _stone(done=lifted, here=acts), ""))
    stones.append((_("解除"), "here" if lifted else "todo", ""))
    return stones


def _stone(*, done: bool, here: bool) -> str:
    return "done" if done else "here" if here else "todo"


def _sketch(unit: Look, row: Event, lines: list[ZoneLine]) -> Sketch | None:
    if row.latitude is None or row.longitude is None:
        return None
    acting = [line.zone for line in lines if line.acts]
    radii = [zone.radius_m / METRES for zone in acting if zone.radius_m]
    radii += [
        shape.metres / METRES
        for zone in acting
        for shape in extent_now(unit, zone).shapes
        if shape.kind is ShapeKind.CIRCLE and shape.metres
    ]
    return draw(row.latitude, row.longitude, radii, neighbours(unit, row))
