"""Zones with shapes: drawn by rule, adjusted by one or two persons, kept, merged, given out."""

from __future__ import annotations

import io
import json
import re
from datetime import date

import pytest
from sqlalchemy import delete, func, select

from aquacert.accounts.models import InboxMessage
from aquacert.hatcheries.commands.ponds import shape_pond
from aquacert.kernel.errors import Conflict, Invalid, NotAllowed, NotAllowedNow
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance import queries as asking
from aquacert.surveillance import tasks
from aquacert.surveillance.commands import deny_event, import_empresi, open_zone
from aquacert.surveillance.commands.facts import ZoneMoved
from aquacert.surveillance.commands.shapes import (
    Change,
    adjust_zone,
    adopt_shape,
    ask_lift,
    confirm_version,
    refuse_version,
)
from aquacert.surveillance.models import Event, Zone, ZoneCell, ZoneVersion
from aquacert.surveillance.queries.merged import merged
from aquacert.surveillance.queries.neighbours import neighbours
from aquacert.surveillance.queries.outlines import as_bytes, in_force
from aquacert.surveillance.queries.shapes import current_of, extent_now, versions
from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.shapes import Shape, ShapeKind, Tier, circle
from aquacert.surveillance.rules.zones import Place
from tests.make.accounts import signed_in
from tests.make.hatcheries import make_hatchery
from tests.make.surveillance import (
    brought_in,
    event_of,
    feed,
    luhe,
    make_officer,
    make_zone,
    zones_of,
)

LAT, LON = 32.34, 118.84
UNTIL = date(2026, 6, 9)


def at(metres, azimuth=90.0, code="320116"):
    """Return a place so many metres from the event."""
    lat, lon = geo.beyond(LAT, LON, azimuth, metres)
    return Place(code, latitude=lat, longitude=lon)


def asked(db, place):
    """Return (what bars, what asks a negative) at a place for whiteleg shrimp."""
    with db.look(SYSTEM) as look:
        more = {"species_codes": {"PNV"}, "places": [place], "on": look.today}
        barred = asking.blocks(look, **more)
        return [one.sentence for one in barred], asking.tests_wanted(look, **more)


def zone_of(db, key="7001"):
    [line] = [one for one in zones_of(db, event_of(db, key).id) if one.zone.lifted_at is None]
    return line.zone


def change(db, zone, *shapes, until=UNTIL, reason="泄水，流速 0.6 m/s"):
    with db.look(SYSTEM) as look:
        found = current_of(look, zone.id)
        return Change(found.number if found else 0, until, tuple(shapes), reason)


def circles(protection=5_000, surveillance=10_000):
    return [
        circle(Tier.PROTECTION, LAT, LON, protection),
        circle(Tier.SURVEILLANCE, LAT, LON, surveillance),
    ]


@pytest.fixture
def zoned(db):
    """A zone drawn by rule around the event of Luhe, and two officers of Nanjing."""
    _row, first = make_zone(db)
    second = make_officer(db, "320116").actor
    assert first.person_id != second.person_id
    return zone_of(db), first, second


def test_a_confirmed_event_with_coordinates_gets_two_tiers_that_places_ask(db, zoned):
    zone, _first, _second = zoned
    assert (zone.is_shaped, zone.tier, zone.radius_m) == (True, "protection", None)
    barred, wanted = asked(db, at(4_900))
    assert barred == ["六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运"]
    assert wanted == ()
    assert asked(db, at(5_100)) == ([], ("WSD",))
    assert asked(db, at(10_100)) == ([], ())
    assert asked(db, at(4_900, code="320111"))[0]  # over the county's border, by its coordinates
    assert asked(db, Place("320116"))[0] == [
        "六合区 5 月 1 日起因白斑综合征暂停凡纳滨对虾苗种调运（没有登记坐标，先按在区内算）"
    ]
    assert asked(db, Place("320111")) == ([], ())


def test_a_correction_moves_what_the_rule_drew_and_a_denial_lifts_it(db, zoned):
    zone, first, _second = zoned
    brought_in(db, luhe(longitude="118.94", sumCases="301"), name="b.csv")
    assert asked(db, at(4_900, 270)) == ([], ())
    assert asked(db, at(13_000))[0]
    with db.look(SYSTEM) as look:
        assert [one.row.state for one in versions(look, zone.id)] == ["current", "past"]
    with db.work(first) as w:
        deny_event(w, zone.event_id, "第二次复检阴性")
    assert asked(db, at(13_000)) == ([], ())
    with db.look(SYSTEM) as look:
        assert look.session.scalar(select(func.count()).select_from(ZoneCell)) == 0


