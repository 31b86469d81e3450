"""WAHIS (extract and JSON), EMPRES-i+, BarentsWatch and GeoJSON: what their rows say."""

from __future__ import annotations

import csv
import io
import itertools
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from shapely.geometry import shape

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.areas import area_of
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.parsers.shape import Asked, Bad, BadRow, Code, Kind
from aquacert.surveillance.parsers.wahisheads import plain_head
from aquacert.surveillance.rules.events import difference, folded, search_words
from tests.make.badfiles import NOT_WORKBOOKS
from tests.make.foreign import (
    PLUS,
    WAHIS,
    detail,
    document,
    feature,
    old_detail,
    outbreak,
    outbreak_row,
    plus_row,
    point,
    polygon,
    shrimp,
    table,
)

TODAY = date(2026, 5, 9)
SHARED = Path(__file__).parents[3] / "shared" / "data"
SHRIMP = "species:whiteleg shrimp"
SQUARE = ((118, 32), (119, 32), (119, 33), (118, 33), (118, 32))


class Said:
    """A file read to its end."""

    def __init__(self, name, data, today=TODAY, **asked):
        opened = FORMATS[name].reader(io.BytesIO(data), Asked(today, **asked))
        self.header_set = opened.header_set
        self.rows = list(opened.rows)
        good = [one for one in self.rows if not isinstance(one.said, BadRow)]
        self.reports = [one for row in good for one in row.said]
        self.events = [one for one in self.reports if one.kind is Kind.EVENT]
        self.figures = [one for one in self.reports if one.kind is Kind.FIGURE]
        self.bad = [one.said for one in self.rows if isinstance(one.said, BadRow)]

    @property
    def only(self):
        """What the one report of the file says."""
        [one] = self.reports
        return one.values


def wahis(*rows, names=WAHIS, **asked):
    return Said("wahis", table(rows, names).encode(), **asked)


def wahis_book(*rows, names=WAHIS):
    book = Workbook()
    book.active.append(["Read me first"])
    sheet = book.create_sheet("extract")
    sheet.append(["WAHIS, outbreaks"])
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name) or None for name in names])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said_json(name, found):
    return Said(name, document(found))


# WAHIS, the extract


def test_a_row_of_the_extract_is_a_report_on_its_outbreak():
    [one] = wahis(outbreak_row()).reports
    assert (one.kind, one.key) == (Kind.EVENT, "77001")
    said = one.values
    assert said["disease"] == "White spot disease"
    assert (said["admin1"], said["locality"], said["place"]) == ("Jiangsu", "Luhe", "Hengliang")
    assert (said["latitude"], said["longitude"]) == (32.34, 118.84)
    assert (said["observed_on"], said["confirmed_on"]) == ("2024-04-20", "2024-04-28")
    assert (said["status"], said["is_aquatic"], said["quality"]) == (
        "confirmed",
        True,
        "approximate",
    )
    assert said[SHRIMP] == {
        "name": "Whiteleg shrimp",
        "latin": "Penaeus vannamei",
        "is_wild": False,
        "at_risk": None,
        "cases": 12,
        "deaths": 3,
        "destroyed": None,
        "slaughtered": None,
        "vaccinated": None,
        "unit": None,
    }


def test_each_column_of_days_is_read_its_own_way_round():
    found = wahis(
        outbreak_row(event_start_date="04/05/2024", outbreak_start_date=""),
        outbreak_row(event_start_date="04/25/2024", event_closing_date="03/06/2024"),
        outbreak_row(event_closing_date="25/06/2024"),
    )
    assert found.header_set == "outbreaks event_closing_date=dmy event_start_date=mdy"
    assert found.reports[0].values["observed_on"] == "2024-04-05"
    assert found.reports[1].values["event_ended_on"] == "2024-06-03"


