"""The pages of movements: list, record, report by account and by link, checkpoint, API."""

import re
from html import unescape

import pytest

from aquacert.kernel.scope import SYSTEM
from aquacert.movements.queries import checks_of, movement
from tests.make.accounts import make_person, signed_in, token
from tests.make.hatcheries import make_hatchery
from tests.make.movements import make_road


@pytest.fixture
def road(house):
    return make_road(house)


@pytest.fixture
def dealer(db, road):
    return make_person(db, "dealer", division="320412")


@pytest.fixture
def officer(db, road):
    return make_person(db, "checkpoint_officer", division="321302")


def text_of(answer):
    return unescape(answer.get_data(as_text=True))


def state_of(db, road):
    with db.look(SYSTEM) as look:
        return movement(look, road.certificate_id).state


def entered(client, secret):
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
        cookie["_fresh"] = True
    return client


def owner(client, db, road):
    from tests.make.accounts import sign_in

    farm = road.ready.farm
    secret, _ = sign_in(db, farm.owner.person_id, farm.uscc.lower())
    return entered(client, secret)


def clerk(client, db, road):
    made = make_person(db, "office_clerk", organisation_id=road.ready.farm.office_id)
    return signed_in(client, made)


def test_the_list_shows_what_is_on_the_road_and_empty_tabs_say_what_to_do(client, db, road):
    browser = clerk(client, db, road)
    page = text_of(browser.get("/movements/"))
    assert "示A6P208" in page
    assert "凡纳滨对虾" in page
    assert "没有逾期的" in text_of(browser.get("/movements/?tab=overdue"))
    assert "还没有到达的" in text_of(browser.get("/movements/?tab=arrived"))
    assert "示A6P208" in text_of(browser.get("/movements/?q=6P208"))
    assert "没有符合的运输记录" in text_of(browser.get("/movements/?q=没有的车"))
    assert browser.get("/movements/?q=%E2%80%8B&page=999&tab=x").status_code == 200


def test_the_rail_counts_the_late_ones(client, db, road):
    db.clock.forward(days=9)
    page = text_of(clerk(client, db, road).get("/movements/?tab=overdue"))
    assert re.search(r"逾期 \d 天 \d+ 小时", page)
    assert "件超时或受阻" in page


def test_scanning_and_reporting_makes_it_arrived_for_everybody(client, db, road, dealer):
    browser = signed_in(client, dealer)
    address = f"/movements/arrive/{road.public_id}"
    page = text_of(browser.get(address))
    assert "500000" in page
    assert "示例苗种场" not in page
    form = {"received": "50万尾", "place": "same", "once": "a"}
    answer = browser.post(address, data=form)
    assert answer.status_code == 302, text_of(answer)
    again = browser.post(address, data=form)
    assert again.location == answer.location
    assert "已经报告到达" in text_of(browser.get(address))
    assert state_of(db, road) == "arrived"
    assert "已到达" in text_of(browser.get(f"/c/{road.public_id}"))


@pytest.mark.parametrize(
    "received", ["", "0", "-1", "1.5", "9223372036854775808", "五十万只", "三"]
)
def test_a_wrong_quantity_is_an_error_at_the_field(client, db, road, dealer, received):
    browser = signed_in(client, dealer)
    answer = browser.post(
        f"/movements/arrive/{road.public_id}", data={"received": received, "place": "same"}
    )
    if received == "三":
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert 'id="received-error"' in text_of(answer)
    assert state_of(db, road) == "not_arrived"


def test_more_than_certified_asks_for_words_and_keeps_what_was_typed(client, db, road, dealer):
    browser = signed_in(client, dealer)
    form = {"received": "60万", "place": "other", "note": "㐂 䶮 𠮷"}
    answer = browser.post(f"/movements/arrive/{road.public_id}", data=form)
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'id="problem-error"' in page
    assert "㐂 䶮 𠮷" in page
    form["problem"] = "改送到隔壁养殖场，多装一箱"
    assert browser.post(f"/movements/arrive/{road.public_id}", data=form).status_code == 302
    with db.look(SYSTEM) as look:
        assert movement(look, road.certificate_id).note == "㐂 䶮 𠮷"


def test_a_stranger_is_told_the_two_ways_and_cannot_post(client, db, road):
    address = f"/movements/arrive/{road.public_id}"
    page = text_of(client.get(address))
    assert "一次性链接" in page
    assert "登录后报告" in page
    assert "sign-in" in client.post(address, data={"received": "1", "place": "same"}).location
    assert client.get("/movements/arrive/AAAAAAAAAA").status_code == 404


def test_who_may_not_report_is_told_so(client, road, officer):
    page = text_of(signed_in(client, officer).get(f"/movements/arrive/{road.public_id}"))
    assert "不能报告到达" in page


def test_a_consignee_without_an_account_reports_by_link_once(app, client, db, road):
    browser = owner(client, db, road)
    page = text_of(browser.post(f"/movements/{road.certificate_id}/link", data={"once": "x"}))
    secret = re.search(r"/movements/link/([\w-]+)", page).group(1)
    stranger = app.test_client()
    shown = text_of(stranger.get(f"/movements/link/{secret}"))
    assert "500000" in shown
    wrong = stranger.post(f"/movements/link/{secret}", data={"received": "0", "place": "same"})
    assert wrong.status_code == 422
    done = stranger.post(f"/movements/link/{secret}", data={"received": "500000", "place": "same"})
    assert done.status_code == 302
    assert "已经报告到达" in text_of(stranger.get(done.location))
    assert state_of(db, road) == "arrived"
    used = stranger.get(f"/movements/link/{secret}")
    assert used.status_code == 409
    assert "已经用过" in text_of(used)
    assert stranger.get("/movements/link/nonsense").status_code == 404


