"""EMPRES-i files: three header sets, encodings, delimiters, and rows that cannot be read."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers import empresi
from aquacert.surveillance.parsers.empresi import read_species
from aquacert.surveillance.parsers.shape import Asked, BadRow, Code
from tests.make.surveillance import V2, V3, feed, luhe

TODAY = date(2026, 5, 9)
SHARED = Path(__file__).parents[3] / "shared" / "data"
NEW = {
    "Event ID": "288337",
    "Disease": "White spot disease",
    "lat": "54.5700000001",
    "lon": "-1.07",
    "Locality": "Yearby",
    "Country": "China",
    "observation_date": "",
    "report_date": "2021-02-10",
    "Species": "",
}


class Feed:
    """A file read to its end: what its good rows say, and its bad ones with their lines."""

    def __init__(self, data):
        opened = empresi.read(io.BytesIO(data), Asked(TODAY))
        self.header_set = opened.header_set
        self.rows = list(opened.rows)
        self.reports = [one.said[0] for one in self.rows if not isinstance(one.said, BadRow)]
        self.bad = [(one.line, one.said) for one in self.rows if isinstance(one.said, BadRow)]


def read(text, encoding="utf-8"):
    return Feed(text.encode(encoding))


def test_the_first_header_set_writes_days_as_dd_mm_yyyy():
    [report] = read(feed([luhe()])).reports
    assert report.key == "7001"
    assert report.values["reported_on"] == "2026-05-01"
    assert report.values["cases"] == 300
    assert report.values["species"] == [
        {"kind": "domestic", "name": "whiteleg shrimp", "latin": "Penaeus vannamei"}
    ]


def test_the_second_header_set_carries_no_status_and_keeps_blanks():
    found = read(feed([NEW], V2))
    [report] = found.reports
    assert found.header_set == "v2"
    assert "status" not in report.values
    assert report.values["observed_on"] is None
    assert report.values["species"] == []
    assert report.values["latitude"] == 54.57


def test_the_third_header_set_says_the_same_as_the_second():
    snake = {name.lower().replace(" ", "_"): value for name, value in NEW.items()}
    [third] = read(feed([snake | {"display_date": "x"}], V3)).reports
    [second] = read(feed([NEW], V2)).reports
    assert third.values == second.values
    assert third.digest == second.digest


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_encodings_and_delimiters_change_nothing(encoding, delimiter):
    row = luhe(localityName="六合区", admin1="江苏省")
    [plain] = read(feed([row])).reports
    [other] = read(feed([row], delimiter=delimiter), encoding).reports
    assert other.digest == plain.digest


def test_coordinates_beyond_six_places_are_noise():
    [a] = read(feed([luhe(latitude="32.3400001")])).reports
    [b] = read(feed([luhe(latitude="32.34")])).reports
    [c] = read(feed([luhe(latitude="32.340001")])).reports
    assert a.digest == b.digest != c.digest
    ways = ({"latitude": "-0.0"}, {"latitude": "0"}, {"latitude": "0.0000001"})
    assert len({read(feed([luhe(**one)])).reports[0].digest for one in ways}) == 1
    ways = ({"country": "Cura\u00e7ao"}, {"country": "Curac\u0327ao "})
    assert len({read(feed([luhe(**one)])).reports[0].digest for one in ways}) == 1
    assert read(feed([luhe(latitude="3_2.34")])).bad[0][1].code == "coordinate"


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"reportingDate": "31/02/2026"}, Code.DATE, "reportingDate"),
        ({"reportingDate": "2026-05-01"}, Code.DATE, "reportingDate"),
        ({"observationDate": "10/05/2026"}, Code.FUTURE, "observationDate"),
        ({"latitude": "118.84", "longitude": "32.34"}, Code.SWAPPED, "latitude"),
        ({"latitude": "88.84", "longitude": "32.34"}, Code.SWAPPED, "latitude"),
        ({"latitude": "95", "longitude": "132.34"}, Code.COORDINATE, "latitude"),
        ({"latitude": "32.34", "longitude": ""}, Code.COORDINATE, "latitude"),
        ({"longitude": "nan"}, Code.COORDINATE, "longitude"),
        ({"sumCases": "-3"}, Code.NUMBER, "sumCases"),
        ({"sumCases": "=1+1"}, Code.NUMBER, "sumCases"),
        ({"Id": ""}, Code.MISSING, "Id"),
        ({"disease": "  "}, Code.MISSING, "disease"),
    ],
)
def test_a_bad_row_is_set_aside_with_code_column_value_and_line(changes, code, column):
    found = read(feed([luhe(), luhe(**changes), luhe(Id="7003")]))
    assert [one.key for one in found.reports] == ["7001", "7003"]
    [(line, bad)] = found.bad
    assert (bad.code, bad.column, line) == (code, column, 3)
    assert bad.value.startswith(changes.get(column, "").strip())


def test_a_row_with_too_few_cells_is_set_aside():
    found = read(feed([luhe()]) + "7002,OIE,1\r\n")
    assert [bad.code for _line, bad in found.bad] == [Code.COLUMNS]
    assert len(found.reports) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,c\n1,2,3\n", "表头"),
        ("", "空"),
        (feed([luhe()]).replace("localityQuality", "Id", 1), "重复的列"),
        (feed([], V2).strip() + "," + feed([], V3), "两种"),
        (feed([luhe(reportingDate="04/13/2026")]), "月/日/年"),
    ],
)
def test_a_file_whose_columns_are_unclear_is_refused_in_one_sentence(text, words):
    with pytest.raises(Invalid) as refused:
        read(text)
    assert words in refused.value.sentence
    assert refused.value.fields["file"] == refused.value.sentence


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Invalid, match="不是文本"):
        Feed(b"PK\x03\x04\x00\x00")
    with pytest.raises(Invalid, match="编码"):
        Feed(b"Id\xff\xff")


def test_a_species_cell_holds_several_kinds():
    cell = "Domestic,Chicken / Wild,Mute Swan:Cygnus olor(Anatidae) / Duck"
    assert read_species(cell) == [
        {"kind": "Domestic", "name": "Chicken", "latin": ""},
        {"kind": "Wild", "name": "Mute Swan", "latin": "Cygnus olor(Anatidae)"},
        {"kind": "", "name": "Duck", "latin": ""},
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside the repository")
def test_the_real_files_are_read_to_the_last_row():
    old = Feed((SHARED / "empresi_v1_header_10rows.csv").read_bytes())
    new = Feed((SHARED / "empresi_avian_2017_2021.csv").read_bytes())
    assert (len(old.reports), old.bad, old.header_set) == (10, [], "v1")
    assert (len(new.reports), new.bad, new.header_set) == (7294, [], "v2")
    assert max(one.values["reported_on"] for one in new.reports) == "2021-02-15"


def test_the_demo_file_is_read_to_the_last_row():
    path = Path(__file__).parents[2] / "seed_data" / "demo" / "empresi_aquatic.csv"
    found = Feed(path.read_bytes())
    assert (len(found.reports), found.bad) == (8, [])


def renamed(old, new):
    return feed([luhe()]).replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sumCases", "cases_total", "v1；没有的列：sumcases；不认得的列：cases_total"),
        ("humansAge,", "humansAge,extra", "v1；不认得的列：extrahumansAffected"),
    ],
)
def test_a_header_that_drifted_is_read_and_says_what_it_lost_or_gained(old, new, said):
    read_again = read(renamed(old, new))
    assert read_again.header_set.startswith(said.rsplit("；", 1)[0])
    assert "不认得的列" in read_again.header_set
    assert read(feed([luhe()])).header_set == "v1"


@pytest.mark.parametrize("name", ["latitude", "longitude", "localityName"])
def test_a_header_that_lost_the_place_of_its_events_is_refused_naming_the_column(name):
    with pytest.raises(Invalid, match=name.casefold()):
        read(renamed(name, "place_deg"))
