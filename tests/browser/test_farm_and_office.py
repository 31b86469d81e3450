"""The farm and its office, each at the own screen: owner, clerk with Excel, assistant, clerk by keys, chiefs.

Every step is printed with the taps (or keys) that it took.
"""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from aquacert.declarations.rules.bulk import FIELDS
from aquacert.hatcheries.rules.stocksheet import COLUMNS
from aquacert.kernel.clock import SHANGHAI
from tests.browser.conftest import run_outbox
from tests.browser.taps import Keys, Thumb
from tests.make.accounts import Made, make_person
from tests.make.declarations import answers, load_answer, make_declaration
from tests.make.hatcheries import Farm, lot, make_hatchery, register
from tests.rooms.declarations.test_bulk_declaring import GOOD

pytestmark = pytest.mark.browser
MOST_TAPS = 12
"""Repeat declaration: reliability_ux.md U7."""
NUMBER = re.compile(r"\d{6}-\d{8}-\d+")


@pytest.fixture
def farm(db) -> Farm:
    return make_hatchery(db)


def test_an_owner_confirms_books_and_declares_again_in_large_print(
    walk, phone, axe, db, farm, capsys
):
    make_declaration(db, farm)
    db.clock.forward(days=40)
    walk.axe = axe
    thumb = Thumb(phone(farm).open("/declarations/home"), "owner, 360 px, large print")
    look = thumb.hand.look
    thumb.to("a:has-text('长辈版')")
    assert "40 天没核对" in look("elder_home")
    assert thumb.done("large print on") == 1
    thumb.follow("40 天没核对")
    look("elder_confirm")
    thumb.on("label.choice[for^=right]")
    thumb.through("核对过了")
    assert "今天核对过" in look("elder_confirmed")
    assert thumb.done("record and stock confirmed") <= 3
    thumb.to(f"a[href$='/lots/{farm.lot_id}']")
    look("elder_lot")
    thumb.follow("记一笔")
    look("elder_book")
    thumb.on("label.choice:has-text('死亡')")
    thumb.type("#quantity", "2000")
    thumb.through("记入台账")
    assert "1 198 000" in look("elder_booked")
    thumb.done("deaths booked")
    thumb.to("footer a:has-text('首页')")
    assert thumb.done("back home") == 1
    thumb.through("再报一次")
    look("elder_again")
    thumb.type('[id="batches-0-quantity"]', "40万")
    thumb.on("label[for='loads-0-departs_at-0']")
    thumb.type('[id="loads-0-plate"]', "示A6P209")
    thumb.through("存好，去核对")
    said = look("elder_check")
    assert "有 3 处和上次不同" in said
    assert "肆拾万尾" in said
    thumb.on("label[for=statement]")
    thumb.through("提交检疫申报")
    assert NUMBER.search(look("elder_sent"))
    assert thumb.done("repeat declaration to its number") <= MOST_TAPS
    thumb.tell(capsys)
    assert walk.faults == []


def clerk_of(db, farm: Farm) -> Made:
    """Return somebody who keeps the farm's papers."""
    return make_person(db, "hatchery_clerk", organisation_id=farm.organisation_id)


def filled(data: bytes, names: Any, rows: list[dict[str, Any]]) -> bytes:
    """Return a template with these rows below its head, as somebody types them in Excel."""
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    for at, row in enumerate(rows, 2):
        for name, value in row.items():
            sheet.cell(at, list(names).index(name) + 1, value)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_clerk_declares_many_lorries_by_workbook(walk, seat, house, db, farm, capsys):
    lot(db, farm)
    clerk = Thumb(
        seat(clerk_of(db, farm)).open("/declarations/mine"),
        "farm's clerk, workbook of declarations",
    )
    page, look = clerk.hand.page, clerk.hand.look
    clerk.follow("用表格")
    look("bulk")
    status, blank = clerk.hand.fetch(clerk.hand.address_of("下载模板"))
    offered = [cell.value for cell in load_workbook(io.BytesIO(blank))["下拉内容"]["A"][1:]]
    names = [name for name in offered if name]
    assert (status, len(names)) == (200, 2)
    leaves = (db.clock.now() + timedelta(days=5)).astimezone(SHANGHAI).replace(tzinfo=None)
    rows = [
        GOOD
        | {
            "lot": names[at % 2],
            "quantity": "3万",
            "plate": f"示A6P{200 + at}",
            "departs_at": leaves,
        }
        for at in range(12)
    ]
    wrong = [dict(row) for row in rows]
    wrong[3]["quantity"], wrong[7]["destination"] = "三十多", "青岛那边"
    clerk.done("template taken")
    clerk.file("#file", "申报.xlsx", filled(blank, FIELDS, wrong))
    clerk.through("传上来，先核对")
    said = look("bulk_wrong")
    assert "2 份有错，10 份没有错" in said
    assert "第 5 行" in said
    assert "第 9 行" in said
    clerk.done("12 rows sent, 2 wrong cells named")
    clerk.follow("改好再传")
    clerk.file("#file", "申报.xlsx", filled(blank, FIELDS, rows))
    clerk.through("传上来，先核对")
    assert "12 份都没有错" in look("bulk_good")
    clerk.through("存成 12 份草稿")
    look("bulk_drafts")
    clerk.on("label[for=statement]")
    clerk.through("提交全部 12 份")
    assert "0 / 12" in look("bulk_sending")
    clerk.done("mended, kept as drafts, all sent")
    run_outbox(house)
    page.get_by_text("全部提交了").wait_for()
    assert "12 / 12" in look("bulk_done")
    clerk.done("bar seen to its end")
    clerk.tell(capsys)
    assert walk.faults == []


