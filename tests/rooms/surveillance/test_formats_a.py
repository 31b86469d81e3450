"""Other people's formats, all the way into events and figures: and again, which changes nothing."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import func, select

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands.feeds import ImportAsked, import_in, replay
from aquacert.surveillance.models import Event, EventReport, FeedSetAside
from aquacert.surveillance.models.feeds import FeedRecord
from aquacert.surveillance.queries.feeds import raw_of
from tests.make.foreign import (
    WAHIS,
    detail,
    document,
    feature,
    outbreak,
    outbreak_row,
    polygon,
    table,
)

OUTBREAKS = table(
    [
        outbreak_row(),
        outbreak_row(species="Mud crab", cases="2", dead=""),
        outbreak_row(report_number="3", report_id="9003", reporting_date="2024-05-20", cases="40"),
        outbreak_row(outbreak_id="77002", disease_eng="Anthrax", terra_aqua="Terrestrial"),
        outbreak_row(outbreak_id="77003", latitude="118.84", longitude="32.34"),
    ],
    WAHIS,
).encode()
LATE = table(
    [outbreak_row(report_number="2", report_id="9007", reporting_date="2024-06-30", cases="20")],
    WAHIS,
).encode()


def brought(db, name, data, **asked):
    with db.work(SYSTEM) as w:
        found = import_in(w, data, ImportAsked("", name, f"{name}.file", **asked))
    return {word: count for word, count in found.as_dict().items() if count}


def counted(db, model):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(model))


def event(db, key):
    with db.look(SYSTEM) as look:
        return look.session.scalars(select(Event).where(Event.source_key == key)).one()


def test_an_extract_of_wahis_becomes_outbreaks_with_all_their_species(db):
    first = brought(db, "wahis", OUTBREAKS)
    assert (first["created"], first["quarantined"]) == (2, 1)
    one = event(db, "77001")
    assert (one.disease_code, one.division_code, one.is_confirmed) == ("WSD", "320116", True)
    assert (one.cases, one.deaths) == (42, 3), "of both species, as the newest report has them"
    assert event(db, "77002").realm == "terrestrial"
    again = brought(db, "wahis", OUTBREAKS)
    assert not again.keys() & {"created", "updated", "vanished"}
    reports = counted(db, EventReport)
    late = brought(db, "wahis", LATE)
    assert late == {"stale": 1}
    assert event(db, "77001").cases == 42
    assert counted(db, EventReport) == reports + 1, "it is kept all the same"


def mended(db, change):
    """Replay the one row that waits, changed by hand; return how it fared."""
    with db.work(SYSTEM) as w:
        row = w.session.scalars(select(FeedSetAside).where(FeedSetAside.state == "waiting")).one()
        raw = change(json.loads(raw_of(w, row.file_id, [row.line])[row.line]))
        found = replay(w, row.file_id, [row.id], {row.id: json.dumps(raw, ensure_ascii=False)})
    return {word: count for word, count in found.as_dict().items() if count}


def test_a_row_mended_by_hand_is_read_as_its_whole_file_was(db):
    american = outbreak_row(outbreak_id="2", event_start_date="04/05/2024", cases="many")
    american["outbreak_start_date"] = ""
    data = table([outbreak_row(), american], WAHIS).encode()
    assert brought(db, "wahis", data) == {"created": 1, "quarantined": 1}
    assert mended(db, lambda cells: ["7" if cell == "many" else cell for cell in cells]) == {
        "created": 1
    }
    assert (event(db, "2").observed_on, event(db, "2").cases) == (date(2024, 4, 5), 7)
    swapped = outbreak(outbreakId=78, latitude=118.84, longitude=32.34)
    two = document(detail(outbreaks=[outbreak(), swapped], quantitativeData=None))
    assert brought(db, "wahis_json", two) == {"created": 1, "quarantined": 1}

    def turned(record):
        one = record["outbreaks"][0]
        one["latitude"], one["longitude"] = one["longitude"], one["latitude"]
        return record

    assert mended(db, turned) == {"created": 1}
    assert event(db, "78").latitude == 32.34


def test_json_feeds_become_events_figures_and_areas(db):
    several = detail(outbreaks=[outbreak(), outbreak(outbreakId=78, location="Pukou")])
    assert brought(db, "wahis_json", document(several)) == {"created": 2 + 4}
    assert event(db, "78").disease_code == "WSD"
    week = {"year": 2026, "week": 18, "localities": [{"localityNo": 1}, {"localityNo": None}]}
    assert brought(db, "barentswatch", document(week)) == {"created": 1, "quarantined": 1}
    square = polygon((118, 32), (119, 32), (119, 33), (118, 33), (118, 32))
    area = document(feature(square, status="确认", reported_on=str(date(2026, 5, 1))))
    assert brought(db, "geojson", area) == {"created": 1}
    assert event(db, "A1").content["shape"]["type"] == "Polygon"
    for name, data in (("wahis_json", document(several)), ("geojson", area)):
        assert set(brought(db, name, data)) == {"unchanged"}
    assert counted(db, FeedRecord) == 5
