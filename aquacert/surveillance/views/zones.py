"""Zones at the desk: the list, one zone with its picture, its adjustment and its versions."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from aquacert.http.gates import allowed, look, work
from aquacert.http.headers import CSP
from aquacert.http.pages import page
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance import queries
from aquacert.surveillance.commands.shapes import (
    Change,
    adjust_zone,
    adopt_shape,
    ask_lift,
    confirm_version,
    refuse_version,
)
from aquacert.surveillance.forms import LiftForm
from aquacert.surveillance.forms.zones import AdjustForm, DecideForm
from aquacert.surveillance.models.zones import VersionState, ZoneVersion
from aquacert.surveillance.queries.merged import merged
from aquacert.surveillance.queries.outlines import as_bytes, in_force, of_zone
from aquacert.surveillance.queries.outlines import zone as zone_of
from aquacert.surveillance.queries.previews import Preview, preview
from aquacert.surveillance.queries.shapes import current_of, extent_now
from aquacert.surveillance.queries.zones import are_theirs, division_codes_of, zones
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.shapes import Tier
from aquacert.surveillance.views.blueprint import bp
from aquacert.surveillance.views.zonepage import asked_extent, fresh_form, offer, whole

KEEP = P.ZONE_KEEP
GEOJSON = "application/geo+json"


@bp.get("/zones")
@allowed(P.EVENT_READ)
def zone_index() -> ResponseReturnValue:
    """Zones, newest first; those in force unless ?all=1."""
    everything = request.args.get("all") == "1"
    number = request.args.get("page", 1, type=int)
    with look() as unit:
        pages = unit.pages(zones(unit, in_force_only=not everything), number)
        lines = queries.zone_lines(unit, pages.items)
        groups = [one for one in merged(unit) if len(one.lines) > 1]
        return page(
            "surveillance/zones.html",
            pages=pages,
            lines=lines,
            everything=everything,
            groups=groups,
        )


@bp.get("/zones/<uuid:zone_id>")
@allowed(P.EVENT_READ)
def zone(zone_id: UUID) -> ResponseReturnValue:
    """One zone: where it is, what it holds, how it came to be so. ?version= an old one."""
    return _page(zone_id)


@bp.post("/zones/<uuid:zone_id>/adjust")
@allowed(KEEP)
def adjust(zone_id: UUID) -> ResponseReturnValue:
    """Show what a change would do; the same change sent again takes force, or goes to a second."""
    form = AdjustForm()
    seen: Preview | None = None
    with look() as unit:
        row = zone_of(unit, zone_id)
        offer(unit, form, row)
        if form.validate():
            with form.catching():
                after = asked_extent(unit, row, form)
                seen = preview(unit, row, extent_now(unit, row), after, form.base.data or 0)
    if seen is None or form.wrong:
        return _page(zone_id, form=form)
    sure = request.form.get("act") == "take" and form.seen.data == seen.digest
    if not sure:
        form.seen.data = seen.digest
        return _page(zone_id, form=form, seen=seen)
    change = Change(
        *(form.base.data or 0, after.until_on, after.shapes, form.reason.data or ""),
        tier=Tier(form.tier.data),
        datum=Datum(form.datum.data),
    )
    with form.keeping(), work(once=form.key()) as w:
        made = adjust_zone(w, zone_id, change)
        waits = made.state == VersionState.PROPOSED.value
        w.reply = url_for(".zone", zone_id=zone_id)
    if form.wrong or form.is_refused or form.form_errors:
        return _page(zone_id, form=form, seen=seen)
    flash(_("已提交，等第二人确认；在那以前照旧。") if waits else _("改动已生效。"), "ok")
    return redirect(url_for(".zone", zone_id=zone_id))


@bp.post("/zones/<uuid:zone_id>/adopt")
@allowed(KEEP)
def adopt(zone_id: UUID) -> ResponseReturnValue:
    """Take the area that the source designates."""
    form = LiftForm()
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            base = current_of(w, zone_id)
            made = adopt_shape(w, zone_id, base.number if base else 0, form.reason.data or "")
            waits = made.state == VersionState.PROPOSED.value
            w.reply = url_for(".zone", zone_id=zone_id)
        if not form.wrong:
            flash(_("已提交，等第二人确认；在那以前照旧。") if waits else _("改动已生效。"), "ok")
            return redirect(url_for(".zone", zone_id=zone_id))
    return _page(zone_id, adopting=form)


@bp.post("/zones/versions/<uuid:version_id>/<any(confirm,refuse):act>")
@allowed(KEEP)
def decide(version_id: UUID, act: str) -> ResponseReturnValue:
    """Agree to a proposed change, or leave the zone as it is."""
    form = DecideForm()
    command = confirm_version if act == "confirm" else refuse_version
    with look() as unit:
        zone_id = unit.get(ZoneVersion, version_id).zone_id
    if form.validate():
        with form.catching(), work(once=form.key()) as w:
            command(w, version_id, form.because.data or "")
            w.reply = url_for(".zone", zone_id=zone_id)
        if not form.wrong:
            flash(_("已确认，改动生效。") if act == "confirm" else _("已退回，照旧。"), "ok")
            return redirect(url_for(".zone", zone_id=zone_id))
    return _page(zone_id, deciding=form)


@bp.route("/zones/<uuid:zone_id>/lift", methods=["GET", "POST"])
@allowed(KEEP)
def lift_zone(zone_id: UUID) -> ResponseReturnValue:
    """Propose to lift a zone, with a reason; it stands until a second person agrees."""
    form = LiftForm()
    with look() as unit:
        [line] = queries.zone_lines(unit, [zone_of(unit, zone_id)])
        row = queries.event(unit, line.zone.event_id)
    back = url_for(".zone", zone_id=zone_id)
    if form.validate_on_submit():
        with form.catching(), work(once=form.key()) as w:
            ask_lift(w, zone_id, form.reason.data or "")
            w.reply = back
        if not form.wrong:
            flash(_("已提交解除，等第二人确认；在那以前照旧管控。"), "ok")
            return redirect(back)
    return page("surveillance/lift.html", line=line, row=row, form=form), form.status


@bp.get("/zones/<uuid:zone_id>.geojson")
@allowed(P.EVENT_READ)
def zone_geojson(zone_id: UUID) -> ResponseReturnValue:
    """One zone as GeoJSON; ?version= an old one."""
    with look() as unit:
        found = of_zone(unit, zone_of(unit, zone_id), request.args.get("version", type=int))
    return _file(found, f"zone-{zone_id}.geojson")


@bp.get("/zones.geojson")
@allowed(P.EVENT_READ)
def zones_geojson() -> ResponseReturnValue:
    """Every zone that acts today as GeoJSON; ?together=1: overlapping ones as one."""
    with look() as unit:
        found = in_force(unit, together=request.args.get("together") == "1")
    return _file(found, "zones.geojson")


def _file(found: dict[str, object], name: str) -> ResponseReturnValue:
    data, etag = as_bytes(found)
    response = Response(data, mimetype=GEOJSON)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(etag)
    return response.make_conditional(request)


def _page(
    zone_id: UUID,
    *,
    form: AdjustForm | None = None,
    seen: Preview | None = None,
    adopting: LiftForm | None = None,
    deciding: DecideForm | None = None,
) -> ResponseReturnValue:
    forms = [one for one in (form, adopting, deciding) if one]
    status = max((one.status for one in forms), default=200)
    with look() as unit:
        row = zone_of(unit, zone_id)
        number = request.args.get("version", type=int)
        keeps = unit.actor.may(KEEP)
        is_theirs = are_theirs(unit, division_codes_of(unit, row.id))
        html = page(
            "surveillance/zone.html",
            **whole(unit, row, seen=seen, form=form, number=number),
            form=form or fresh_form(unit, row),
            adopting=adopting or LiftForm(formdata=None).apart("adopt"),
            deciding=deciding or DecideForm(formdata=None).apart("decide"),
            keeps=keeps and is_theirs,
            is_elsewhere=keeps and not is_theirs,
            seen=seen,
        )
        response = make_response(html, status)
        _let_tiles_in(unit, response)
    return response


def _let_tiles_in(unit: Look, response: Response) -> None:
    """Let the browser fetch pictures from the province's map service, and from nowhere else."""
    url = urlsplit(unit.settings.tiles_url)
    if url.netloc:
        host = f"img-src 'self' {url.scheme}://{url.netloc}"
        response.headers["Content-Security-Policy"] = CSP.replace("img-src 'self'", host)