def test_who_judges_an_event_frees_only_zones_of_their_own_place(db, zoned):
    zone, prefecture, county = zoned
    with db.work(SYSTEM) as w:
        mine = [date(2026, 5, 9), UNTIL, "同一水系"]
        other = open_zone(w, zone.event_id, ["320116", "320111"], *mine)
    with pytest.raises(NotAllowed, match="辖区"), db.work(county) as w:
        deny_event(w, zone.event_id, "复检阴性")
    assert asked(db, Place("320111"))[0]
    with db.work(prefecture) as w:
        deny_event(w, zone.event_id, "复检阴性")
    with db.look(SYSTEM) as look:
        assert look.get(Zone, other).lifted_by_id == prefecture.person_id


def test_a_file_of_elsewhere_frees_no_day_of_a_zone(db, zoned):
    zone, first, _second = zoned
    stranger = make_officer(db, "320500").actor
    later = luhe(reportingDate="06/05/2026", sumCases="301")
    with db.work(stranger) as w:
        import_empresi(w, feed([later]).encode(), "later.csv")
    seen = zone_of(db)
    assert (seen.from_on, seen.until_on) == (zone.from_on, date(2026, 6, 14))
    with db.work(first) as w:
        import_empresi(w, feed([later | {"sumCases": "302"}]).encode(), "own.csv")
    assert zone_of(db).from_on == date(2026, 5, 6)


def test_the_county_beside_a_circle_is_counted_and_told_once(db, zoned, client):
    zone, first, _second = zoned
    drawn = make_hatchery(db, division_code="320111")
    make_hatchery(db, division_code="320111")  # without drawn ponds: nobody knows where it lies
    ring = ((118.84, 32.31), (118.841, 32.31), (118.841, 32.311), (118.84, 32.311))
    with db.work(drawn.owner) as w:
        shape_pond(w, drawn.pond_id, sort="earth", corners=ring)
    beside = make_officer(db, "320111")
    for _news in range(2):
        tasks.zone_changed(db, zone.id)
    with db.look(SYSTEM) as look:
        [found] = neighbours(look, zone, extent_now(look, zone))
        assert (found.code, found.inside, found.unknown) == ("320111", 1, 1)
        told = look.scalars(select(InboxMessage).where(InboxMessage.kind == "zone"))
    assert [one.to_person_id for one in told] == [beside.person_id]
    assert "拦不住" in told[0].body
    square = [[118.83, 32.30], [118.85, 32.30], [118.85, 32.32], [118.83, 32.32], [118.83, 32.30]]
    area = {"type": "Polygon", "coordinates": [square]}
    away = Shape(Tier.PROTECTION, ShapeKind.POLYGON, area, None, "")
    county = make_officer(db, "320116").actor
    with pytest.raises(NotAllowed, match="外地的场"), db.work(county) as w:
        adjust_zone(w, zone.id, change(db, zone, *circles(), away))
    signed_in(client, beside)
    page = client.get(f"/surveillance/zones/{zone.id}").text
    assert "可能跨到的邻县" in page
    assert "1 个场没有画塘口" in page
    with db.work(first) as w:  # the prefecture is above both
        adjust_zone(w, zone.id, change(db, zone, *circles(), away))


def test_a_few_metres_less_take_two_persons_too(db, zoned):
    zone, first, _second = zoned
    with db.work(first) as w:
        assert adjust_zone(w, zone.id, change(db, zone, *circles(4_997))).state == "proposed"


def test_a_proposal_made_on_what_a_correction_changed_since_is_not_agreed_to(db, zoned):
    zone, first, second = zoned
    with db.work(first) as w:
        asked_for = adjust_zone(w, zone.id, change(db, zone, *circles(3_000), reason="流速不大"))
    brought_in(db, luhe(longitude="118.94", sumCases="301"), name="moved.csv")
    with pytest.raises(Conflict, match="又变了"), db.work(second) as w:
        confirm_version(w, asked_for.id, "同意")
    assert asked(db, at(13_000))[0]
    with db.work(second) as w:
        refuse_version(w, asked_for.id, "重新看过再提")


def test_coordinates_that_come_later_draw_the_zone_but_never_one_of_before(db):
    brought_in(db, luhe(latitude="", longitude=""), luhe(Id="8", latitude="", longitude=""))
    assert not zone_of(db).is_shaped
    assert len(asked(db, at(90_000))[0]) == 2
    old = zone_of(db, "8")
    with db.work(SYSTEM) as w:  # as it stood before zones had shapes: a sketch, and no version
        row = w.get_for_change(Zone, old.id)
        row.latitude, row.longitude, row.radius_m = LAT, LON, 5_000
        w.session.execute(delete(ZoneVersion).where(ZoneVersion.zone_id == old.id))
        w.record(ZoneMoved({}), on=row)
    next_day = {"reportingDate": "02/05/2026"}
    brought_in(db, luhe(**next_day), luhe(Id="8", **next_day), name="later.csv")
    assert zone_of(db).is_shaped
    assert not zone_of(db, "8").is_shaped
    with db.look(SYSTEM) as look:
        places = [at(90_000)]
        found = asking.blocks(look, species_codes={"PNV"}, places=places, on=look.today)
        assert {one.zone_id for one in found} == {old.id}


