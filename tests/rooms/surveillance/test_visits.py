"""Feeds by address, folder and push: against a real server that errs in every way."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import os
import socket
import time
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from aquacert.kernel import outbound
from aquacert.kernel.errors import Invalid, NotAllowedNow
from aquacert.surveillance.cli import feeds
from aquacert.surveillance.commands import visits as visiting
from aquacert.surveillance.commands.folders import folder_of
from aquacert.surveillance.commands.sources import (
    FeedSaid,
    ask_now,
    change_feed,
    new_secret,
    register_feed,
    switch_feed,
)
from aquacert.surveillance.commands.visits import visit, visit_due
from aquacert.surveillance.models import Event, FeedFile
from aquacert.surveillance.models.visits import Feed, FeedVisit
from aquacert.surveillance.queries.sources import source, sources, standing_of, visits
from aquacert.surveillance.rules.visits import Health, Outcome, Way
from tests.make.accounts import signed_in, token
from tests.make.peers import gives, peer
from tests.make.surveillance import feed, luhe, make_officer

GOOD = feed([luhe()]).encode()


@pytest.fixture
def other(db):
    object.__setattr__(db.settings, "allow_private_fetch", True)
    with peer() as found:
        yield found


def registered(db, officer, way=Way.URL, address="", **more):
    said = FeedSaid("fao", "粮农组织疫情", "empresi", way, address, 30, 10, **more)
    with db.work(officer) as w:
        return register_feed(w, said)


def standing(db, feed_id):
    with db.look() as look:
        return standing_of(look, feed_id)


def health(db, officer, feed_id):
    with db.look(officer) as look:
        return source(look, feed_id).health


def test_an_address_is_fetched_when_due_once_and_again_only_when_it_changed(db, other):
    officer = make_officer(db).actor
    other.answers["/f.csv"] = gives(GOOD, ETag='"v1"')
    feed_id = registered(db, officer, address=f"{other.url}/f.csv", secret="s3cret-token")
    assert health(db, officer, feed_id) is Health.NEVER
    [first] = visit_due(db)
    assert (first.outcome, first.counts.created) == (Outcome.CAME, 1)
    assert other.asked[0][2]["Authorization"] == "Bearer s3cret-token"
    assert health(db, officer, feed_id) is Health.FRESH
    assert visit_due(db) == []
    db.clock.forward(minutes=31)
    other.answers["/f.csv"] = gives(b"", 304)
    [second] = visit_due(db)
    assert second.outcome is Outcome.SAME
    assert other.asked[1][2]["If-None-Match"] == '"v1"'
    db.clock.forward(minutes=31)
    other.answers["/f.csv"] = gives(feed([luhe(sumCases="400")]).encode(), ETag='"v2"')
    [third] = visit_due(db)
    assert third.counts.updated == 1
    with db.work(officer) as w:
        row = w.session.get(Feed, feed_id)
        assert row.secret == "s3cret-token"
        switch_feed(w, feed_id, on=False)
        stored = w.session.connection().exec_driver_sql("SELECT secret FROM feeds").scalar()
        assert "s3cret" not in str(stored)
        change_feed(w, feed_id, FeedSaid("fao", "新名", "empresi", Way.URL, f"{other.url}/f.csv"))
        assert row.secret == "s3cret-token"
        moved = FeedSaid("fao", "新名", "empresi", Way.URL, "https://elsewhere.example/f.csv")
        change_feed(w, feed_id, moved)
        assert row.secret is None  # a token agreed with one host is not told to another
        back = FeedSaid("fao", "新名", "empresi", Way.URL, f"{other.url}/f.csv", 30, 10)
        change_feed(w, feed_id, back)
    assert health(db, officer, feed_id) is Health.OFF
    with db.work(officer) as w, pytest.raises(NotAllowedNow):
        ask_now(w, feed_id)
    with db.work(officer) as w:
        switch_feed(w, feed_id, on=True)
    db.clock.forward(days=11)
    assert health(db, officer, feed_id) is Health.LATE
    with db.look(officer) as look:
        rows = look.scalars(visits(look, feed_id))
        assert [one.outcome for one in rows] == ["came", "same", "came"]
        assert sources(look).others == ()


def hangs(door, _body):
    door.server  # noqa: B018
    time.sleep(0.8)


def drips(door, _body):
    door.send_response(200)
    door.end_headers()
    for _ in range(12):
        door.wfile.write(b"x")
        door.wfile.flush()
        time.sleep(0.07)


def breaks(door, _body):
    door.send_response(200)
    door.send_header("Content-Length", str(len(GOOD) + 500))
    door.end_headers()
    door.wfile.write(GOOD)


FAULTS = {
    "/404": (gives(b"", 404), "404"),
    "/401": (gives(b"", 401), "令牌"),
    "/500": (gives(b"", 500), "500"),
    "/busy": (gives(b"", 503, Retry_After="7200"), "503"),
    "/hang": (hangs, "没有回应"),
    "/drip": (drips, "太慢"),
    "/break": (breaks, "断了"),
    "/page": (gives(b"\n<!DOCTYPE html><title>Sign in</title>"), "网页"),
    "/empty": (gives(b""), "空的"),
    "/away": (gives(b"", 302, Location="http://127.0.0.1:9/inside"), "转到别的地址"),
    "/large": (gives(GOOD * 10), "没有收下"),
    "/other": (gives(b"a,b\n1,2\n"), "表头"),
}


def test_every_way_in_which_another_side_errs_has_its_sentence(db, other, monkeypatch):
    monkeypatch.setattr(visiting, "LARGEST", 3 * len(GOOD))
    officer = make_officer(db).actor
    feed_id = registered(db, officer, address=f"{other.url}/404")
    for path, (answer, words) in FAULTS.items():
        other.answers[path] = answer
        said = FeedSaid("fao", "粮农组织疫情", "empresi", Way.URL, other.url + path)
        with db.work(officer) as w:
            change_feed(w, feed_id, said)
        [found] = visit(db, feed_id, seconds=0.4)
        assert found.outcome is Outcome.FAILED
        assert words in found.fault, path
        assert found.fault.endswith("。")
        wait = standing(db, feed_id).next_at - db.clock.now()
        assert wait == (timedelta(hours=2) if path == "/busy" else timedelta(minutes=1))
    with db.look(officer) as look:
        assert look.scalars(select(Event)) == []
    assert not list((db.settings.data_dir / "tmp").glob("feed-*"))
    waits = []
    for _ in range(4):
        db.clock.forward(days=1)
        visit(db, feed_id, seconds=0.4)
        waits.append((standing(db, feed_id).next_at - db.clock.now()) // timedelta(minutes=1))
    assert waits == [2, 4, 8, 16]
    assert health(db, officer, feed_id) is Health.FAILING
    with db.look(officer) as look:
        newest = look.one(visits(look, feed_id).limit(1))
        assert newest.times == 5  # the same trouble is one line


def test_no_address_leads_inside_not_even_by_name(db, monkeypatch):
    officer = make_officer(db).actor
    for address in ("http://example.org/a", "https://user@example.org/a", "file:///etc/passwd"):
        with pytest.raises(Invalid):
            registered(db, officer, address=address)
    feed_id = registered(db, officer, address="https://feeds.example/a.csv")

    def inside(_host, port, **_):
        return [(2, 1, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", inside)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    [found] = visit(db, feed_id)
    assert "内部网络" in found.fault


def test_a_snapshot_that_shrank_waits_for_a_person(db, other):
    officer = make_officer(db).actor
    rows = [luhe(Id=str(one)) for one in range(9)]
    other.answers["/f"] = gives(feed(rows).encode())
    feed_id = registered(db, officer, address=f"{other.url}/f", is_whole=True)
    [first] = visit(db, feed_id)
    assert first.counts.created == 9
    other.answers["/f"] = gives(GOOD)
    [second] = visit(db, feed_id)
    assert second.outcome is Outcome.HELD
    with db.look(officer) as look:
        assert look.get(FeedFile, second.file_id).imported_at is None


def laid(folder, name, data, age=60.0):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_folder_is_emptied_into_done_and_failed(db, house):
    officer = make_officer(db).actor
    with db.work(officer) as w, pytest.raises(Invalid):
        register_feed(w, FeedSaid("../etc", "x", "empresi", Way.FOLDER))
    feed_id = registered(db, officer, Way.FOLDER)
    folder = folder_of(db.settings.data_dir, "fao")
    laid(folder, "a.csv", GOOD)
    laid(folder, "b.csv", b"nonsense\n1\n")
    growing = [laid(folder, "c.csv.part", GOOD), laid(folder, "d.csv", GOOD, age=0)]
    (folder / "e.csv").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.csv")
    os.utime(folder / "pipe.csv", (1, 1))
    found = CliRunner().invoke(feeds, ["visit", "fao"], obj=lambda: house)
    assert found.exit_code == 1
    assert "取到并导入 a.csv" in found.output
    home = folder.parents[1]
    assert [one.name.split("-", 1)[1] for one in (home / "done" / "fao").iterdir()] == ["a.csv"]
    failed = {one.name.split("-", 1)[1] for one in (home / "failed" / "fao").iterdir()}
    assert failed == {*("b.csv", "b.csv.txt", "e.csv", "e.csv.txt", "pipe.csv", "pipe.csv.txt")}
    assert all(one.exists() for one in growing)
    [said] = (home / "failed" / "fao").glob("*-e.csv.txt")
    assert "链接" in said.read_text(encoding="utf-8")
    laid(folder, "again.csv", GOOD)
    [again] = visit(db, feed_id)
    assert (again.outcome, again.counts.created) == (Outcome.SAME, 0)
    growing[0].unlink()
    with db.look(officer) as look:
        assert look.scalars(select(FeedVisit.outcome).order_by(FeedVisit.id))[-1] == "same"


def test_what_is_pushed_is_signed_packed_and_taken_once(db, client):
    made = make_officer(db)
    feed_id = registered(db, made.actor, Way.PUSH)
    key = {"Authorization": f"Bearer {token(db, made)}", "Idempotency-Key": "one"}
    here = "/api/v1/surveillance/feeds/fao"
    first = client.post(here, data=GOOD, headers=key)
    assert first.json["created"] == 1
    assert client.post(here, data=GOOD, headers=key).json == first.json
    key.pop("Idempotency-Key")
    assert client.post(here, data=GOOD, headers=key).json["unchanged"] == 1
    packed = gzip.compress(feed([luhe(Id="2")]).encode())
    gzipped = key | {"Content-Encoding": "gzip"}
    assert client.post(here, data=packed, headers=gzipped).json["created"] == 1
    bomb = gzip.compress(bytes(60 << 20))
    assert client.post(here, data=bomb, headers=gzipped).status_code == 422
    assert client.post(here, data=packed[:-9], headers=gzipped).status_code == 422
    with db.work(made.actor) as w:
        secret = new_secret(w, feed_id)
    assert client.post(here, data=GOOD, headers=key).status_code == 403
    mark = hmac.new(secret.encode(), packed, hashlib.sha256).hexdigest()
    signed = gzipped | {"X-Feed-Signature": f"sha256={mark}"}
    assert client.post(here, data=packed, headers=signed).json["unchanged"] == 1
    assert client.post(here, data=GOOD, headers=signed).status_code == 403
    with db.work(made.actor) as w:
        switch_feed(w, feed_id, on=False)
    assert client.post(here, data=packed, headers=signed).status_code == 409
    assert client.post("/api/v1/surveillance/feeds/none", data=GOOD, headers=key).status_code == 404
    assert client.post(here, data=GOOD).status_code == 401


def test_the_desk_registers_changes_and_asks_for_a_feed(db, app, client, other):
    made = make_officer(db)
    signed_in(client, made)
    other.answers["/f"] = gives(GOOD)
    asked = {
        "name": "粮农组织",
        "feed_key": "fao",
        "form": "empresi",
        "way": "url",
        "address": f"{other.url}/f",
        "every_minutes": "60",
        "expected_days": "10",
        "token": "t0ken",
    }
    bad = client.post(
        "/surveillance/sources/new", data=asked | {"address": "ftp://x/", "once": "a"}
    )
    assert bad.status_code == 422
    assert "只能用 https" in bad.text
    made_at = client.post("/surveillance/sources/new", data=asked | {"once": "b"})
    assert made_at.status_code == 302
    visit_due(db)
    seen = client.get(made_at.location).text
    assert "取到并导入" in seen
    assert "t0ken" not in seen
    assert "t0ken" not in client.get(f"{made_at.location}/change").text
    again = client.post(f"{made_at.location}/visit", data={"once": "c"})
    assert again.status_code == 302
    assert len(visit_due(db)) == 1
    for _ in range(2):
        client.post(f"{made_at.location}/visit", data={"once": f"c{_}"})
        visit_due(db)
    assert "3 次" in client.get(made_at.location).text
    assert "正常" in client.get("/surveillance/sources").text
    pushed = asked | {"way": "push", "token": "", "once": "d"}
    assert client.post(f"{made_at.location}/change", data=pushed).status_code == 302
    assert "只显示这一次" in client.post(f"{made_at.location}/secret", data={"once": "e"}).text
    assert client.post(f"{made_at.location}/visit", data={"once": "f"}).status_code == 409
