"""The receiving pages: a box scanned without a mouse, two actions a sample, every refusal a sentence."""

import io
import re
from uuid import UUID

import pytest

from aquacert.kernel.scope import SYSTEM
from labs.custody.queries import chain
from labs.intake.commands import Box, announce, receive_item, store_item
from labs.intake.queries import faults_of, item_by_code
from tests.make.accounts import make_person, signed_in, token
from tests.make.labs import announced, blind, make_items, make_lab, make_report


@pytest.fixture
def lab(db):
    return make_lab(db)


@pytest.fixture
def receiver(app, lab):
    return signed_in(app.test_client(), lab.receiver)


def boxed(db, lab, count=3, number="BX-0007"):
    codes = [blind() for _ in range(count)]
    with db.work(SYSTEM) as w:
        items = [announced(code, db) for code in codes]
        box = Box(number, "cold_chain", preservation="ice")
        return f"/labs/consignments/{announce(w, lab_id=lab.lab_id, items=items, box=box)}", codes


def words(response):
    return re.sub(r"<[^>]+>|\s", " ", response.get_data(as_text=True))


def scan(browser, page, line, **more):
    """Post what the scanner types, as the browser does; return the page it leads to."""
    answer = browser.post(page, data={"code": line, "condition": "good", **more})
    if answer.status_code == 302:
        return browser.get(answer.location)
    assert answer.status_code == 422
    return answer


def test_a_box_is_received_by_one_scan_a_sample_and_closed_by_a_card(db, lab, receiver):
    page, codes = boxed(db, lab)
    found = receiver.post("/labs/receive", data={"code": " bx-0007 "})
    assert found.location == page
    assert receiver.post("/labs/receive", data={"code": codes[1]}).location == page
    assert receiver.post("/labs/receive", data={"code": "NOTHING-1"}).status_code == 422
    assert receiver.post(f"{page}/arrive", data={}).status_code == 302
    shown = scan(receiver, page, codes[0])
    assert f"{codes[0]} 完好" in words(shown)
    assert "还有 2 份待扫" in words(shown)
    assert 'data-scan=""' in shown.get_data(as_text=True)
    assert "autofocus" in shown.get_data(as_text=True)
    assert "已登记过" in words(scan(receiver, page, codes[0]))
    assert "渗漏，样品可检" in words(scan(receiver, page, f"{codes[1]} L 袋口渗水"))
    assert "登记已撤回" in words(scan(receiver, page, "UNDO"))
    assert "包装破损" in words(scan(receiver, page, codes[1], condition="damaged", note="盒角裂"))
    assert "写明原因才能清点完毕" in words(scan(receiver, page, "CLOSE"))
    assert "已全部清点" in words(scan(receiver, page, "CLOSE 箱内没有"))
    with db.look(lab.receiver.actor) as look:
        assert item_by_code(look, codes[2]).condition == "missing"
        assert [x.act for x in chain(look, codes[1])] == ["handed_over", *["received"] * 3]


def test_what_is_not_on_the_manifest_is_said_and_never_lost(db, lab, receiver):
    page, _ = boxed(db, lab)
    other, [elsewhere] = boxed(db, lab, 1, "BX-0008")
    shown = words(scan(receiver, page, "ZZZZ-0001"))
    assert "不在本箱清单上" in shown
    assert "NC00001" in shown
    assert "按它自己的送样单收样" in words(scan(receiver, page, elsewhere))
    assert "这不是盲样号" in words(scan(receiver, page, "鱼!"))
    with db.look(lab.receiver.actor) as look:
        assert item_by_code(look, elsewhere).condition == "good"
        assert [f.code for f in faults_of(look, UUID(page[-36:]))] == ["ZZZZ-0001", elsewhere]
        assert faults_of(look, UUID(other[-36:])) == []


def test_a_rejection_without_a_reason_stays_on_the_page(db, lab, receiver):
    page, codes = boxed(db, lab)
    answer = scan(receiver, page, codes[0], condition="rejected")
    assert (answer.status_code, "请写明拒收的原因" in words(answer)) == (422, True)
    assert codes[0] in answer.get_data(as_text=True)
    assert "拒收" in words(scan(receiver, page, f"{codes[0]} R 已化冻"))


def test_a_double_click_on_a_scan_counts_once(db, lab, receiver):
    page, codes = boxed(db, lab)
    data = {"code": codes[0], "condition": "good", "once": "one-key"}
    assert receiver.post(page, data=data).location == receiver.post(page, data=data).location
    with db.look(lab.receiver.actor) as look:
        assert len(chain(look, codes[0])) == 1


