"""Bent files: cut off, doubled, turned round, re-encoded, drifted, odd in every place.

Whatever comes, a reader gives rows or one sentence; and what the bending does not touch is read as
before. Nothing here is random.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from datetime import date

import pytest

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.formats import FORMATS
from aquacert.surveillance.parsers.shape import Asked, BadRow, Row
from aquacert.surveillance.rules import china as forms
from aquacert.surveillance.rules.events import folded
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
from tests.make.readings import VALUE, filled
from tests.make.surveillance import V1, V2, feed, luhe

TODAY = date(2026, 5, 9)
WEEK = {
    "year": 2026,
    "week": 18,
    "localities": [{"localityNo": 1, "name": "Vik", "lat": 59.3, "lon": 5.2, "hasPd": True}],
}
ZONE = {
    "type": "FeatureCollection",
    "features": [feature(polygon((5, 60), (6, 60), (6, 61), (5, 60)), diseaseType="ILA")],
}
V2_ROW = {
    "Event ID": "288337",
    "Disease": "White spot disease",
    "lat": "32.34",
    "lon": "118.84",
    "Locality": "六合区",
    "Country": "China",
    "report_date": "2021-02-10",
    "Species": "Shrimp",
}
TABLES = {
    "wahis": table(
        [
            outbreak_row(location_name="横梁街道"),
            outbreak_row(species="Mud crab, wild"),
            outbreak_row(outbreak_id="77002", cases="9"),
        ],
        WAHIS,
    ),
    "empresi": feed([luhe(localityName="六合区"), luhe(Id="7002"), luhe(Id="7003")], V1),
    "empresi v2": feed([V2_ROW, V2_ROW | {"Event ID": "2"}], V2),
    "empresi plus": table([plus_row(Locality="六合区"), plus_row(**{"Event.ID": "9"})], PLUS),
    "dhis2_values": table(
        [{name.casefold(): value for name, value in VALUE.items()}],
        ["dataelement", "period", "orgunit", "value"],
    ),
}
"""Name of a format (and of a header set) → a good table, as CSV."""
DOCUMENTS = {
    "wahis_json": detail(outbreaks=[outbreak(), outbreak(outbreakId=78)]),
    "wahis_json one": detail(),
    "wahis_json old": old_detail([shrimp(spicieName="Trout", cases=1), {"cases": 1}]),
    "wahis_json list": {"list": [{"eventId": 1, "reportId": 2, "disease": "ISA"}]},
    "geojson": {
        "type": "FeatureCollection",
        "features": [
            feature(point(118.84, 32.34), cases=3, species=["a", "b"], report_date="2026-05-01"),
            feature(polygon((179, 10), (-179, 10), (-179, 12), (179, 10))) | {"id": "B"},
        ],
    },
    "barentswatch": WEEK,
    "barentswatch zones": ZONE,
    "barentswatch places": [{"localityNo": 1, "municipality": {"name": "M"}, "isActive": True}],
}
ODD = (
    *(None, True, 0, -1, 1.5, 10**30, 1e308, "", " ", "x", "NA", "\x00", "\ud800", "=1+1"),
    *("2026-13-45", "9" * 5000, "é" * 300, [], {}, [[]], [1], {"a": 1}, {"name": {"name": 1}}),
)


def read(name, data):
    """Return the rows of a file, or None when it is refused in one sentence on the file."""
    try:
        opened = FORMATS[name.split()[0]].reader(io.BytesIO(data), Asked(TODAY))
        rows = list(opened.rows)
    except Invalid as refused:
        return None if refused.fields.get("file") else pytest.fail("refused without the field")
    for row in rows:
        must_be_keepable(row)
    return rows


def must_be_keepable(row: Row) -> None:
    """Hold that a database can keep what a row says."""
    row.raw.encode()
    if isinstance(row.said, BadRow):
        row.said.value.encode("utf-8", "surrogatepass")
        return
    for one in row.said:
        assert 0 < len(one.key) <= 200
        assert "\x00" not in one.text
        one.text.encode()


def said(rows):
    """Return what rows say, whatever their order."""
    good = [one for row in rows if not isinstance(row.said, BadRow) for one in row.said]
    return {(one.kind, one.key, one.digest, one.rank) for one in good}


def state(rows):
    """Return what the reports of each subject fold into."""
    subjects: dict[tuple[str, str], list[tuple[str, object]]] = {}
    for row in rows:
        for one in row.said:
            subjects.setdefault((one.kind, one.key), []).append((one.rank, one.values))
    return {key: folded(reports) for key, reports in subjects.items()}


@pytest.mark.parametrize("name", TABLES)
def test_bending_a_table_changes_nothing_of_what_it_says(name):
    text = TABLES[name]
    plain = read(name, text.encode())
    assert plain
    assert not any(isinstance(row.said, BadRow) for row in plain)
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        assert said(read(name, text.encode(encoding))) == said(plain)
    lines = list(csv.reader(io.StringIO(text)))
    for delimiter in (";", "\t", "|"):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(lines)
        assert said(read(name, out.getvalue().encode())) == said(plain)
    names = lines[0]
    by_name = [dict(zip(names, line, strict=True)) for line in lines[1:]]
    turned = table(by_name[::-1], names[::-1])
    assert said(read(name, turned.encode())) == said(plain), "rows and columns in another order"
    doubled = read(name, table(by_name + by_name, names).encode())
    assert state(doubled) == state(plain)
    drifted = table(
        [row | {"Some new column": "x"} for row in by_name], [*names, "Some new column"]
    )
    assert said(read(name, drifted.encode())) == said(plain)
    padded = table([{key: f" {cell} " for key, cell in row.items()} for row in by_name], names)
    assert said(read(name, padded.encode())) == said(plain), "trailing blanks"
    blank = "\r\n".join(f"{line}\r\n" for line in text.splitlines())
    assert said(read(name, blank.encode())) == said(plain), "blank lines between"


@pytest.mark.parametrize("name", [*TABLES, *DOCUMENTS])
def test_a_file_cut_off_anywhere_gives_rows_or_one_sentence(name):
    is_table = name in TABLES
    data = TABLES[name].encode() if is_table else document(DOCUMENTS[name])
    whole = said(read(name, data))
    for cut in range(0, len(data), max(1, len(data) // 60)):
        rows = read(name, data[:cut])
        if not is_table:
            assert rows is None, "half a document is none"
        elif rows:
            assert said(rows[:-1]) <= whole, "every row before the cut is as it was"


@pytest.mark.parametrize("name", [*TABLES, *DOCUMENTS])
def test_a_file_with_wrong_bytes_gives_rows_or_one_sentence(name):
    data = TABLES[name].encode() if name in TABLES else document(DOCUMENTS[name])
    for place in range(0, len(data), max(1, len(data) // 40)):
        for byte in (0x00, 0x22, 0x2C, 0x0A, 0x7B, 0xFF):
            read(name, data[:place] + bytes([byte]) + data[place + 1 :])


@pytest.mark.parametrize("name", TABLES)
def test_an_odd_cell_in_any_place_sets_at_most_its_row_aside(name):
    lines = list(csv.reader(io.StringIO(TABLES[name])))
    whole = said(read(name, TABLES[name].encode()))
    for place in range(len(lines[0])):
        for odd in ODD:
            if not isinstance(odd, str) or not odd.isprintable():
                continue
            bent = copy.deepcopy(lines)
            bent[1][place] = odd
            out = io.StringIO()
            csv.writer(out).writerows(bent)
            rows = read(name, out.getvalue().encode())
            assert rows is not None
            assert said(rows[1:]) <= whole, "no other row is touched"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_something_odd_in_any_place_of_a_document_gives_rows_or_one_sentence(name):
    found = DOCUMENTS[name]
    for path in paths(found):
        for odd in ODD:
            bent = copy.deepcopy(found)
            put(bent, path, odd)
            read(name, json.dumps(bent).encode())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_members_of_a_document_in_another_order_say_the_same(name):
    plain = read(name, document(DOCUMENTS[name]))
    turned = read(name, document(backwards(DOCUMENTS[name])))
    assert said(turned) == said(plain)
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        text = json.dumps(DOCUMENTS[name], ensure_ascii=False)
        assert said(read(name, text.encode(encoding))) == said(plain)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_file_of_another_format_is_refused_or_set_aside(name):
    if FORMATS[name].is_hidden:
        return
    strangers = [one.encode() for one in TABLES.values()]
    strangers += [document(one) for one in DOCUMENTS.values()]
    strangers += [filled(forms.MONTHLY), b"PK\x03\x04broken", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n\x00"]
    assert sum(read(name, one) is None for one in strangers) >= len(strangers) - 8


def paths(found, path=()):
    """Yield the way to every value of a document."""
    if path:
        yield path
    members = found.items() if isinstance(found, dict) else ()
    if isinstance(found, list):
        members = enumerate(found)
    for name, one in members:
        yield from paths(one, (*path, name))


def put(found, path, value):
    """Put a value where a way leads."""
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = value


def backwards(found):
    """Return a document with the members of its objects in the other order."""
    if isinstance(found, dict):
        return {name: backwards(found[name]) for name in reversed(found)}
    return [backwards(one) for one in found] if isinstance(found, list) else found
