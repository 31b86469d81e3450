"""What people see of diseases: risk pages, digests, map and curve, the public register."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DatabaseError

from aquacert.accounts.models import InboxMessage
from aquacert.hatcheries.models import Pond
from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import deny_event, lift_zone
from aquacert.surveillance.commands.digest import make, make_digests
from aquacert.surveillance.commands.register import RegisterPublished, publish_register
from aquacert.surveillance.models import RegisterVersion, WeeklyDigest
from aquacert.surveillance.queries.register import entries_of, latest, register_now
from aquacert.surveillance.queries.risk import score, scores
from aquacert.surveillance.rules.digest import QUIET
from aquacert.surveillance.rules.risk import Part
from tests.make.accounts import make_person, signed_in
from tests.make.hatcheries import make_hatchery
from tests.make.surveillance import brought_in, event_of, luhe, make_officer, zones_of


def part(found, which):
    return next(one for one in found.parts if one.part is which)


def test_a_county_and_its_neighbours_are_scored_by_what_was_found(db, client):
    brought_in(db, luhe(), luhe(Id="2", status="Suspected", localityName="Pukou District"))
    with db.look(SYSTEM) as look:
        found = scores(look, ["320116", "320111", "320505"])
        assert part(found["320116"], Part.ZONE).points == 30
        assert part(found["320116"], Part.EVENT_HERE).count == 1
        assert part(found["320111"], Part.EVENT_NEAR).count == 1
        assert part(found["320111"], Part.SUSPECTED_HERE).count == 1
        assert [one.part for one in found["320505"].reasons] == [Part.UNWATCHED]
        assert score(look, division_code="320116") == found["320116"]
    officer = make_officer(db)
    signed_in(client, officer)
    listed = client.get("/surveillance/risk").text
    assert listed.index("六合区") < listed.index("玄武区")
    assert "苏州" not in listed
    shown = client.get("/surveillance/risk/320116").text
    assert "白斑综合征" in shown
    assert "没有发现不等于没有病" in shown
    assert client.get("/surveillance/risk/320505").status_code == 404
    drawn = client.get("/surveillance/curve?county=320116&weeks=13").text
    assert "共 1 起" in drawn
    assert len(re.findall(r'<rect class="sure"', drawn)) == 1
    assert "<circle" in drawn
    assert "这些条件下没有疫情" in client.get("/surveillance/curve?disease=TS").text


def test_a_farm_reads_on_its_phone_what_it_means(db, client):
    farm = make_hatchery(db)
    brought_in(db, luhe(localityName="Yuhuatai District"))
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = farm.owner_secret, True
    text = client.get("/surveillance/risk/mine").text
    assert "现在不能调运" in text
    assert "凡纳滨对虾" in text
    assert "没有检测不等于没有病" in text
    assert client.get("/surveillance/risk").status_code == 403
    with db.work(SYSTEM) as w:  # its ponds are drawn, twelve kilometres off the circles
        [pond, *_more] = w.scalars(select(Pond).where(Pond.hatchery_id == farm.hatchery_id))
        pond.outline = [[118.84, 32.18], [118.85, 32.18], [118.85, 32.19]]
        w.record(RegisterPublished(1, "x", 0, 0), on=pond)
    assert "没有管到您的场" in client.get("/surveillance/risk/mine").text
    signed_in(client, make_person(db, "county_supervisor", division="320114"))
    seen = client.get(f"/surveillance/risk/farms/{farm.hatchery_id}").text
    assert "示例苗种场" in seen
    with db.look(SYSTEM) as look:
        found = score(look, organisation_id=farm.organisation_id)
    assert {Part.ZONE, Part.EVENT_HERE, Part.UNWATCHED} <= {one.part for one in found.reasons}


def test_the_week_is_told_once_to_those_who_watch_and_a_quiet_place_hears_one_line(db, client):
    watching, quiet = make_officer(db, "320116"), make_officer(db, "320505")
    brought_in(db, luhe())
    assert make_digests(db) > 0
    monday = db.clock.now().date()
    monday -= timedelta(days=monday.weekday())
    db.clock.forward(days=7)
    assert make_digests(db) > 0
    assert make_digests(db) == 0
    with db.look(SYSTEM) as look:
        told = look.scalars(
            select(InboxMessage).where(InboxMessage.kind == "digest").order_by(InboxMessage.id)
        )
        bodies = {(one.to_person_id, one.body) for one in told if one.sent_at == look.now}
        rows = look.scalars(select(WeeklyDigest).where(WeeklyDigest.from_on == monday))
    assert any(who == watching.actor.person_id and "新的疫情 1" in body for who, body in bodies)
    assert {body for who, body in bodies if who == quiet.actor.person_id} == {QUIET}
    assert {row.content["is_quiet"] for row in rows} == {True, False}
    signed_in(client, make_person(db, "county_supervisor", division="320116"))
    listed = client.get("/surveillance/digests").text
    assert "新的疫情 1" in listed
    mine = next(row for row in rows if row.division_code == "320116")
    other = next(row for row in rows if row.division_code == "320505")
    assert "白斑综合征" in client.get(f"/surveillance/digests/{mine.id}").text
    assert client.get(f"/surveillance/digests/{other.id}").status_code == 404
    with db.work(SYSTEM) as w:
        assert make(w, monday) == 0
    with pytest.raises(DatabaseError), db.work(SYSTEM) as w:
        w.session.execute(delete(WeeklyDigest))


def test_the_public_register_keeps_every_version_and_names_no_farm(db, client):
    empty = client.get("/register/diseases/")
    assert "还没有公布过" in empty.text
    brought_in(db, luhe(), luhe(Id="9", status="Suspected", localityName="Pukou District"))
    assert publish_register(db) == 1
    assert publish_register(db) is None
    first = client.get("/register/diseases/")
    assert first.status_code == 200
    assert "六合区" in first.text
    assert "浦口区" not in first.text
    got = client.get("/register/diseases/current.json")
    [entry] = got.json["entries"]
    assert (entry["state"], entry["division_code"], entry["disease_code"]) == (
        "controlled",
        "320116",
        "WSD",
    )
    assert not {"latitude", "organisation", "place"} & set(entry)
    assert "118.84" not in got.text
    again = client.get(
        "/register/diseases/current.json", headers={"If-None-Match": got.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    officer = make_officer(db, "320000").actor
    [line] = zones_of(db, event_of(db).id)
    with db.work(officer) as w:
        lift_zone(w, line.zone.id, "已扑灭")
    assert publish_register(db) == 2
    with db.look(SYSTEM) as look:  # what grew old is not revoked
        look.now += timedelta(days=4 * 366)
        assert [one.state for one in register_now(look, entries_of(latest(look)))] == ["lifted"]
    with db.work(officer) as w:
        deny_event(w, event_of(db).id, "复检阴性")
    assert publish_register(db) == 3
    states = [
        client.get(f"/register/diseases/versions/{n}.json").json["entries"][0]["state"]
        for n in (1, 2, 3)
    ]
    assert states == ["controlled", "lifted", "revoked"]
    shown = client.get("/register/diseases/versions/2").text
    assert "管控中 → 管控已解除" in shown
    assert "看最新一版" in shown
    differ = client.get("/register/diseases/versions/3.json?since=1").json["changes"]
    assert differ[0]["now"]["state"] == "revoked"
    today = db.clock.now().date().isoformat()
    assert client.get(f"/register/diseases/on/{today}").location.endswith("/versions/3")
    assert client.get("/register/diseases/on/2020-01-01").status_code == 404
    far = (
        "on/9999-12-31",
        "on/0001-01-01",
        f"versions/{10**20}",
        f"versions/1.json?since={10**20}",
    )
    for address in ("versions/9", *far):
        assert client.get(f"/register/diseases/{address}").status_code == 404
    assert "第 3 版" in client.get("/register/diseases/versions").text
    with pytest.raises(DatabaseError), db.work(SYSTEM) as w:
        w.session.execute(delete(RegisterVersion))