def test_a_clerk_books_a_workbook_of_stock(walk, seat, house, db, farm, capsys):
    clerk = Thumb(
        seat(clerk_of(db, farm)).open("/hatcheries/own/stock"), "farm's clerk, workbook of stock"
    )
    page, look = clerk.hand.page, clerk.hand.look
    clerk.follow("用 Excel 表")
    look("sheets")
    _status, blank = clerk.hand.fetch(clerk.hand.address_of("下载模板"))
    day = db.clock.now().astimezone(SHANGHAI).date()
    rows = [
        {
            "pond": "2 号塘",
            "species": "凡纳滨对虾",
            "happened_on": f"{day - timedelta(days=at)}",
            "kind": "死亡",
            "quantity": 100 + at,
        }
        for at in range(40)
    ]
    wrong = [dict(row) for row in rows]
    wrong[5]["kind"], wrong[20]["quantity"] = "跑了", "-3"
    clerk.file("#file", "存塘.xlsx", filled(blank, COLUMNS, wrong))
    clerk.through("读表，先看一遍")
    said = look("sheet_wrong")
    assert "有 2 处要改" in said
    assert "第 7 行" in said
    assert "第 22 行" in said
    clerk.done("40 rows read, 2 wrong cells named, nothing booked")
    clerk.follow("换一份表")
    clerk.file("#file", "存塘.xlsx", filled(blank, COLUMNS, rows))
    clerk.through("读表，先看一遍")
    assert "40 行都看得懂" in look("sheet_good")
    clerk.through("没错，记入 40 行")
    look("sheet_running")
    run_outbox(house)
    page.get_by_text("40 行都记入了台账").wait_for()
    look("sheet_done")
    clerk.follow("看存塘")
    assert f"{1_200_000 - sum(range(100, 140)):,}".replace(",", " ") in look("stock_after").replace(
        "\u202f", " "
    ).replace("\xa0", " ")
    clerk.done("mended, booked, bar seen to its end")
    clerk.tell(capsys)
    assert walk.faults == []


def test_an_assistant_declares_for_an_owner_who_consents(walk, seat, phone, db, farm, capsys):
    made = make_person(db, "station_assistant", organisation_id=farm.office_id)
    helper = Thumb(seat(made).open("/declarations/proxy"), "station's assistant, for an owner")
    look = helper.hand.look
    look("proxy")
    helper.follow("示例苗种场")
    look("proxy_form")
    asked = load_answer(db)
    helper.type('[id="batches-0-quantity"]', "30万")
    for name in (
        "destination",
        "place",
        "consignee",
        "consignee_phone",
        "plate",
        "carrier",
        "carrier_phone",
        "disinfectant",
    ):
        helper.type(f'[id="loads-0-{name}"]', getattr(asked, name))
    helper.type('[id="loads-0-departs_at"]', asked.departs_at.replace(" ", "T"))
    helper.choose('[id="loads-0-travel_days"]', "2")
    helper.through("存好，去核对")
    assert "先取得货主的同意" in look("proxy_check")
    helper.done("filled in for the owner")
    helper.follow("先取得货主的同意")
    look("proxy_consent")
    helper.through("发确认码给货主")
    look("proxy_asked")
    helper.done("code sent to the owner")
    owner = Thumb(phone(farm).open("/accounts/inbox"), "the owner, on his phone")
    owner.to("main li a.cell:has-text('替您申报')")
    owner.follow("去看这件事")
    said = owner.hand.look("owner_consent")
    assert "叁拾万尾" in said
    code = owner.hand.page.inner_text(".code-big").replace(" ", "")
    owner.done("content and code read")
    helper.type("#code", code)
    helper.through("记下同意")
    assert "已记下货主同意" in look("proxy_given")
    helper.on("label[for=statement]")
    helper.through("提交检疫申报")
    assert NUMBER.search(look("proxy_sent"))
    helper.done("consent noted, sent")
    owner.hand.open("/declarations/mine")
    assert "等申报点答复" in owner.hand.look("owner_mine")
    for one in (helper, owner):
        one.tell(capsys)
    assert walk.faults == []


