"""The public page over certificates that were really issued, on a real database."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from aquacert.certificates import commands, queries
from aquacert.kernel.scope import SYSTEM
from aquacert.trust.qr import check_code
from aquacert.verification import views
from aquacert.verification.queries import pages
from tests.make.certificates import confirm, issue_one, make_ready


@pytest.fixture
def seconds(monkeypatch):
    """Seconds of the steady clock; add to `[0]` to let time go by."""
    passed = [1000.0]
    monkeypatch.setattr(pages.time, "monotonic", lambda: passed[0])
    return passed


@pytest.fixture
def ready(db):
    return make_ready(db)


@pytest.fixture
def issued(seconds, house, ready, app):
    # the pages were made with the real clock before `seconds` was there
    house.extras[views.EXTRA].pages._tick = lambda: seconds[0]
    return issue_one(house, ready)


def line_of(db, certificate_id):
    with db.look(SYSTEM) as look:
        return queries.certificate(look, certificate_id)


def test_an_issued_certificate_is_green_on_its_page(client, db, issued):
    line = line_of(db, issued)
    page = client.get(f"/c/{line.public_id}").text
    assert '<section class="verdict is-valid"' in page
    assert line.species in page
    assert line.number[2:6] in page


def test_nothing_personal_of_the_parties_leaves_the_house(client, db, issued):
    with db.look(SYSTEM) as look:
        record = queries.record_of(look, issued)
    page = client.get(f"/c/{record.public_id}").text
    private = {
        record.owner_phone,
        record.consignee,
        record.carrier,
        record.carrier_phone,
        record.plate,
        record.vet,
    } - {""}
    assert not [words for words in private if words in page]


def test_void_and_suspend_show_within_a_second(client, db, issued, ready, seconds):
    address = f"/c/{line_of(db, issued).public_id}"
    assert "is-valid" in client.get(address).text
    with db.work(ready.vet.actor) as w:
        commands.suspend(w, issued, "收到实验室阳性消息")
    seconds[0] += 1.1
    assert "暂停（勿运）" in client.get(address).text
    with db.work(SYSTEM) as w:  # a suspended one is made void only by who may suspend
        commands.void(w, issued, "目的地填错")
    seconds[0] += 1.1
    page = client.get(address).text
    assert "已作废" in page
    assert "is-valid" not in page
    assert "目的地填错" not in page


def test_arrival_shows_within_a_second(client, db, issued, seconds):
    address = f"/c/{line_of(db, issued).public_id}"
    client.get(address)
    with db.work(SYSTEM) as w:
        commands.note_arrival(w, issued, w.now)
        w.session.flush()
    seconds[0] += 1.1
    assert "已到达" in client.get(address).text


def test_a_record_changed_behind_our_back_is_never_green(client, db, house, issued):
    line = line_of(db, issued)
    with db.engine.begin() as connection:
        for name in (
            connection.scalars(
                text(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'certificates'"
                )
            ).all()
            if db.engine.dialect.name == "sqlite"
            else ()
        ):
            connection.execute(text(f"DROP TRIGGER {name}"))
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE certificates DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE certificates SET cose = :cose"), {"cose": b"\x84" * 150})
    page = client.get(f"/c/{line.public_id}").text
    assert "签名不符" in page
    assert "is-valid" not in page


def test_number_and_check_code_lead_to_the_page(client, db, issued):
    line = line_of(db, issued)
    pair = {"number": line.number, "code": check_code(line.public_id)}
    assert client.get("/verify", query_string=pair).headers["Location"] == f"/c/{line.public_id}"
    pair["code"] = "000000"
    assert client.get("/verify", query_string=pair).status_code == 404


def test_a_database_that_is_gone_is_amber(client, db, issued, seconds, monkeypatch):
    address = f"/c/{line_of(db, issued).public_id}"
    assert "is-valid" in client.get(address).text
    monkeypatch.setattr(db, "reader", broken(db))
    seconds[0] += 1.1
    answer = client.get(address)
    assert answer.status_code == 200
    assert "暂时无法核验" in answer.text


def broken(db):
    from sqlalchemy import create_engine

    return create_engine("sqlite:////nowhere/at/all.db")


def test_a_replaced_certificate_points_to_its_successor(client, db, house, issued, ready, seconds):
    old = line_of(db, issued)
    digest = confirm(db, ready, replaces_id=issued, because="运输车辆更换")
    new = commands.issue(
        db, ready.vet.actor, ready.load_id, house.keys, digest, replaces_id=issued,
        because="运输车辆更换",
    )  # fmt: skip
    seconds[0] += 1.1
    page = client.get(f"/c/{old.public_id}").text
    assert "已换新证" in page
    assert f"/c/{line_of(db, new).public_id}" in page
