"""The pages of a farm and of its county."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aquacert.hatcheries.models import Hatchery, StockMovement
from aquacert.hatcheries.queries import balance, hatchery, licences
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import PASSWORD, make_person, make_uscc
from tests.make.hatcheries import lot, make_hatchery, register


def browser(app, secret: str):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
        cookie["_fresh"] = True
    return client


def text(response) -> str:
    return response.get_data(as_text=True)


def farm_form(**other):
    return {
        "name": "示例苗种场",
        "uscc": make_uscc(),
        "division_code": "江苏南京玄武区",
        "place": "示例镇 1 号",
        "level": "provincial",
        "kind": "improved",
        "contact_name": "张三",
        "phone": "138 0000 8000",
        "licence_number": "苏-2024-001",
        "licence_from": "2024-06-11",
        "licence_until": "2027-06-10",
        "licence_species": "南美白对虾、草鱼，鲫",
        "once": "k1",
    } | other


def test_a_stranger_registers_with_a_check_page_before_anything_is_kept(db, client):
    assert "登记苗种场" in text(client.get("/hatcheries/register"))
    asked = farm_form()
    checked = text(client.post("/hatcheries/register", data=asked))
    for said in (
        "请核对，没错再提交",
        "江苏省南京市玄武区",
        "省级良种场",
        "凡纳滨对虾",
        "提交登记",
    ):
        assert said in checked, said
    with db.look(SYSTEM) as look:
        assert look.scalars(select(Hatchery)) == []
    sent = client.post("/hatcheries/register", data=asked | {"step": "check", "password": PASSWORD})
    assert sent.status_code == 302
    assert "正在审核" in text(client.get(sent.location))
    with db.look(SYSTEM) as look:
        [row] = look.scalars(select(Hatchery))
        assert (row.state, row.phone) == ("registered", "13800008000")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"uscc": "91320102000000000O"}, "没有字母"),
        ({"uscc": "913201020000000009"}, "校验位"),
        ({"division_code": "鼓楼区"}, "请写上省市"),
        ({"division_code": "130223"}, "撤销"),
        ({"phone": "110"}, "手机号是 11 位"),
        ({"licence_until": "2026-02-30"}, "没有 2026-02-30 这一天"),
        ({"licence_until": "2020-01-01"}, "到期日要在起始日之后"),
        ({"licence_species": "大白鲨"}, "没有叫“大白鲨”的单一品种"),
        ({"name": ""}, "这一项要填"),
    ],
)
def test_each_fault_stands_at_its_field_and_the_rest_is_kept(client, wrong, said):
    answer = client.post("/hatcheries/register", data=farm_form(**wrong))
    assert answer.status_code == 422
    assert said in text(answer)
    assert "示例镇 1 号" in text(answer)


def test_going_back_from_the_check_page_loses_nothing(client):
    back = client.post("/hatcheries/register", data=farm_form(step="back"))
    assert back.status_code == 200
    assert "示例镇 1 号" in text(back)
    assert "南美白对虾" in text(back)


def test_a_weak_password_is_refused_at_its_field_and_the_check_page_stays(client):
    answer = client.post("/hatcheries/register", data=farm_form(step="check", password="1"))
    assert answer.status_code == 422
    assert "提交登记" in text(answer)
    assert "错误" in text(answer)


def test_the_county_approves_from_its_list(db, app):
    hatchery_id = register(db)
    clerk = browser(app, make_person(db, "office_clerk", division="320114").secret)
    assert "待审核" in text(clerk.get("/hatcheries/"))
    assert "审核通过" in text(clerk.get(f"/hatcheries/{hatchery_id}"))
    thin = clerk.post(f"/hatcheries/{hatchery_id}/refuse", data={"because": "不", "once": "a"})
    assert thin.status_code == 422
    assert "不少于 5 字" in text(thin)
    assert clerk.post(f"/hatcheries/{hatchery_id}/approve", data={"once": "b"}).status_code == 302
    with db.look(SYSTEM) as look:
        assert hatchery(look, hatchery_id).state == "approved"


def test_the_owner_keeps_licences_lots_and_the_ledger(db, app):
    farm = make_hatchery(db, stock=1000)
    owner = browser(app, farm.owner_secret)
    assert "2 号塘" in text(owner.get("/hatcheries/own"))
    lot = owner.post(
        "/hatcheries/own/lots/new",
        data={
            "pond": "5 号塘",
            "species": "草鱼",
            "life_stage": "夏花",
            "quantity": "64万",
            "unit": "",
            "kind": "hatch",
            "once": "a",
        },
    )
    assert lot.status_code == 302
    assert "640" in text(owner.get(lot.location))
    wrong = owner.post(
        f"/hatcheries/lots/{farm.lot_id}/book",
        data={"kind": "death", "quantity": "1001", "reason": "", "once": "b"},
    )
    assert wrong.status_code == 422
    assert "最多 1,000 尾" in text(wrong)
    assert (
        owner.post(
            f"/hatcheries/lots/{farm.lot_id}/book",
            data={"kind": "death", "quantity": "10", "reason": "", "once": "c"},
        ).status_code
        == 302
    )
    licence = owner.post(
        "/hatcheries/own/licences/new",
        data={
            "kind": "seed",
            "number": "新-1",
            "from_on": "2026-05-01",
            "until_on": "2029-04-30",
            "species": "鲫",
            "once": "d",
        },
    )
    assert licence.status_code == 302
    with db.look(SYSTEM) as look:
        assert balance(look, farm.lot_id) == 990
        assert len(licences(look, farm.hatchery_id)) == 2


def test_the_owner_says_of_each_pond_right_or_how_much_there_is(db, app, clock):
    farm = make_hatchery(db, stock=1000)
    other = lot(db, farm, quantity=500)
    clock.forward(minutes=5)
    owner = browser(app, farm.owner_secret)
    here, one, two = "/hatcheries/own/confirm", farm.lot_id, other

    def say(once, **said):
        key = {"1": one, "2": two}
        data = {f"{name[:-1]}-{key[name[-1]]}": value for name, value in said.items()}
        data["once"] = once
        return owner.post(here, data=data)

    page = text(owner.get(here))
    assert page.count('value="right"') == 2
    assert " checked" not in page
    stamped = say("a")
    assert (stamped.status_code, text(stamped).count("请选“对”或“不对”")) == (422, 2)
    typed = say(
        "b", standing1="wrong", number1="一些", seen1="1000", standing2="right", seen2="400"
    )
    assert "看不懂" in text(typed)
    assert "打开这一页以后台账变了" in text(typed)
    silent = say(
        "c", standing1="wrong", number1="990", seen1="1000", standing2="right", seen2="500"
    )
    assert (silent.status_code, "数不对要写原因" in text(silent)) == (422, True)
    told = {"standing1": "wrong", "number1": "990", "why1": "死亡没记", "seen1": "1000"}
    for key in ("d", "d", "e"):
        assert say(key, **told, standing2="right", seen2="500").status_code == 302
    with db.look(SYSTEM) as look:
        assert (balance(look, one), balance(look, two)) == (990, 500)
        entries = look.scalars(select(StockMovement).where(StockMovement.kind == "correction"))
        assert [(row.quantity, row.reason) for row in entries] == [(-10, "死亡没记")]


def test_another_owner_does_not_find_the_lot(db, app):
    farm, other = make_hatchery(db), make_hatchery(db)
    stranger = browser(app, other.owner_secret)
    assert stranger.get(f"/hatcheries/lots/{farm.lot_id}").status_code == 404
    assert stranger.get(f"/hatcheries/{farm.hatchery_id}").status_code == 404
    booked = stranger.post(
        f"/hatcheries/lots/{farm.lot_id}/book",
        data={"kind": "death", "quantity": "1", "reason": "", "once": "a"},
    )
    assert booked.status_code == 404