def test_widening_acts_at_once_and_narrowing_waits_for_another_person(db, zoned):
    zone, first, second = zoned
    with db.work(first) as w:
        assert adjust_zone(w, zone.id, change(db, zone, *circles(8_000, 16_000))).state == "current"
    assert asked(db, at(7_900))[0]
    stale = change(db, zone, *circles(9_000))
    with db.work(first) as w:
        row = adjust_zone(w, zone.id, change(db, zone, *circles(3_000), reason="流向核实"))
        assert row.state == "proposed"
    assert asked(db, at(7_900))[0], "what is proposed frees nothing"
    with pytest.raises(NotAllowedNow, match="等第二人确认"), db.work(second) as w:
        adjust_zone(w, zone.id, stale)
    with pytest.raises(NotAllowed, match="提出的人不能自己确认"), db.work(first) as w:
        confirm_version(w, row.id, "我自己看过了")
    with pytest.raises(Invalid), db.work(second) as w:
        confirm_version(w, row.id, "")
    with db.work(second) as w:
        confirm_version(w, row.id, "现场核对无误")
    assert asked(db, at(7_900)) == ([], ("WSD",))
    with pytest.raises(NotAllowedNow), db.work(second) as w:
        confirm_version(w, row.id, "又点了一次")
    with pytest.raises(Conflict), db.work(first) as w:
        adjust_zone(w, zone.id, stale)
    with db.look(SYSTEM) as look:
        kept = versions(look, zone.id)
        radii = [one.extent.of_tier(Tier.PROTECTION)[0].metres for one in kept]
        assert radii == [3_000, 8_000, 5_000]
        assert [one.row.state for one in kept] == ["current", "past", "past"]
    brought_in(db, luhe(longitude="118.94"), name="later.csv")
    assert asked(db, at(2_900))[0], "a file does not undo what an officer drew"


def test_a_shorter_time_and_a_lift_wait_too_and_may_be_taken_back(db, zoned):
    zone, first, second = zoned
    with db.work(first) as w:
        row = adjust_zone(w, zone.id, change(db, zone, *circles(), until=date(2026, 5, 20)))
        assert row.state == "proposed"
        refuse_version(w, row.id, "写错了日期")
    with db.work(first) as w:
        lifting = ask_lift(w, zone.id, "末次阳性后满 40 日")
    assert asked(db, at(1_000))[0]
    stranger = make_officer(db, "320500").actor
    for act in (confirm_version, refuse_version):
        with pytest.raises(NotAllowed), db.work(stranger) as w:
            act(w, lifting.id, "越权")
    with db.work(second) as w:
        confirm_version(w, lifting.id, "两次复检阴性")
    assert asked(db, at(1_000)) == ([], ())
    assert asked(db, Place("320116")) == ([], ())
    with pytest.raises(NotAllowedNow, match="已经解除"), db.work(first) as w:
        ask_lift(w, zone.id, "再解除一次")
    nonsense = change(db, zone, *circles(200_000))
    with pytest.raises(NotAllowedNow), db.work(first) as w:
        adjust_zone(w, zone.id, nonsense)


def test_a_river_reach_and_a_polygon_bar_where_they_lie(db, zoned):
    zone, first, _second = zoned
    line = [[LON, LAT], [LON + 0.3, LAT]]
    river = {"type": "LineString", "coordinates": line}
    reach = Shape(Tier.PROTECTION, ShapeKind.REACH, river, 800, "浅川河")
    with db.work(first) as w:
        adjust_zone(w, zone.id, change(db, zone, *circles(), reach))
    assert asked(db, at(20_000))[0]
    assert asked(db, at(20_000, 80)) == ([], ())
    with pytest.raises(Invalid, match="大于 0"), db.work(first) as w:
        adjust_zone(w, zone.id, change(db, zone, *circles(900_000)))


def test_the_area_a_source_designates_is_adopted_in_one_act(db, zoned):
    zone, first, second = zoned
    with pytest.raises(NotAllowedNow, match="没有给"), db.work(first) as w:
        adopt_shape(w, zone.id, 1, "照来源")
    box = [[LON - 0.2, LAT - 0.2], [LON + 0.2, LAT - 0.2], [LON + 0.2, LAT + 0.2]]
    box += [[LON - 0.2, LAT + 0.2], box[0]]
    with db.work(SYSTEM) as w:
        event = w.get_for_change(Event, zone.event_id)
        event.content = event.content | {"shape": {"type": "Polygon", "coordinates": [box]}}
        w.record(ZoneMoved({}), on=event)
    with db.work(first) as w:
        row = adopt_shape(w, zone.id, 1, "照来源划定")
    if row.state == "proposed":
        with db.work(second) as w:
            confirm_version(w, row.id, "与公报一致")
    assert asked(db, at(15_000))[0]
    with db.look(SYSTEM) as look:
        kinds = [one.kind.value for one in extent_now(look, look.get(Zone, zone.id)).shapes]
    assert sorted(kinds) == ["circle", "polygon"]


