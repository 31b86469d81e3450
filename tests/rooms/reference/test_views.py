"""The reference browser and its API, as somebody with and without the right sees them."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import select

from aquacert.kernel.scope import SYSTEM
from aquacert.reference.models import Rule
from tests.make.accounts import make_person, signed_in

READER = "office_clerk"
OFFICER = "province_supervisor"
ODD = ("没有的", "%", "'\"<svg>", "\u202e", "x" * 5000)
FOUND = {
    "/reference/divisions": ("行政区划", "北京市", "110000"),
    "/reference/divisions?q=玄武": ("江苏省南京市玄武区", "320102"),
    "/reference/divisions?q=下城&retired=1": ("330103", "已撤销"),
    "/reference/divisions/320100": ("南京市", "玄武区", "下辖"),
    "/reference/divisions/330103": ("已经撤销", "拱墅区（330105）"),
    "/reference/species": ("草鱼", "BKC"),
    "/reference/species?q=南美白对虾": ("凡纳滨对虾", "PNV"),
    "/reference/species/PNV": ("白斑综合征", "gbt28630.2-2012", "2023 年规程", "未核实"),
    "/reference/species/FOK": ("没有给这个品种规定检疫对象",),
    "/reference/diseases": ("白斑综合征",),
    "/reference/diseases/WSD": ("GB/T 28630.2-2012", "凡纳滨对虾", "2011 年规程"),
    "/reference/diseases/HRVD": ("还没有收录检测方法",),
    "/reference/rules": ("申报提前量", "20 日", "第八条", "未核实"),
    "/reference/rules?q=到达": ("72 小时", "24 小时"),
}
"""Address → what a reader finds there."""


@pytest.fixture
def as_(app, db):
    """Return a browser of a new person with the role; None is a stranger's."""

    def become(role):
        client = app.test_client()
        if role is None:
            return client
        place = "320000" if role == OFFICER else None
        return signed_in(client, make_person(db, role, division=place))

    return become


def page_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def unverified(db):
    with db.look(SYSTEM) as look:
        row = look.one(select(Rule).where(Rule.rule_id == "supplement.reply"))
        return row.id


def test_a_reader_finds_it(as_):
    reader = as_(READER)
    for path, words in FOUND.items():
        html = page_of(reader, path)
        assert [word for word in words if word not in html] == [], path


def test_nothing_found_says_what_to_do_next(as_):
    reader = as_(READER)
    for place, q in product(("divisions", "species", "diseases", "rules"), ODD):
        answer = reader.get(f"/reference/{place}", query_string={"q": q, "page": "99999"})
        assert answer.status_code == 200, (place, q)
        assert "<svg>" not in answer.get_data(as_text=True).replace("<svg class", ""), (place, q)


def test_an_unknown_code_is_a_plain_page(as_):
    reader = as_(READER)
    for place in ("divisions/999999", "species/XXX", "diseases/SVC", f"rules/{UUID(int=7)}"):
        page_of(reader, f"/reference/{place}", 404)


def test_paging_goes_on_where_it_stopped(as_):
    client = as_(READER)
    first, second = (
        page_of(client, "/reference/divisions"),
        page_of(client, "/reference/divisions?page=2"),
    )
    assert "110101" in first
    assert "110101" not in second
    page_of(client, "/reference/divisions?page=-3")
    page_of(client, "/reference/divisions?page=abc")


def test_a_stranger_is_sent_to_sign_in(as_):
    answer = as_(None).get("/reference/rules")
    assert answer.status_code in {302, 303, 401}


def test_only_an_officer_sees_the_form_and_only_one_may_send_it(as_, db):
    row = unverified(db)
    assert "采纳这条规则" not in page_of(as_(READER), f"/reference/rules/{row}")
    assert (
        as_(READER)
        .post(f"/reference/rules/{row}/adopt", data={"from_on": "2026-05-09"})
        .status_code
        == 403
    )
    assert "采纳这条规则" in page_of(as_(OFFICER), f"/reference/rules/{row}")


def test_two_officers_adopt_on_the_page(as_, db):
    row = unverified(db)
    sent = {"from_on": "2026-05-09"}
    for _ in range(2):
        answer = as_(OFFICER).post(f"/reference/rules/{row}/adopt", data=sent)
        assert answer.status_code == 302
    assert "两名人员已采纳" in page_of(as_(READER), f"/reference/rules/{row}")


def test_a_day_that_does_not_exist_is_said_at_its_field(as_, db):
    officer, door = as_(OFFICER), f"/reference/rules/{unverified(db)}/adopt"
    for day in ("", "2026-02-30", "昨天", "2026-13-01"):
        answer = officer.post(door, data={"from_on": day})
        assert answer.status_code == 422, day
        assert "错误：" in answer.get_data(as_text=True), day


def test_a_day_other_than_the_first_officers_is_said_at_its_field(as_, db):
    row = unverified(db)
    as_(OFFICER).post(f"/reference/rules/{row}/adopt", data={"from_on": "2026-05-09"})
    answer = as_(OFFICER).post(f"/reference/rules/{row}/adopt", data={"from_on": "2026-06-01"})
    assert answer.status_code == 422
    assert "2026-05-09" in answer.get_data(as_text=True)


def test_a_double_click_adopts_once(as_, db):
    client = as_(OFFICER)
    row = unverified(db)
    sent = {"from_on": "2026-05-09", "once": "one-key"}
    answers = [client.post(f"/reference/rules/{row}/adopt", data=sent) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].location == answers[1].location


def test_the_api_walks_the_divisions_by_cursor(as_):
    client = as_(READER)
    path = "/api/v1/reference/divisions?parent=320000&size=10"
    found, after = [], ""
    while True:
        page = client.get(path + (f"&after={after}" if after else "")).get_json()
        found += [row["code"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(found) == len(set(found)) == 13


def test_the_api_answers_each_table(as_):
    client = as_(READER)
    one = client.get("/api/v1/reference/divisions/429004").get_json()
    assert one["path"] == ["420000", "429004"]
    shrimp = client.get("/api/v1/reference/species?q=南美白对虾").get_json()["items"]
    assert [row["code"] for row in shrimp] == ["PNV"]
    duties = client.get("/api/v1/reference/species/PNV/duties").get_json()["items"]
    assert {duty["disease_code"] for duty in duties} >= {"WSD", "DIV1"}
    diseases = client.get("/api/v1/reference/diseases?size=200").get_json()["items"]
    assert {row["code"]: row["class_573"] for row in diseases}["WSD"] == 2
    assert len(diseases) == 42
    rules = client.get("/api/v1/reference/rules?q=declaration.lead_time").get_json()["items"]
    assert sorted((r["value"], r["in_force"]) for r in rules) == [(3, True), (20, False)]
    missing = client.get("/api/v1/reference/divisions/999999")
    assert missing.status_code == 404
    assert missing.content_type.startswith("application/problem+json")
    assert as_(None).get("/api/v1/reference/rules").status_code == 401