def test_a_column_that_shows_no_way_round_sets_its_unclear_days_aside():
    found = wahis(
        outbreak_row(event_closing_date="04/05/2024"),
        outbreak_row(event_closing_date="05/05/2024"),
        outbreak_row(event_closing_date="2024-05-04"),
    )
    assert [(one.code, one.column, one.value) for one in found.bad] == [
        (Code.AMBIGUOUS, "event_closing_date", "04/05/2024")
    ]
    assert len(found.reports) == 2
    both = [outbreak_row(event_closing_date=day) for day in ("25/06/2024", "06/25/2024")]
    assert "closing" not in wahis(*both).header_set, "two ways in one column prove neither"
    mostly = [*[both[0]] * 30, outbreak_row(event_closing_date="06/25/2024")]
    [slip] = wahis(*mostly).bad
    assert slip.code is Code.DATE


def test_a_row_mended_alone_is_read_as_its_file_was():
    found = wahis(outbreak_row(event_start_date="04/05/2024"), outbreak_row(cases="x"))
    assert found.bad[0].column == "cases"
    [alone] = wahis(
        outbreak_row(event_closing_date="04/05/2024", outbreak_start_date=""),
        header_set="outbreaks event_closing_date=mdy event_start_date=mdy",
    ).reports
    assert alone.values["event_ended_on"] == "2024-04-05"


def test_a_workbook_says_the_same_as_its_csv_and_a_formula_is_no_number():
    book = Said("wahis", wahis_book(outbreak_row(), outbreak_row(cases="=1+1")))
    assert book.reports[0].digest == wahis(outbreak_row()).reports[0].digest
    [bad] = book.bad
    assert (bad.code, bad.column, book.rows[1].line) == (Code.FORMULA, "cases", 4)
    assert "1+1" in book.rows[1].raw


def test_the_header_may_drift_but_not_lose_what_is_needed():
    upper = [name.upper().replace("_", " ") for name in WAHIS]
    row = dict(zip(upper, [outbreak_row().get(name, "") for name in WAHIS], strict=True))
    new = [*upper, "Some new column"]
    [drifted] = Said("wahis", table([row | {"Some new column": "x"}], new).encode()).reports
    assert drifted.digest == wahis(outbreak_row()).reports[0].digest
    with pytest.raises(Invalid, match="缺这几列：longitude、dead") as refused:
        wahis(outbreak_row(), names=[name for name in WAHIS if name not in {"longitude", "dead"}])
    assert "file" in refused.value.fields
    for name in ("strain_eng", "morbidity", "level2_name", "disease_fr"):
        assert wahis(outbreak_row(), names=[one for one in WAHIS if one != name]).reports
    with pytest.raises(Invalid, match="重复的列：cases"):
        wahis(outbreak_row(), names=[*WAHIS, "Cases"])
    with pytest.raises(Invalid, match="表头不是 WAHIS"):
        Said("wahis", b"a,b\n1,2\n")


def test_languages_french_booleans_and_the_name_of_a_strain():
    said = wahis(
        outbreak_row(disease_eng="", disease_fr="Maladie des points blancs", is_wild="VRAI")
    ).only
    assert said["disease"] == "Maladie des points blancs"
    assert f"{SHRIMP} (wild)" in said
    said = wahis(outbreak_row(sero_sub_genotype_eng="K1", strain_esp="K1b", species="Carp")).only
    assert said["serotype"] == "K1b"
    assert said["species:carp"]["latin"] == ""


