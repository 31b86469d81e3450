"""The desk of surveillance, without JavaScript."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest

from aquacert.kernel.scope import SYSTEM
from aquacert.surveillance.commands import deny_event
from aquacert.surveillance.commands.shapes import confirm_version
from aquacert.surveillance.models import FeedFile
from tests.make.accounts import make_person, signed_in
from tests.make.surveillance import (
    blocked,
    brought_in,
    event_of,
    feed,
    luhe,
    make_officer,
    make_zone,
    zones_of,
)


@pytest.fixture
def officer(db, client):
    return signed_in(client, make_officer(db))


def upload(client, text, name="五月.csv"):
    return client.post("/surveillance/feeds", data={"file": (io.BytesIO(text.encode()), name)})


def test_an_empty_list_says_what_to_do_next(officer):
    page = officer.get("/surveillance/")
    assert "还没有疫情数据" in page.text
    assert "导入数据文件" in page.text


def test_a_file_is_previewed_then_imported_and_acts(db, officer):
    sent = upload(officer, feed([luhe(), luhe(Id="2", sumCases="many")]))
    assert sent.status_code == 302
    preview = officer.get(sent.location)
    assert "预检：还没有导入" in preview.text
    assert "many" in preview.text
    assert blocked(db) == ()
    done = officer.post(f"{sent.location}/import", follow_redirects=True)
    assert "已导入" in done.text
    assert len(blocked(db)) == 1
    page = officer.get("/surveillance/")
    assert "白斑综合征" in page.text
    assert "管控中" in page.text
    assert "2026-05-01" in page.text
    assert "六合区" in officer.get("/surveillance/zones").text


def test_a_strange_file_is_an_error_at_the_field(db, officer):
    as_format = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), "way": "format:empresi"}
    page = officer.post("/surveillance/feeds", data=as_format)
    assert page.status_code == 422
    assert "EMPRES-i" in page.text
    nobody = upload(officer, '{"a": 1}', "x.json")
    assert "没有一种已有的读法读得懂这个文件" in nobody.text
    assert "/feeds/drafts/" in upload(officer, "a,b\n1,2\n").location  # a table: somebody maps it
    with db.look(SYSTEM) as look:
        from sqlalchemy import select

        assert look.one(select(FeedFile)) is None
    empty = officer.post("/surveillance/feeds", data={})
    assert "请先选一个文件" in empty.text


def test_events_are_found_paged_and_marked(db, officer):
    rows = [luhe(Id=str(n), disease="Crab woe", localityName=f"塘{n:03d}") for n in range(25)]
    brought_in(db, *rows, luhe(disease="Influenza - Avian"), luhe(Id="x", localityName="龙池"))
    assert "第 1 / 2 页" in officer.get("/surveillance/").text
    found = officer.get("/surveillance/?q=塘017").text
    assert found.count("<tr data-href") == 1
    assert "未对上病名" in found
    assert "没有疫情" in officer.get("/surveillance/?q=塘017&realm=aquatic").text
    assert "陆生动物疫病" in officer.get("/surveillance/?realm=terrestrial").text


def test_a_suspicion_is_confirmed_by_hand_and_the_zone_lifted_again(db, officer):
    brought_in(db, luhe(status="Suspected"))
    here = f"/surveillance/{event_of(db).id}"
    page = officer.get(here)
    assert "示意图，不作边界依据" in page.text
    assert "来源没有说已经确认" in page.text
    assert "排除疫情" in page.text  # a suspicion is denied at the desk too
    assert officer.post(f"{here}/verdict/confirm", data={"reason": ""}).status_code == 422
    assert officer.post(f"{here}/verdict/confirm", data={"reason": "复检阳性"}).status_code == 302
    assert "生效中" in officer.get(here).text
    [line] = zones_of(db, event_of(db).id)
    lift = f"/surveillance/zones/{line.zone.id}/lift"
    assert "暂停" not in officer.get(lift).text
    assert officer.post(lift, data={"reason": "已扑灭"}).status_code == 302
    assert len(blocked(db)) == 1
    shown = officer.get(f"/surveillance/zones/{line.zone.id}").text
    assert "等第二人确认" in shown
    version = re.search(r"zones/versions/([0-9a-f-]{36})/refuse", shown)[1]
    with db.work(make_officer(db, "320116").actor) as w:
        confirm_version(w, UUID(version), "终末消毒验收合格")
    assert "已解除" in officer.get(here).text
    assert blocked(db) == ()


def test_a_zone_is_opened_over_the_officers_own_divisions_only(db, officer):
    brought_in(db, luhe(localityName="某水库"))
    here = f"/surveillance/{event_of(db).id}"
    page = officer.get(here)
    assert 'value="320116"' in page.text
    assert 'value="320505"' not in page.text
    asked = {
        "division_codes": ["320116"],
        "from_on": "2026-05-09",
        "until_on": "2026-06-01",
        "radius_km": "5",
        "reason": "同一水系",
    }
    wrong = officer.post(f"{here}/zones", data=asked | {"until_on": "2026-05-01"})
    assert wrong.status_code == 422
    assert "截止日不能早于起始日" in wrong.text
    nothing = officer.post(f"{here}/zones", data=asked | {"division_codes": []})
    assert "请至少选一个区划" in nothing.text
    assert officer.post(f"{here}/zones", data=asked).status_code == 302
    shown = officer.get(here).text
    assert re.search(r'class="ring"', shown)
    assert len(blocked(db)) == 1


def test_who_may_only_read_sees_no_acts(db, client):
    row, officer_ = make_zone(db)
    clerk = signed_in(client, make_person(db, "office_clerk"))
    page = clerk.get(f"/surveillance/{row.id}")
    assert page.status_code == 200
    assert "排除疫情" not in page.text
    assert (
        clerk.post(f"/surveillance/{row.id}/verdict/deny", data={"reason": "xx"}).status_code == 403
    )
    assert clerk.get("/surveillance/feeds").status_code == 403
    with db.work(officer_) as w:
        deny_event(w, row.id, "示例场复检阴性")
    assert "示例场复检阴性" in clerk.get(f"/surveillance/{row.id}").text
    api = f"/api/v1/surveillance/events/{row.id}"
    assert clerk.get(api).json["changes"][-1]["reason"] == "示例场复检阴性"
    dealer = signed_in(client, make_person(db, "dealer"))
    assert "示例场" not in dealer.get(f"/surveillance/{row.id}").text
    assert "reason" not in dealer.get(api).json["changes"][-1]


def test_the_rail_counts_what_waits(db, officer):
    brought_in(db, luhe(status="Suspected"))
    page = officer.get("/surveillance/")
    assert page.status_code == 200
    from aquacert.surveillance import queries

    with db.look(SYSTEM) as look:
        assert queries.waiting(look) == (1, 0)
