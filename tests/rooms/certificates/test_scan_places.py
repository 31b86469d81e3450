"""Where a certificate was scanned: told by choice, coarse, forgotten after 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aquacert.certificates import queries
from aquacert.certificates.scans.commands import fold_places, forget_places
from aquacert.certificates.scans.queries import scans_of
from aquacert.certificates.scans.rules import (
    HOUR,
    Sighting,
    Source,
    far_apart,
    key_of,
    read_key,
)
from aquacert.certificates.tasks import fold_places as fold_task
from aquacert.kernel.scope import SYSTEM
from tests.make.certificates import issue_one

AT = datetime(2026, 5, 9, 2, tzinfo=UTC)


def seen(county, hours, province="32"):
    return Sighting(county, county[:4], province, AT + timedelta(hours=hours), "visitor", 1)


def test_two_provinces_within_six_hours_are_too_far():
    pair = far_apart([seen("320102", 0), seen("370102", 6, "37")])
    assert pair is not None
    assert pair[0].county == "320102"
    assert far_apart([seen("320102", 0), seen("370102", 7, "37")]) is None


def test_two_cities_of_a_province_only_within_two_hours():
    assert far_apart([seen("320102", 0), seen("320902", 2)]) is not None
    assert far_apart([seen("320102", 0), seen("320902", 3)]) is None
    assert far_apart([seen("320102", 0), seen("320104", 0)]) is None
    assert far_apart([]) is None


@pytest.mark.parametrize("key", ["", "a:b", "a:b:c:visitor", "a:b:1:thief", "a:b:1:visitor:x"])
def test_a_strange_key_counts_nothing(key):
    assert read_key(key) is None


@pytest.fixture
def issued(house):
    return issue_one(house)


def public_id(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id).public_id


def test_places_are_counted_by_county_and_hour_and_warned_of(db, issued):
    page, hour = public_id(db, issued), int(AT.timestamp()) // HOUR
    counts = {
        key_of(page, "320102", hour, Source.VISITOR): 2,
        key_of(page, "370102", hour + 1, Source.OFFICER): 1,
        "nonsense": 5,
        key_of("0000000000", "320102", hour, Source.VISITOR): 9,
    }
    for _ in range(2):
        with db.work(SYSTEM) as w:
            fold_places(w, counts)
    with db.look(SYSTEM) as look:
        found = scans_of(look, issued)
    assert [(one.county, one.count, one.source) for one in found.sightings] == [
        ("370102", 2, "officer"),
        ("320102", 4, "visitor"),
    ]
    assert found.far is not None
    assert "山东" in found.sightings[0].name


def test_places_are_forgotten_after_ninety_days(db, issued):
    page, hour = public_id(db, issued), int(db.clock.now().timestamp()) // HOUR
    with db.work(SYSTEM) as w:
        fold_places(w, {key_of(page, "320102", hour, Source.VISITOR): 1})
        assert forget_places(w) == 0
    db.clock.forward(days=91)
    with db.work(SYSTEM) as w:
        assert forget_places(w) == 1


def test_a_visitor_tells_his_county_and_the_public_page_never_does(client, db, issued, house):
    page = public_id(db, issued)
    form = client.get(f"/c/{page}/place?province=320000")
    assert form.status_code == 200
    assert "玄武" in form.text
    told = client.post(f"/c/{page}/place?province=320000", data={"county": "320102"})
    assert "记下了" in told.text
    assert client.post(f"/c/{page}/place", data={"county": "999999"}).status_code == 422
    fold_task(db)
    with db.look(SYSTEM) as look:
        found = scans_of(look, issued)
    assert [one.county for one in found.sightings] == ["320102"]
    assert "玄武" not in client.get(f"/c/{page}").text.split("</main>")[0].split("路线")[0]
    assert client.get("/c/0000000000/place").status_code == 404