def test_temperatures_are_drawn_and_bad_rows_named(db, lab, receiver):
    page, _ = boxed(db, lab)
    rows = "时间,温度\n2026-05-09 08:00,4.1\n2026-05-09 08:10,9.5\n2026-05-09 08:20,--\n"
    file = (io.BytesIO(rows.encode("gb18030")), "示例苗种场的箱.csv")
    assert receiver.post(f"{page}/temperatures", data={"file": file}).status_code == 302
    shown = receiver.get(page).get_data(as_text=True)
    assert "<polyline" in shown
    assert "超限 1 次" in shown
    assert "第 4 行" in shown
    assert "示例苗种场" not in shown
    wrong = receiver.post(f"{page}/temperatures", data={"file": (io.BytesIO(b"x"), "a.csv")})
    assert (wrong.status_code, "没有认出时间列" in words(wrong)) == (422, True)


def test_the_items_page_shows_its_chain_corrects_and_stores(db, lab, receiver, app):
    [code] = make_items(db, lab)
    page = f"/labs/items/{code}"
    assert "流转链完好，共 1 条" in words(receiver.get(page))
    wrong = receiver.post(f"{page}/correct", data={"condition": "leaked", "because": ""})
    assert wrong.status_code == 422
    data = {"condition": "leaked", "because": "袋口其实渗水"}
    assert receiver.post(f"{page}/correct", data=data).status_code == 302
    assert receiver.post(f"{page}/store", data={"place": "冰箱 A3"}).status_code == 302
    shown = words(receiver.get(page))
    assert "共 3 条" in shown
    assert "冰箱 A3" in shown
    fault = re.search(r'href="(/labs/faults/[\w-]+)"', receiver.get("/labs/faults").text)[1]
    assert receiver.post(fault, data={"done": ""}).status_code == 422
    assert receiver.post(fault, data={"done": "已记录"}).status_code == 302
    assert "没有待处理" in words(receiver.get("/labs/faults"))
    assert signed_in(app.test_client(), make_lab(db).receiver).get(page).status_code == 404


def test_two_people_destroy_on_the_page(db, lab, receiver, app):
    [code] = make_items(db, lab)
    make_report(db, lab, code)
    with db.work(lab.receiver.actor) as w:
        storage = f"/labs/storage/{store_item(w, code, '冰箱')}"
    early = receiver.post(f"{storage}/ask", data={"how": "高压"})
    assert (early.status_code, "留样期到" in words(early)) == (422, True)
    db.clock.forward(days=91)
    again, other = (
        signed_in(app.test_client(), make_person(db, role, organisation_id=lab.lab_id))
        for role in ("lab_receiver", "lab_technician")
    )
    assert again.post(f"{storage}/ask", data={"how": "高压"}).status_code == 302
    own = again.post(f"{storage}/confirm", data={})
    assert (own.status_code, "两个人" in words(own)) == (422, True)
    assert other.post(f"{storage}/keep", data={"because": "再留"}).status_code == 302
    assert again.post(f"{storage}/ask", data={"how": "高压"}).status_code == 302
    assert other.post(f"{storage}/confirm", data={}).status_code == 302
    assert "已销毁" in words(other.get("/labs/storage?state=destroyed"))


def test_the_lists_page_counts_every_item_once_and_marks_what_is_late(db, lab, app):
    _, codes = boxed(db, lab)
    with db.work(lab.receiver.actor) as w:
        receive_item(w, codes[0], "good")
    boxed(db, lab, 2, "BX-0009")
    db.clock.forward(hours=30)
    made = make_person(db, "lab_receiver", organisation_id=lab.lab_id)
    receiver = signed_in(app.test_client(), made)
    shown = words(receiver.get("/labs/lists"))
    assert "在途 2" in shown
    assert "已到未收 2" in shown
    assert "已收未检 1" in shown
    assert "2 份在途超过 24 小时" in shown
    assert "不在任何清单上" not in shown
    assert codes[0] in words(receiver.get("/labs/lists?list=to_test"))


def test_the_chain_and_a_correction_by_api(db, lab, client):
    [code] = make_items(db, lab)
    headers = {"Authorization": f"Bearer {token(db, lab.receiver)}"}
    path = f"/api/v1/labs/items/{code}"
    wrong = client.post(f"{path}/correction", json={"condition": "wet"}, headers=headers)
    assert wrong.status_code == 422
    body = {"condition": "leaked", "because": "袋口渗水"}
    assert client.post(f"{path}/correction", json=body, headers=headers).status_code == 201
    told = client.get(f"{path}/custody", headers=headers).json
    assert (told["holds"], [x["act"] for x in told["links"]]) == (True, ["received", "received"])
    assert told["links"][1]["previous"] == told["links"][0]["hash"]
    stranger = {"Authorization": f"Bearer {token(db, make_lab(db).receiver)}"}
    assert client.get(f"{path}/custody", headers=stranger).status_code == 404