def test_zero_stands_for_unknown_where_wahis_writes_it_so():
    assert wahis(outbreak_row(susceptible="0", cases="4")).only[SHRIMP]["at_risk"] is None
    nobody = wahis(outbreak_row(susceptible="0", cases="0", dead="")).only[SHRIMP]
    assert (nobody["at_risk"], nobody["cases"], nobody["deaths"]) == (0, 0, None)
    assert wahis(outbreak_row(latitude="0", longitude="0")).only["latitude"] is None


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"outbreak_id": ""}, Code.MISSING, "outbreak_id"),
        ({"report_id": ""}, Code.MISSING, "report_id"),
        ({"disease_eng": " "}, Code.MISSING, "disease_eng"),
        ({"cases": "many"}, Code.NUMBER, "cases"),
        ({"dead": "-1"}, Code.NUMBER, "dead"),
        ({"is_wild": "peut-être"}, Code.CHOICE, "is_wild"),
        ({"terra_aqua": "both"}, Code.CHOICE, "terra_aqua"),
        ({"latitude": "118.84", "longitude": "32.34"}, Code.SWAPPED, "latitude"),
        ({"latitude": "88.84", "longitude": "32.34"}, Code.SWAPPED, "latitude"),
        ({"latitude": "north"}, Code.COORDINATE, "latitude"),
        ({"reporting_date": "2026-05-10"}, Code.FUTURE, "reporting_date"),
        ({"reporting_date": "2024-02-30"}, Code.DATE, "reporting_date"),
        ({"species": "a\x07b"}, Code.TEXT, "species"),
    ],
)
def test_a_bad_row_of_the_extract_stops_nothing(changes, code, column):
    found = wahis(outbreak_row(), outbreak_row(**changes), outbreak_row(outbreak_id="77003"))
    assert [one.key for one in found.reports] == ["77001", "77003"]
    [bad] = found.bad
    assert (bad.code, bad.column) == (code, column)
    assert len(json.loads(found.rows[1].raw)) == 63


def test_rows_of_one_outbreak_fold_into_one_in_any_order_and_a_late_old_report_changes_nothing():
    rows = [
        outbreak_row(),
        outbreak_row(species="Mud crab", cases="2"),
        outbreak_row(report_number="3", report_id="9003", reporting_date="2024-05-20", cases="40"),
        outbreak_row(report_number="2", report_id="9007", reporting_date="2024-06-30", cases="20"),
        outbreak_row(),
    ]
    states = []
    for order in itertools.permutations(rows):
        found = wahis(*order).reports
        assert {one.key for one in found} == {"77001"}
        states.append(folded((one.rank, one.values) for one in found))
    assert all(one == states[0] for one in states)
    assert states[0][SHRIMP]["cases"] == 40, "the third report, though the second came in later"
    assert states[0]["species:mud crab"]["cases"] == 2
    assert states[0]["reported_on"] == "2024-05-20"
    assert difference(wahis(rows[0]).only, wahis(outbreak_row(cases="13")).only) == {
        f"{SHRIMP}/cases": [12, 13]
    }
    assert "mudcrab" in search_words(states[0]), "an outbreak is found by any of its species"


def test_the_six_monthly_sheets_are_figures():
    status = {
        "year": "2023",
        "semester": "Jul-Dec 2023",
        "region": "Asia",
        "country": "China",
        "disease": "White spot disease",
        "animal_category": "Domestic",
        "occurence_code": "PRESENT",
        "disease_status": "Disease present",
    }
    [one] = Said("wahis", table([status], list(status)).encode()).figures
    assert (one.values["period"], one.values["value"]) == ("2023-S2", "PRESENT")
    counts = {
        "year": "2023",
        "semester": "1",
        "world_region": "Asia",
        "country": "China",
        "administrative_division": "Jiangsu",
        "disease": "White spot disease",
        "serotype_subtype_genotype": "",
        "animal_category": "Domestic",
        "species": "Shrimp",
        "event_id": "1",
        "outbreak_id": "2",
        "new_outbreaks": "3",
        "susceptible": "0",
        "measuring_units": "Animal",
        "cases": "7",
        "killed_and_disposed_of": "0",
        "slaughtered": "",
        "deaths": "2",
        "vaccinated": "",
    }
    bad = counts | {"semester": "spring"}
    found = Said("wahis", table([counts, bad], list(counts)).encode())
    [one] = found.figures
    assert (one.values["value"], one.values["susceptible"]) == (7, None)
    assert found.bad == [BadRow(Code.PERIOD, "semester", "spring")]
    controls = {
        "year": "2023",
        "semester": "1",
        "region": "Asia",
        "country": "China",
        "disease": "WSD",
        "animal_category": "Domestic",
        "species": "Shrimp",
        "control_measure": "Movement control",
    }
    rows = [controls, controls | {"control_measure": "Screening"}]
    assert (
        len({one.key for one in Said("wahis", table(rows, list(controls)).encode()).figures}) == 2
    )