def test_an_office_answers_its_queue_by_keys_alone(walk, seat, db, farm, capsys):
    for quantity in ("10万", "20万", "30万"):
        make_declaration(db, farm, filled=answers(db, farm, quantity))
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    person = make_person(db, "office_clerk", organisation_id=farm.office_id)
    seated = seat(person)
    seated.context.add_init_script(
        "addEventListener('pointerdown', () => { sessionStorage.pointer = 'used' }, true)"
    )
    keys = Keys(seated.open("/declarations/"), "office's clerk, keys alone")
    page, look = keys.hand.page, keys.hand.look
    assert "待受理 3 件" in look("queue")
    keys.press("j")
    keys.press("j")
    keys.press("Enter", leads=True)
    look("queue_second")
    keys.done("second one opened")
    keys.press("s", leads=True)
    look("queue_supplement")
    for item in ("items-1", "items-2", "items-3"):
        keys.walk_to(f"#{item}")
        keys.press("Space")
    keys.write("#note", "车牌写错")
    keys.walk_to("form[action$='supplement-request'] button")
    keys.press("Enter", leads=True)
    said = look("asked")
    assert "补正" in said
    keys.done("everything that is missing, told once")
    keys.hand.open("/declarations/")
    keys.press("j")
    keys.press("Enter", leads=True)
    keys.press("v", leads=True)
    look("vets")
    keys.walk_to("a.free")
    keys.press("Enter", leads=True)
    look("slot_chosen")
    assert page.input_value("#vet_id") == str(vet.person_id)
    assert page.input_value("#visit_at")
    keys.walk_to("form[action$='accept'] button")
    keys.press("Enter", leads=True)
    said = look("accepted")
    assert "已受理，受理单已出具" in said
    keys.done("accepted, visit planned where the vet is free")
    keys.press("t", leads=True)
    look("call_new")
    keys.write("#caller_phone", "13800008000")
    keys.write("#said", "问哪天来人")
    keys.write("#answered", "明天上午，请留人在场")
    keys.walk_to("main form[method=post] .act button")
    keys.press("Enter", leads=True)
    assert "问哪天来人" in look("call_kept")
    keys.done("phone call kept")
    assert keys.hand.page.evaluate("sessionStorage.pointer !== 'used'")
    keys.tell(capsys)
    assert walk.faults == []


def test_chiefs_judge_twins_open_a_data_check_turn_a_switch_and_take_an_archive(
    walk, seat, phone, db, farm, capsys
):
    paper = make_declaration(db, farm, state="accepted")
    register(db, phone="13800008000", name="示例苗种场（二）")
    walk_the_twins(db, seat, farm, paper.declaration_id, capsys)
    made = make_person(db, "province_supervisor", division="320000")
    chief = Thumb(seat(made).open("/hatcheries/"), "province's supervisor")
    look = chief.hand.look
    chief.follow("信息核对")
    chief.follow("开始信息核对")
    look("new_campaign")
    due = db.clock.now().astimezone(SHANGHAI).date() + timedelta(days=20)
    chief.type("#title", "2026 年基础信息核对")
    chief.type("#due_on", f"{due}")
    chief.on("#entries-1")
    chief.type("#questions", "还有几口塘在用？")
    chief.through("开始，通知全省苗种场")
    assert "0%" in look("campaign_begun")
    here = chief.hand.path
    chief.done("data check opened")
    owner = Thumb(phone(farm).open("/declarations/home"), "the owner, asked to check")
    owner.follow("2026 年基础信息核对")
    owner.hand.look("campaign_asked")
    owner.type("main [name=q0]", "3 口")
    owner.to("main form button.btn-primary")
    owner.done("record checked")
    chief.hand.open(here)
    assert "100%" in look("campaign_answered")
    chief.done("progress seen")
    chief.to("a.me")
    chief.follow("登记册")
    chief.follow("功能启停")
    look("switches")
    chief.type("#division_code", "南京市")
    chief.choose("#turn", "off")
    chief.type("#because", "苏农渔〔2026〕示例 1 号")
    chief.through("启停这项功能")
    assert "苏农渔〔2026〕示例 1 号" in look("switched")
    chief.done("switch turned")
    for one in (chief, owner):
        one.tell(capsys)
    assert walk.faults == []


def walk_the_twins(db, seat, farm: Farm, declaration_id, capsys) -> None:
    """The county judges one pair, and takes the archive of a case."""
    made = make_person(db, "county_supervisor", organisation_id=farm.office_id)
    chief = Thumb(seat(made).open("/hatcheries/"), "county's supervisor")
    look = chief.hand.look
    chief.follow("疑似重复")
    assert "示例苗种场（二）" in look("twins")
    chief.to("main tbody a")
    look("twin")
    assert chief.hand.page.locator("[name=survivor]").count() == 1  # the other is not approved
    chief.on("[name=survivor]")
    chief.type("#why", "同一负责人又登记了一次")
    chief.through("合并登记")
    assert "已合并" in look("merged")
    chief.done("pair judged: one farm")
    chief.hand.open(f"/declarations/{declaration_id}")
    chief.follow("文书")
    look("forms")
    chief.follow("整案")
    look("case")
    chief.type("#because", "年度档案移交")
    chief.through("生成整案档案")
    assert "下载 ZIP" in look("case_made")
    status, data = chief.hand.fetch(chief.hand.address_of("下载 ZIP"))
    assert (status, data[:2]) == (200, b"PK")
    chief.done("archive of a case taken")
    chief.tell(capsys)
