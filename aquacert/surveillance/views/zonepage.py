"""What the page of one zone shows, and how its form becomes an extent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from aquacert.kernel.errors import Invalid
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look
from aquacert.surveillance import queries
from aquacert.surveillance.forms.zones import AdjustForm
from aquacert.surveillance.models.events import Event, Zone
from aquacert.surveillance.parsers.zonedefaults import defaults_of, models_of
from aquacert.surveillance.parsers.zonefile import read_area, read_line
from aquacert.surveillance.queries.events import disease_name
from aquacert.surveillance.queries.farmsat import STATE_WORDS, FarmAt, FarmState, counts, farms_at
from aquacert.surveillance.queries.merged import overlapping
from aquacert.surveillance.queries.neighbours import neighbours
from aquacert.surveillance.queries.previews import Preview, touched
from aquacert.surveillance.queries.shapes import (
    Extent,
    current_of,
    extent,
    extent_now,
    proposed_of,
    shape_from_source,
    versions,
)
from aquacert.surveillance.rules.chart import Chart, chart
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.events import STATUS_WORDS, Status
from aquacert.surveillance.rules.shapes import (
    FLOW_WORDS,
    KIND_WORDS,
    TIER_WORDS,
    Flow,
    Shape,
    ShapeKind,
    Tier,
    circle,
)

KM = 1000
NAMED = 12
"""Farms whose names stand in the picture; more are told by their dots and in the list."""


def whole(
    unit: Look,
    zone: Zone,
    *,
    seen: Preview | None,
    form: AdjustForm | None,
    number: int | None,
) -> dict[str, Any]:
    """Return everything the page shows of a zone, as it is or as it was in version `number`."""
    event = queries.event(unit, zone.event_id)
    [line] = queries.zone_lines(unit, [zone])
    old = [one for one in versions(unit, zone.id) if one.row.number == number]
    shown = old[0].extent if old else extent_now(unit, zone)
    may_farms = unit.actor.may(P.HATCHERY_READ)
    farms = farms_at(unit, zone, shown) if may_farms else []
    asked = asked_extent(unit, zone, form).shapes if seen and form else ()
    waiting = proposed_of(unit, zone.id) if zone.lifted_at is None else None
    proposed = next((one for one in versions(unit, zone.id) if one.row is waiting), None)
    if proposed and not asked:
        asked = proposed.extent.shapes
    return {
        "zone": zone,
        "line": line,
        "event": event,
        "shown": shown,
        "number": old[0].row.number if old else None,
        "farms": farms,
        "may_farms": may_farms,
        "states": STATE_WORDS,
        "counts": counts(farms),
        "picture": _picture(unit, event, shown, asked, farms),
        "steps": ladder(zone, event, acts=line.acts),
        "touched": touched(unit, zone, shown) if line.acts else {},
        "versions": versions(unit, zone.id),
        "proposed": proposed,
        "is_mine": proposed is not None and proposed.row.asked_by_id == unit.actor.person_id,
        "neighbours": neighbours(unit, zone, shown) if may_farms and line.acts else [],
        "overlaps": overlapping(unit, zone) if line.acts else [],
        "from_source": shape_from_source(unit, zone.event_id),
        "defaults": defaults_of(zone.disease_code),
        "models": models_of(zone.disease_code),
        "tiers": TIER_WORDS,
        "kinds": KIND_WORDS,
        "flows": FLOW_WORDS,
        "settings": unit.settings,
        "has_centre": _centre(event, shown) is not None,
    }


def fresh_form(unit: Look, zone: Zone) -> AdjustForm:
    """Return the form as the zone is now."""
    now = extent_now(unit, zone)
    version = current_of(unit, zone.id)
    form = AdjustForm(
        formdata=None,
        data={
            "base": version.number if version else 0,
            "until_on": now.until_on,
            "tier": now.tier,
            "protection_km": _km(now, Tier.PROTECTION),
            "surveillance_km": _km(now, Tier.SURVEILLANCE),
            "keep": [str(part) for part, shape in now.parts if shape.kind is not ShapeKind.CIRCLE],
            "river_m": 500,
        },
    )
    offer(unit, form, zone)
    return form


def offer(unit: Look, form: AdjustForm, zone: Zone) -> None:
    """Offer the polygons and reaches that may be kept."""
    form.keep.choices = [
        SelectChoice(str(part), part_words(shape))
        for part, shape in extent_now(unit, zone).parts
        if shape.kind is not ShapeKind.CIRCLE
    ]


def part_words(shape: Shape) -> str:
    """Return a part in words: 保护区 · 河段 · 浅川河."""
    told = (_(TIER_WORDS[shape.tier]), _(KIND_WORDS[shape.kind]), shape.name)
    return " · ".join(one for one in told if one)


def asked_extent(unit: Look, zone: Zone, form: AdjustForm) -> Extent:
    """Return the zone as the form asks for it; raise `Invalid` naming the field."""
    before = extent_now(unit, zone)
    event = unit.get(Event, zone.event_id)
    datum = Datum(form.datum.data or Datum.WGS84)
    kept = set(form.keep.data or ())
    shapes = _circles(_centre(event, before), form)
    shapes += [shape for part, shape in before.parts if str(part) in kept]
    area = form.drawn()
    if area:
        drawn = read_area(area, datum)
        name = (form.area_name.data or "").strip()
        shapes.append(Shape(Tier(form.area_tier.data), ShapeKind.POLYGON, drawn, None, name))
        form.area.data = area if isinstance(area, str) else area.decode("utf-8-sig")
    if (form.river.data or "").strip():
        shapes.append(_river(form, datum))
    return extent(before.from_on, form.until_on.data, shapes, form.tier.data)


def ladder(zone: Zone, event: Event, *, acts: bool) -> list[tuple[str, str, str]]:
    """Return the stones: found, suspected, confirmed, lifted."""
    status = Status(event.verdict or event.status)
    is_own = event.source == "own"
    days = (event.reported_on, event.observed_on)
    found = next((day for day in (reversed(days) if is_own else days) if day), zone.from_on)
    first = _("实验室阳性") if is_own else _("收到报告")
    stones = [(first, "done", found.isoformat()), (_("疑似"), "done", "")]
    if status is Status.DENIED:
        return [*stones, (_("已排除"), "here", "")]
    by = _("监测员") if event.verdict else _("来源")
    state = "here" if acts else "done" if event.is_confirmed else "todo"
    word = by if event.is_confirmed else _(STATUS_WORDS[status])
    stones.append((_("确认，管控中") if acts else _("确认"), state, word))
    lifted = zone.lifted_at is not None
    return [*stones, (_("解除"), "here" if lifted else "todo", "" if lifted else _("要两人"))]


def _circles(centre: tuple[float, float] | None, form: AdjustForm) -> list[Shape]:
    found = []
    for tier, field in (
        (Tier.PROTECTION, form.protection_km),
        (Tier.SURVEILLANCE, form.surveillance_km),
    ):
        if field.data is not None and centre is None:
            sentence = "这起疫情没有坐标，画不了圆；可以画多边形或河段。"
            raise Invalid(sentence, **{field.name: sentence})
        if field.data is not None and centre is not None:
            found.append(circle(tier, *centre, round(field.data * KM)))
    return found


def _river(form: AdjustForm, datum: Datum) -> Shape:
    return Shape(
        *(Tier(form.area_tier.data), ShapeKind.REACH),
        geometry=read_line(form.river.data or "", datum, field="river"),
        metres=form.river_m.data or 500,
        name=(form.river_name.data or "").strip(),
        flow=Flow(form.river_flow.data),
    )


def _centre(event: Event, now: Extent) -> tuple[float, float] | None:
    """Return (latitude, longitude) that circles are drawn around: the event's, else a circle's."""
    if event.latitude is not None and event.longitude is not None:
        return event.latitude, event.longitude
    for one in now.shapes:
        if one.kind is ShapeKind.CIRCLE:
            lon, lat = one.geometry["coordinates"][:2]
            return lat, lon
    return None


def _km(now: Extent, tier: Tier) -> Decimal | None:
    radii = [one.metres or 0 for one in now.of_tier(tier) if one.kind is ShapeKind.CIRCLE]
    return Decimal(max(radii)) / KM if radii else None


def _picture(
    unit: Look,
    event: Event,
    shown: Extent,
    asked: tuple[Shape, ...],
    farms: list[FarmAt],
) -> Chart | None:
    marks = [
        (farm.latitude, farm.longitude, farm.state.value, farm.name)
        for farm in reversed(farms)
        if farm.latitude is not None and farm.longitude is not None
    ]
    few = sum(kind != FarmState.OUTSIDE.value for _a, _b, kind, _n in marks) <= NAMED
    if not few:
        marks = [(lat, lon, kind, "") for lat, lon, kind, _name in marks]
    if event.latitude is not None and event.longitude is not None:
        marks.append((event.latitude, event.longitude, "event", disease_name(unit, event)))
    if not shown.shapes and not asked and not marks:
        return None
    changed = [one for one in asked if one not in shown.shapes]
    return chart(shown.shapes, marks, changed, unit.settings.tiles_url)