@pytest.mark.parametrize("trick", NOT_WORKBOOKS)
def test_what_is_no_honest_workbook_is_refused(trick):
    with pytest.raises(Invalid) as refused:
        Said("wahis", NOT_WORKBOOKS[trick])
    assert refused.value.fields["file"]


# WAHIS, the JSON


def test_a_detail_with_one_outbreak_gives_it_the_totals_and_never_adds_the_news():
    found = said_json("wahis_json", detail())
    [one] = found.events
    assert one.key == "77"
    assert one.rank.startswith("v00000000000000000900 ")
    assert one.values[SHRIMP]["cases"] == 12
    assert one.values[SHRIMP]["at_risk"] is None
    assert (one.values["status"], one.values["is_aquatic"]) == ("confirmed", True)
    figures = {one.values["element"]: one.values["value"] for one in found.figures}
    assert figures == {"cases.new": 5, "deaths.new": 1, "cases.total": 12, "deaths.total": 3}


def test_totals_of_several_outbreaks_are_nobodys():
    found = said_json("wahis_json", detail(outbreaks=[outbreak(), outbreak(outbreakId=78)]))
    assert [one.key for one in found.events] == ["77", "78"]
    assert not any(SHRIMP in one.values for one in found.events)
    young = said_json("wahis_json", detail(outbreaks=[outbreak(createdByReportId=900)]))
    assert SHRIMP not in young.events[0].values, "older outbreaks may stand in older reports"


def test_a_late_old_detail_does_not_overwrite_a_newer_truth():
    new = said_json("wahis_json", detail()).events
    old_outbreak = outbreak(lastUpdateReportId=890, location="Pukou", createdByReportId=890)
    old = said_json("wahis_json", detail(report={"reportId": 890}, outbreaks=[old_outbreak])).events
    for order in itertools.permutations([*new, *old]):
        assert folded((one.rank, one.values) for one in order)["locality"] == "Luhe"


def test_every_row_of_json_is_a_file_of_its_own():
    files = {
        "wahis_json": [
            detail(outbreaks=[outbreak(), outbreak(outbreakId=78)]),
            detail(),
            old_detail([shrimp(spicieName="Trout", cases=1)]),
            detail(outbreaks=[], quantitativeData=None),
        ],
        "geojson": {"type": "FeatureCollection", "features": [feature(point(118.8, 32.3))]},
        "barentswatch": {"year": 2020, "week": 53, "localities": [{"localityNo": 1}, {}]},
    }
    for name, found in files.items():
        for row in said_json(name, found).rows:
            [again] = Said(name, row.raw.encode()).rows
            assert (again.said, again.raw) == (row.said, row.raw)


def test_the_old_shape_drops_its_row_of_totals_and_keeps_no_sender():
    rows = [
        {"spicieName": "Atlantic salmon", "cases": 2, "deaths": 1},
        {"spicieName": "Rainbow trout", "cases": 3, "deaths": 1},
    ]
    for last in ({"cases": 5, "deaths": 2}, {"spicieName": "Salmonidae", "cases": 5, "deaths": 2}):
        found = said_json("wahis_json", old_detail([*rows, last]))
        [one] = found.events
        names = [name for name in one.values if name.startswith("species:")]
        assert names == ["species:atlantic salmon", "species:rainbow trout"]
        assert "Somebody" not in found.rows[0].raw
    kept = FORMATS["wahis_json"].without_persons(io.BytesIO(document(old_detail(rows))))
    assert b"somebody" not in kept.lower()
    assert Said("wahis_json", kept).events[0].values == one.values
    double = said_json("wahis_json", old_detail([rows[0], rows[0] | {"cases": 9}, rows[1]]))
    assert [one.key for one in double.events] == ["ob_1", "ob_1"], "a repeated species is kept"