def test_overlapping_zones_are_shown_as_one_and_shrink_back_by_themselves(db, zoned):
    zone, first, _second = zoned
    far = luhe(Id="7002", localityName="Pukou District", longitude="118.95")
    brought_in(db, far, name="two.csv")
    with db.look(SYSTEM) as look:
        [group] = merged(look)
        assert set(group.event_ids) == {zone.event_id, event_of(db, "7002").id}
        assert group.outline(Tier.SURVEILLANCE)["type"] == "Polygon"
        whole = in_force(look, together=True)["features"]
        assert [len(one["properties"]["zones"]) for one in whole] == [2, 2]
        before = as_bytes(in_force(look))
        assert before == as_bytes(in_force(look))
    with db.work(first) as w:
        deny_event(w, event_of(db, "7002").id, "复检阴性")
    with db.look(SYSTEM) as look:
        [group] = merged(look)
        assert group.event_ids == (zone.event_id,)
        assert as_bytes(in_force(look)) != before
    assert asked(db, at(4_900))[0]


def test_the_page_shows_the_consequence_before_anything_takes_force(db, client, zoned):
    zone, _first, _second = zoned
    farm = make_hatchery(db, division_code="320116")
    page_of = f"/surveillance/zones/{zone.id}"
    officer = signed_in(client, make_officer(db))
    page = officer.get(page_of)
    assert page.status_code == 200
    for words in ("先看影响，再生效", "没有设置底图", "保护区 5 km", "监视区 10 km", "待办申报"):
        assert words in page.text
    assert "先按在区内算" in page.text, "a farm without coordinates counts as inside, and says so"
    assert farm
    form = {"base": "1", "until_on": "2026-06-09", "tier": "protection", "datum": "wgs84"}
    form |= {"protection_km": "8", "surveillance_km": "16", "river_flow": "downstream"}
    form |= {"area_tier": "protection", "river_m": "500", "reason": "泄水"}
    blind = officer.post(f"{page_of}/adjust", data=form | {"act": "take"})
    assert "只扩大，提交就生效" in blind.text
    assert asked(db, at(7_900))[0] == [], "nobody looked at it, so it did nothing"
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', blind.text)[1]
    sent = officer.post(f"{page_of}/adjust", data=form | {"act": "take", "seen": seen})
    assert sent.status_code == 302, sent.text
    assert asked(db, at(7_900))[0]
    wrong = json.dumps({"type": "Polygon", "coordinates": [[[32, 118], [33, 119], [32, 119]]]})
    swapped = form | {"base": "2", "area_file": (io.BytesIO(wrong.encode()), "a.geojson")}
    assert "写反了" in officer.post(f"{page_of}/adjust", data=swapped).text
    narrower = form | {"base": "2", "protection_km": "2"}
    look = officer.post(f"{page_of}/adjust", data=narrower)
    assert "要第二人确认" in look.text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', look.text)[1]
    officer.post(f"{page_of}/adjust", data=narrower | {"act": "take", "seen": seen})
    waiting = officer.get(page_of).text
    assert "等第二人确认" in waiting
    assert "撤回这项改动" in waiting
    assert officer.get(f"{page_of}?version=1").status_code == 200
    listed = officer.get("/surveillance/zones").text
    assert page_of in listed


def test_geojson_goes_out_with_an_etag_over_both_doors(db, client, zoned):
    zone, _first, _second = zoned
    officer = signed_in(client, make_officer(db))
    for address in (f"/surveillance/zones/{zone.id}.geojson", "/surveillance/zones.geojson"):
        for door in (address, f"/api/v1{address}"):
            found = officer.get(door)
            assert found.mimetype == "application/geo+json"
            told = found.get_json(force=True)
            assert told["coordinate_system"] == "WGS-84"
            assert {one["properties"]["tier"] for one in told["features"]} == {
                "protection",
                "surveillance",
            }
            ring = told["features"][0]["geometry"]["coordinates"][0]
            assert all(118 < lon < 120 and 32 < lat < 33 for lon, lat in ring)
            again = officer.get(door, headers={"If-None-Match": found.headers["ETag"]})
            assert again.status_code == 304
    assert officer.get(f"/surveillance/zones/{zone.id}.geojson?version=9").status_code == 404