def test_a_void_certificate_says_why_it_cannot_arrive(client, db, road, dealer):
    from aquacert.certificates.commands import void

    with db.work(road.ready.vet.actor) as w:
        void(w, road.certificate_id, "货主取消启运")
    answer = signed_in(client, dealer).post(
        f"/movements/arrive/{road.public_id}", data={"received": "1", "place": "same"}
    )
    assert answer.status_code == 422
    assert "这张证已经作废" in text_of(answer)


def test_a_farm_may_choose_its_own_lot(client, db, road):
    from tests.make.accounts import sign_in

    buyer = make_hatchery(db, stock=10)
    secret, _ = sign_in(db, buyer.owner.person_id, buyer.uscc.lower())
    browser = entered(client, secret)
    address = f"/movements/arrive/{road.public_id}"
    assert "记入本场存塘" in text_of(browser.get(address))
    form = {"received": "500000", "place": "same", "lot_id": str(buyer.lot_id)}
    assert browser.post(address, data=form).status_code == 302


def test_the_office_looks_after_a_late_load(client, db, road):
    db.clock.forward(days=9)
    browser = clerk(client, db, road)
    here = f"/movements/{road.certificate_id}"
    assert "确认未到达" in text_of(browser.get(here))
    assert browser.post(f"{here}/absent", data={"because": ""}).status_code == 422
    assert browser.post(f"{here}/absent", data={"because": "车坏在路上"}).status_code == 302
    again = browser.post(f"{here}/absent", data={"because": "车坏在路上"})
    assert again.status_code == 422
    assert "已确认未到达" in text_of(browser.get(here))
    assert browser.post(f"{here}/arrived", data={"because": "收货地来电"}).status_code == 302
    assert "机构核实" in text_of(browser.get(here))


def test_the_owner_sees_no_office_buttons(client, db, road):
    page = text_of(owner(client, db, road).get(f"/movements/{road.certificate_id}"))
    assert "生成一次性链接" in page
    assert "核实已到达" not in page


def test_a_stranger_to_the_case_finds_no_record(client, road, dealer):
    assert signed_in(client, dealer).get(f"/movements/{road.certificate_id}").status_code == 404


def test_a_checkpoint_reads_compares_and_passes(client, db, road, officer):
    browser = signed_in(client, officer)
    answer = browser.get(f"/movements/check?code=https://x/c/{road.public_id}%23123")
    assert answer.location.endswith(f"/movements/check/{road.public_id}")
    page = text_of(browser.get(answer.location))
    for words in ("证有效，请对车和货", "示A6P208", "伍拾万尾", "还剩", "签名由服务器当场验证"):
        assert words in page
    form = {"place": "示例公路检查站", "outcome": "pass", "once": "a"}
    assert browser.post(answer.location, data=form).status_code == 302
    assert browser.post(answer.location, data=form).status_code == 302
    assert "已记录：放行" in text_of(browser.get("/movements/check"))
    with db.look(SYSTEM) as look:
        assert len(checks_of(look, road.certificate_id)) == 1
    assert 'value="示例公路检查站"' in text_of(browser.get(answer.location))


def test_a_lorry_that_differs_is_not_passed(client, db, road, officer):
    browser = signed_in(client, officer)
    address = f"/movements/check/{road.public_id}"
    form = {"place": "示例站", "points": ["plate"], "outcome": "pass"}
    answer = browser.post(address, data=form)
    assert answer.status_code == 422
    assert "车牌不符，不能放行" in text_of(answer)
    assert re.search(r'value="plate"\s+checked', text_of(answer))
    form["outcome"] = "hold"
    assert 'id="note-error"' in text_of(browser.post(address, data=form))
    form["note"] = "车上是另一块牌"
    assert browser.post(address, data=form).status_code == 302
    form["outcome"] = "nonsense"
    assert browser.post(address, data=form).status_code == 422


def test_an_unknown_code_is_said_at_the_field(client, road, officer):
    answer = signed_in(client, officer).get("/movements/check?code=3299999999")
    assert answer.status_code == 422
    assert 'id="code-error"' in text_of(answer)


def test_only_checkpoints_check(client, road, dealer):
    assert signed_in(client, dealer).get("/movements/check").status_code == 403


def test_programs_list_and_report(client, db, road, dealer):
    mine = make_person(db, "office_clerk", organisation_id=road.ready.farm.office_id)
    bearer = {"Authorization": f"Bearer {token(db, mine)}"}
    listed = client.get("/api/v1/movements/", headers=bearer).get_json()
    assert [item["number"] for item in listed["items"]] == [road.number]
    door = f"/api/v1/movements/{road.public_id}/arrival"
    bearer["Idempotency-Key"] = "k1"
    assert client.post(door, json={}, headers=bearer).status_code == 422
    bearer["Idempotency-Key"] = "k2"
    wrong = client.post(door, json={"received": 5, "place_confirmed": "no"}, headers=bearer)
    assert wrong.status_code == 422
    bearer["Idempotency-Key"] = "k3"
    first = client.post(door, json={"received": 499_000}, headers=bearer)
    second = client.post(door, json={"received": 499_000}, headers=bearer)
    assert first.get_json() == second.get_json()
    assert first.get_json()["state"] == "arrived"
    one = client.get(f"/api/v1/movements/{road.certificate_id}", headers=bearer)
    assert one.get_json()["received"] == 499_000