def test_a_list_says_that_reports_exist():
    one = {"eventId": 1, "reportId": 2, "country": "Chile", "disease": "ISA", "reportType": "IN"}
    found = said_json("wahis_json", {"totalSize": 2, "list": [one, {"reportId": 3}]})
    [figure] = found.figures
    assert (figure.key, figure.values["value"]) == ("report:2", "IN")
    assert [bad.code for bad in found.bad] == [Code.MISSING] or found.bad[0].code is Code.STRUCTURE


def test_one_broken_document_of_several_stops_no_other():
    broken = detail(event={"eventId": 1, "disease": None})
    odd = detail(outbreaks=[outbreak(latitude=118.84, longitude=32.34)])
    found = said_json("wahis_json", [broken, 7, odd, detail(outbreaks={"a": 1}), detail()])
    assert [one.code for one in found.bad] == [
        *(Code.MISSING, Code.STRUCTURE, Code.SWAPPED, Code.STRUCTURE)
    ]
    assert len(found.events) == 1


# EMPRES-i+


@pytest.mark.parametrize(
    "names", [PLUS, [one.replace("..dd.mm.yyyy.", " (dd/mm/yyyy)") for one in PLUS]]
)
def test_the_export_of_empres_i_plus_is_found_below_its_preamble(names):
    row = dict(zip(names, [plus_row().get(name, "") for name in PLUS], strict=True))
    said = Said("empresi", table([row], names).encode())
    assert said.header_set == "plus"
    assert (said.only["observed_on"], said.only["reported_on"]) == ("2026-04-28", "2026-05-03")
    assert (said.only["status"], said.only["is_wild"]) == ("Confirmed", True)
    assert said.only["species"] == [{"kind": "Wild", "name": "Whiteleg shrimp", "latin": ""}]
    preamble = "EMPRES-i+\nDate: 2026; all\n\n" + table([row], names)
    below = Said("empresi", preamble.encode())
    assert below.reports == said.reports
    assert below.rows[0].line == 5


def test_empres_refuses_american_days_and_names_what_a_header_lacks():
    american = plus_row(**{"Report.date..dd.mm.yyyy.": "04/13/2026"})
    with pytest.raises(Invalid, match=r"月/日/年（第 2 行）"):
        Said("empresi", table([american], PLUS).encode())
    with pytest.raises(Invalid, match=r"缺这几列：country"):
        Said("empresi", table([plus_row()], [one for one in PLUS if one != "Country"]).encode())
    zero = Said("empresi", table([plus_row(Latitude="0", Longitude="0")], PLUS).encode())
    assert zero.only["latitude"] is None


# BarentsWatch


def test_a_week_is_a_figure_per_locality_and_lice_not_reported_are_not_none():
    one = {"localityNo": 10029, "name": "Vik", "lat": 59.37, "lon": 5.21, "hasPd": True}
    rows = [
        one | {"avgAdultFemaleLice": 0.10, "hasReportedLice": True},
        one | {"localityNo": 2, "avgAdultFemaleLice": 0, "hasReportedLice": False},
        one | {"localityNo": 3, "avgAdultFemaleLice": -1},
        one | {"localityNo": 4, "lat": 200},
        7,
    ]
    found = said_json("barentswatch", {"year": 2026, "week": 18, "localities": rows})
    assert [(one.key, one.values["value"]) for one in found.figures] == [
        ("10029:2026-W18", "0.1"),
        ("2:2026-W18", None),
    ]
    assert found.figures[0].values["has_pd"] is True
    assert [one.code for one in found.bad] == [Code.NUMBER, Code.COORDINATE, Code.STRUCTURE]


@pytest.mark.parametrize(
    ("year", "week", "monday"),
    [
        (2020, 53, "2020-12-28"),
        (2021, 1, "2021-01-04"),
        (2025, 1, "2024-12-30"),
        (2021, 53, None),
        (2026, 0, None),
        (2026, 20, None),
        ("2026", 1, None),
        (2026, True, None),
    ],
)
def test_weeks_at_the_turn_of_the_year_are_iso_weeks(year, week, monday):
    found = {"year": year, "week": week, "localities": [{"localityNo": 1}]}
    if monday is None:
        with pytest.raises(Invalid, match="年和周"):
            said_json("barentswatch", found)
    else:
        assert said_json("barentswatch", found).only["observed_on"] == monday


