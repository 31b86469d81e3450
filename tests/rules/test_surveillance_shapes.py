"""A place in a circle, a polygon, a reach; areas read in, refused in words, joined and compared."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquacert.kernel.errors import Invalid, Misconfigured
from aquacert.kernel.settings import Settings
from aquacert.surveillance.parsers import dissolve, zonefile
from aquacert.surveillance.parsers.zonedefaults import default_shapes, defaults_of, models_of, table
from aquacert.surveillance.rules import geo
from aquacert.surveillance.rules.chart import chart
from aquacert.surveillance.rules.datum import Datum
from aquacert.surveillance.rules.shapes import (
    Flow,
    Shape,
    ShapeKind,
    Tier,
    cells_of,
    circle,
    holds,
    length_m,
    tier_at,
)
from aquacert.surveillance.rules.zones import Place, Reach, place_at

LAT, LON = 32.34, 118.84
SQUARE = [[118.0, 32.0], [119.0, 32.0], [119.0, 33.0], [118.0, 33.0], [118.0, 32.0]]
HOLE = [[118.4, 32.4], [118.4, 32.6], [118.6, 32.6], [118.6, 32.4], [118.4, 32.4]]


def polygon(*rings, tier=Tier.PROTECTION):
    return Shape(tier, ShapeKind.POLYGON, {"type": "Polygon", "coordinates": list(rings)})


def reach(*places, metres=1_000):
    line = {"type": "LineString", "coordinates": [list(one) for one in places]}
    return Shape(Tier.PROTECTION, ShapeKind.REACH, line, metres, "浅川河", Flow.DOWN)


@given(st.floats(0, 359), st.floats(0, 20_000))
def test_a_circle_holds_exactly_what_is_near_enough(azimuth, metres):
    place = geo.beyond(LAT, LON, azimuth, metres)
    distance = geo.distance_m(LAT, LON, *place)
    assert holds(circle(Tier.PROTECTION, LAT, LON, 10_000), *place) is (distance <= 10_000)


def test_a_circle_over_the_dateline_holds_both_sides():
    shape = circle(Tier.PROTECTION, 10, 179.97, 10_000)
    assert holds(shape, 10, -179.96)
    assert not holds(shape, 10, 179.8)
    assert cells_of(shape) & set(geo.cells_of_place(10, -179.96))


def test_a_polygon_holds_its_border_and_not_what_lies_in_its_hole():
    shape = polygon(SQUARE, HOLE)
    assert holds(shape, 32.1, 118.1)
    assert holds(shape, 32.0, 118.5)
    assert holds(shape, 32.4, 118.5)
    assert not holds(shape, 32.5, 118.5)
    assert not holds(shape, 31.99, 118.5)
    assert not holds(shape, 118.1, 32.1)


def test_a_polygon_over_the_dateline_is_narrow():
    ring = [[179.5, -1], [-179.5, -1], [-179.5, 1], [179.5, 1], [179.5, -1]]
    for given_ring in (ring, ring[2:-1] + ring[:3]):
        assert holds(polygon(given_ring), 0, 179.9)
        assert holds(polygon(given_ring), 0, -179.9)
        assert not holds(polygon(given_ring), 0, 0)
        assert not holds(polygon(given_ring), 0, 179.4)


def test_a_reach_holds_what_is_within_its_width():
    shape = reach((118.8, 32.3), (118.9, 32.3), (118.95, 32.25))
    north = geo.beyond(32.3, 118.85, 0, 990)
    assert holds(shape, *north)
    assert not holds(shape, *geo.beyond(32.3, 118.85, 0, 1_010))
    assert not holds(shape, *geo.beyond(32.3, 118.8, 270, 1_010))
    assert cells_of(shape) & set(geo.cells_of_place(*north))
    assert length_m(shape) == pytest.approx(9_417.5 + 7_275, rel=0.01)


def test_the_gravest_tier_counts_and_an_outline_outranks_the_list():
    shapes = default_shapes("WSD", LAT, LON)
    assert tier_at(shapes, *geo.beyond(LAT, LON, 45, 4_900)) is Tier.PROTECTION
    assert tier_at(shapes, *geo.beyond(LAT, LON, 45, 5_100)) is Tier.SURVEILLANCE
    assert tier_at(shapes, *geo.beyond(LAT, LON, 45, 10_100)) is None
    reached = Reach(frozenset({"320116"}), frozenset(), shapes)
    assert reached.tier_at(Place("999999", latitude=LAT, longitude=LON)) is Tier.PROTECTION
    assert reached.tier_at(Place("320116", latitude=31.0, longitude=LON)) is None
    assert reached.tier_at(Place("320116")) is Tier.PROTECTION
    assert reached.tier_at(Place("320111")) is None


def test_defaults_are_proposals_and_say_so():
    assert {one.sureness for one in table()} == {"unverified"}
    assert all(one.basis for one in table())
    assert [one.metres for one in defaults_of("WSD")] == [5_000, 10_000]
    assert "海水虾病" in defaults_of("WSD")[0].basis
    assert any("集水区" in one.basis for one in models_of("IHN"))
    assert not any("集水区" in one.basis for one in models_of("WSD"))
    assert all("外国做法" in one.basis for one in models_of("IHN"))


# ── Read in ──────────────────────────────────────────────────────────────────────────────────────


def geojson(*rings, kind="Polygon", **more):
    return json.dumps({"type": kind, "coordinates": list(rings), **more})


def test_an_area_comes_back_closed_and_turned_the_right_way():
    turned = [one[::-1] for one in (SQUARE, HOLE)]
    for text in (geojson(SQUARE, HOLE), geojson(*turned)):
        found = zonefile.read_area(text)
        assert found == {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    assert zonefile.read_area(geojson(SQUARE[:-1]))["coordinates"] == [SQUARE]
    lines = "\n".join(f"{x}，{y}" for x, y in SQUARE)
    assert zonefile.read_area(lines)["coordinates"] == [SQUARE]
    whole = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": json.loads(geojson(SQUARE))},
            {
                "type": "Feature",
                "properties": None,
                "geometry": json.loads(geojson([[x + 5, y] for x, y in SQUARE])),
            },
        ],
    }
    assert zonefile.read_area(json.dumps(whole).encode())["type"] == "MultiPolygon"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (geojson([one[::-1] for one in SQUARE]), "写反了"),
        (geojson([[118, 32], [119, 33], [119, 32], [118, 33], [118, 32]]), "交叉"),
        (geojson([[118 + n / 1000, 32] for n in range(2_500)]), "最多 2000 个角"),
        (geojson([[118, 32], [119, 33], [118, 32]]), "至少要有 3 个"),
        (geojson([[118, 32], [118.00001, 32], [118, 32.00001], [118, 32]]), "小于 100"),
        (geojson([[60, 0], [130, 0], [130, 60], [60, 60], [60, 0]]), "大于"),
        (geojson([[500, 32], [119, 33], [118, 33], [500, 32]]), "不在经纬度的范围里"),
        (geojson([["a", 32], [119, 33], [118, 33], [119, 31]]), "两个数"),
        (geojson([118, 32], kind="Point"), "没有找到多边形"),
        (geojson(SQUARE, crs={"properties": {"name": "EPSG:3857"}}), "坐标系不是 WGS-84"),
        ('{"type": "Polygon"', "不是完整的 GeoJSON"),
        ('{"type": "Polygon", "coordinates": 5}', "结构不对"),
        ("118.1 东 32.1 北", "看不懂"),
        ("[" * 100_000, "看不懂"),
    ],
)
def test_what_cannot_be_an_area_is_refused_in_words(text, says):
    with pytest.raises(Invalid) as refused:
        zonefile.read_area(text)
    assert says in refused.value.fields["area"]


def test_gcj02_is_converted_once_when_it_is_said():
    plain = zonefile.read_area(geojson(SQUARE))
    shifted = zonefile.read_area(geojson(SQUARE), Datum.GCJ02)
    (x1, y1), (x2, y2) = plain["coordinates"][0][0], shifted["coordinates"][0][0]
    assert 300 < geo.distance_m(y1, x1, y2, x2) < 900
    line = zonefile.read_line("118.8, 32.3\n118.9, 32.3")
    assert line == {"type": "LineString", "coordinates": [[118.8, 32.3], [118.9, 32.3]]}
    with pytest.raises(Invalid, match="2 到 500"):
        zonefile.read_line("118.8, 32.3")


# ── Joined and compared ──────────────────────────────────────────────────────────────────────────


def test_overlapping_circles_dissolve_into_one_area_of_the_right_size():
    near = circle(Tier.PROTECTION, LAT, LON, 5_000)
    same = dissolve.area_km2([near, near])
    assert same == pytest.approx(78.54, rel=0.003)
    far = circle(Tier.PROTECTION, *geo.beyond(LAT, LON, 90, 30_000), 5_000)
    assert not dissolve.overlap([near], [far])
    touching = circle(Tier.PROTECTION, *geo.beyond(LAT, LON, 90, 6_000), 5_000)
    assert dissolve.overlap([near], [touching])
    whole = dissolve.dissolved([near, touching])
    assert whole["type"] == "Polygon"
    assert same < dissolve.area_km2([near, touching]) < 2 * same
    joined = Shape(Tier.PROTECTION, ShapeKind.POLYGON, whole)
    assert holds(joined, *geo.beyond(LAT, LON, 90, 10_500))
    assert dissolve.dissolved([near, far])["type"] == "MultiPolygon"


def test_a_wider_circle_covers_and_a_moved_one_does_not():
    five = circle(Tier.PROTECTION, LAT, LON, 5_000)
    assert dissolve.covers([circle(Tier.PROTECTION, LAT, LON, 8_000)], [five])
    assert dissolve.covers([five], [five])
    assert not dissolve.covers([five], [circle(Tier.PROTECTION, LAT, LON, 5_100)])
    moved = circle(Tier.PROTECTION, *geo.beyond(LAT, LON, 90, 200), 5_000)
    assert not dissolve.covers([moved], [five])
    assert dissolve.covers([five, reach((LON, LAT), (LON + 0.2, LAT))], [five])


def test_a_part_goes_out_as_an_outline_in_wgs84_with_what_it_was_made_from():
    told = zonefile.feature(circle(Tier.PROTECTION, LAT, LON, 5_000), {"zone": "z"}, "z-1")
    assert told["geometry"]["type"] == "Polygon"
    assert told["properties"]["radius_m"] == 5_000
    assert told["properties"]["centre"] == [LON, LAT]
    river = zonefile.feature(reach((118.8, 32.3), (118.9, 32.3)), {})
    assert river["geometry"]["type"] == "Polygon"
    assert river["properties"]["flow"] == "downstream"


# ── The picture ──────────────────────────────────────────────────────────────────────────────────


def test_a_picture_keeps_proportions_and_lays_tiles_without_gaps():
    shapes = [*default_shapes("WSD", LAT, LON), reach((LON, LAT), (LON + 0.15, LAT - 0.1))]
    farms = [(*geo.beyond(LAT, LON, 90, 4_000), "barred", "场"), (60.0, 10.0, "outside", "远")]
    found = chart(shapes, farms, tiles="https://map.example/{z}/{x}/{y}.png")
    assert [one.label for one in found.parts][:2] == ["监视区 10 km", "保护区 5 km"]
    assert "浅川河下游河段" in found.parts[2].label
    assert len(found.marks) == 1
    unit = found.scale_width / found.scale_km
    assert found.parts[2].width == pytest.approx(2 * unit, rel=0.05)
    assert 1 <= len(found.tiles) <= 60
    left, right = (f([one.x for one in found.tiles]) for f in (min, max))
    assert left <= 0
    assert right + found.tiles[-1].width >= found.width
    assert all("{" not in one.url for one in found.tiles)
    assert chart(shapes).tiles == ()


def test_tiles_are_set_only_with_their_review_number():
    asked = {"AQUACERT_TILES_URL": "https://map.example/{z}/{x}/{y}.png"}
    with pytest.raises(Misconfigured, match="AQUACERT_TILES_REVIEW"):
        Settings.from_env(asked)
    asked |= {"AQUACERT_TILES_REVIEW": "苏S(2026)001号", "AQUACERT_TILES_ATTRIBUTION": "示例"}
    assert Settings.from_env(asked).tiles_url
    with pytest.raises(Misconfigured, match="AQUACERT_TILES_URL"):
        Settings.from_env(asked | {"AQUACERT_TILES_URL": "ftp://x"})


DEEP = '{"type":"GeometryCollection","geometries":[' * 400
HOSTILE = (
    DEEP + '{"type":"Polygon","coordinates":[[]]}' + "]}" * 400,
    '{"type":["Polygon"]}',
    '{"type":"MultiPolygon","coordinates":[[],[]]}',
    '{"type":"FeatureCollection","features":[{"type":"Polygon"},{"type":"Polygon"}]}',
    '{"type":"Polygon","coordinates":[[[NaN,1],[2,3],[4,5]]]}',
    '{"type":"LineString"}',
    '{"type":"LineString","coordinates":5}',
    '{"type":"Polygon","coordinates":[[[0,0],[90,0.001],[170,0],[169.9,60],[169.8,0.01],[90,0.01]]]}',
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("read", [zonefile.read_area, zonefile.read_line])
def test_hostile_geojson_is_refused_in_a_sentence(read, text):
    with pytest.raises(Invalid, match="。"):
        read(text)


def test_a_farm_is_in_a_zone_with_any_of_its_ponds():
    parts = (circle(Tier.PROTECTION, LAT, LON, 5_000), circle(Tier.SURVEILLANCE, LAT, LON, 10_000))
    reach = Reach(frozenset({"320116"}), frozenset({"PNV"}), parts)
    far, mid, near = (geo.beyond(LAT, LON, 90, metres) for metres in (60_000, 8_000, 4_900))
    assert reach.tier_at(place_at("320116", (far,))) is None
    assert reach.tier_at(place_at("320116", (far, mid))) is Tier.SURVEILLANCE
    assert reach.tier_at(place_at("320111", (far, mid, near))) is Tier.PROTECTION
    assert reach.tier_at(place_at("320116", ())) is Tier.PROTECTION