def test_localities_and_zones_are_told_apart():
    place = {"localityNo": 1, "name": "A", "municipality": {"name": "M"}, "isActive": False}
    assert said_json("barentswatch", [place]).only["value"] == "inactive"
    zone = {"diseaseType": "ILA", "zoneType": "protection", "validTo": "2027-01-01", "id": 9}
    bare = said_json("barentswatch", [zone | {"geometry": polygon(*SQUARE)}])
    inside = {"type": "Feature", "geometry": polygon(*SQUARE), "properties": zone}
    whole = said_json("barentswatch", {"type": "FeatureCollection", "features": [inside]})
    assert whole.reports == bare.reports
    assert (bare.reports[0].key, bare.only["disease"]) == ("zone:9", "ILA")
    assert (bare.only["ended_on"], bare.only["shape"]["type"]) == ("2027-01-01", "Polygon")
    [bad] = said_json("barentswatch", [zone | {"geometry": point(5, 60)}]).bad
    assert bad.code is Code.SHAPE


# GeoJSON


def test_a_point_is_an_event_by_any_name_of_its_properties():
    one = feature(point(118.84, 32.34, 12.5), 发病数=3, **{"Report Date": "2026-05-01"}, odd=[1])
    [report] = said_json("geojson", one).reports
    assert report.key == "A1"
    assert report.values == {
        "disease": "White spot disease",
        "country": "China",
        "cases": 3,
        "reported_on": "2026-05-01",
        "latitude": 32.34,
        "longitude": 118.84,
    }
    assert said_json("geojson", feature(None)).only["disease"] == "White spot disease"


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (feature(point(32.34, 118.84)), Code.SWAPPED),
        (feature(point(32.34, 88.84)), Code.SWAPPED),
        (feature(point(500, 5)), Code.COORDINATE),
        (feature({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}), Code.SHAPE),
        (feature(polygon((0, 0), (2, 2), (2, 0), (0, 2), (0, 0))), Code.SHAPE),
        (feature(polygon((0, 0), (1, 1), (0, 0))), Code.SHAPE),
        (feature(polygon((32, 118), (33, 118), (33, 119), (32, 118))), Code.SWAPPED),
        (feature(point(1, 1), cases=-1), Code.NUMBER),
        (feature(point(1, 1), report_date="04/05/2026"), Code.AMBIGUOUS),
        (feature(point(1, 1), cases=1, 发病数=2), Code.AMBIGUOUS),
        (feature(point(1, 1), report_date="2026-05-10"), Code.FUTURE),
        (feature(point(1, 1), disease=None), Code.MISSING),
        (feature(point(1, 1)) | {"id": None}, Code.MISSING),
        (feature(point(1, 1)) | {"type": "feature"}, Code.STRUCTURE),
        (feature(point(1, 1), disease="a\ud800"), Code.TEXT),
        ([], Code.STRUCTURE),
    ],
)
def test_a_bad_feature_is_set_aside_alone(found, code):
    features = [found, feature(point(118.84, 32.34), id="B")]
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    said = Said("geojson", text)
    assert [one.code for one in said.bad] == [code]
    assert [one.key for one in said.reports] == ["B"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"type": "Point", "coordinates": [1, 1]}, "不是 GeoJSON"),
        ({"type": "FeatureCollection"}, "没有 features"),
        ([], "不是 GeoJSON"),
        (feature(None) | {"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}, "坐标系"),
        (feature(None) | {"crs": "EPSG:3857"}, "坐标系"),
    ],
)
def test_a_file_that_is_no_geojson_of_wgs84_is_refused(found, words):
    with pytest.raises(Invalid, match=words):
        said_json("geojson", found)


def test_wgs84_may_be_said_in_its_own_names():
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        crs = {"type": "name", "properties": {"name": name}}
        assert said_json("geojson", feature(point(1, 1)) | {"crs": crs}).reports


def test_a_shape_over_the_dateline_is_cut_in_two_whichever_way_it_is_written():
    short = area_of(polygon((179, 10), (-179, 10), (-179, 12), (179, 12), (179, 10)))
    run_on = area_of(polygon((179, 10), (181, 10), (181, 12), (179, 12), (179, 10)))
    assert short == run_on
    assert short["type"] == "MultiPolygon"
    sides = [{x for x, _y in part[0]} for part in short["coordinates"]]
    assert sides == [{-180.0, -179.0}, {179.0, 180.0}]
    holed = {
        "type": "Polygon",
        "coordinates": [
            [[178, 0], [-178, 0], [-178, 4], [178, 4], [178, 0]],
            [[179, 1], [-179, 1], [-179, 2], [179, 2], [179, 1]],
        ],
    }
    assert round(shape(area_of(holed)).area, 6) == 16 - 2, "the hole is a notch of either side"
    with pytest.raises(Bad) as bad:
        area_of(polygon((0, 80), (90, 80), (180, 80), (-90, 80), (0, 80)))
    assert bad.value.row.code is Code.SHAPE, "around a pole"


# JSON at large


@pytest.mark.parametrize("name", ["wahis_json", "geojson", "barentswatch"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"{", "JSON"),
        (b'{"type": "Feature", "id": ', "JSON"),
        (b'{"a": NaN}', "不是数"),
        (b'{"a": -Infinity}', "不是数"),
        (b'{"a": 1e999}', "不是数"),
        (b"[" * 100_000, "层次|JSON"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "层次"),
        (b"<?xml version='1.0'?><a/>", "JSON"),
        (b'"just a text"', "认不出|不是 GeoJSON"),
        (b"9" * 6000, "JSON"),
    ],
)
def test_what_is_no_sound_json_is_refused_in_one_sentence(name, data, words):
    with pytest.raises(Invalid, match=words) as refused:
        Said(name, data)
    assert refused.value.fields["file"] == refused.value.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_json_in_any_encoding_says_the_same(encoding):
    text = document(feature(point(118.84, 32.34), 地点="六合区")).decode()
    assert Said("geojson", text.encode(encoding)).only["locality"] == "六合区"


# The shared files


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside the repository")
def test_the_shared_files_are_read_to_the_last_row(capsys):
    with (SHARED / "wahis_fields_reference.csv").open(encoding="utf-8") as lines:
        tables: dict[str, list[str]] = {}
        for row in csv.DictReader(lines):
            tables.setdefault(row["table_name"], []).append(row["field_name"])
    assert tables["outbreak_events_extract"] == WAHIS
    described = load_workbook(SHARED / "wahis_Field_description.xlsx", read_only=True)
    names = [row[0] for row in described.worksheets[0].iter_rows(values_only=True) if row[0]][1:]
    assert [plain_head(name) for name in names] == WAHIS, "its spellings are read as ours"
    values = {plain_head(name): cell for name, cell in outbreak_row().items()}
    spelt = [{name: values.get(plain_head(name), "") for name in names}]
    assert len(Said("wahis", table(spelt, names).encode()).events) == 1
    kinds = {}
    for name, columns in tables.items():
        row = dict.fromkeys(columns, "1") | {"year": "2023", "disease": "x", "country": "y"}
        data = outbreak_row() if name == "outbreak_events_extract" else row
        kinds[name] = Said("wahis", table([data], columns).encode()).header_set.split(" ")[0]
    assert len(set(kinds.values())) == 4
    avian = Said("empresi", (SHARED / "empresi_avian_2017_2021.csv").read_bytes())
    old = Said("empresi", (SHARED / "empresi_v1_header_10rows.csv").read_bytes())
    assert (len(avian.events), len(avian.bad), len(old.events)) == (7294, 0, 10)
    with capsys.disabled():
        print(f"\nWAHIS columns {len(WAHIS)}, layouts {sorted(kinds.values())};", end=" ")
        print(f"EMPRES-i rows {len(avian.events)} (v2) and {len(old.events)} (v1), 0 set aside")
