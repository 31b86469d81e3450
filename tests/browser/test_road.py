"""The whole road through pages, each persona at her own screen, from registration to the scan."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from docx import Document

from aquacert.demo.proof import read_code
from aquacert.kernel.clock import SHANGHAI
from tests.browser.conftest import run_outbox, signed_in
from tests.browser.hand import SMALL, WIDE, Hand, Walk
from tests.make.accounts import PASSWORD, Made, code_for, make_organisation, make_person, make_uscc
from tests.make.certificates import give_numbers, picture
from tests.make.labs import Lab, let_also_test, make_lab, rdml_file

pytestmark = pytest.mark.browser
FARM, PLACE = "示例县东滩苗种场", "江苏省南京市雨花台区"
DESTINATION = "山东省青岛市崂山区"
SLOTS = ("site", "group", "individual", "records")
WSD_METHOD = "woah-wsd-qpcr"


@dataclass
class Road:
    """Who walks, where, and what was found on the way."""

    walk: Walk
    db: Any
    clerk: Made
    vet: Made
    lab: Lab
    uscc: str

    def desk(self, made: Made) -> Hand:
        """Sit somebody down at a desk."""
        return signed_in(self.walk.hand(WIDE), self.db, made)

    def phone(self, made: Made) -> Hand:
        """Give somebody a phone."""
        return signed_in(self.walk.hand(SMALL), self.db, made)

    def owner(self) -> Hand:
        """Let the owner sign in with the farm's code, as registered."""
        hand = self.walk.hand(SMALL).open("/accounts/sign-in")
        hand.fill(username=self.uscc, password=PASSWORD).press("登录")
        return hand


@pytest.fixture
def road(walk, db, axe) -> Road:
    """The county's office with its vet and numbers, and a laboratory, wait for a farm."""
    walk.axe = axe
    office = make_organisation(db, "agency", name="示例区水生动物卫生监督所")
    clerk = make_person(db, "office_clerk", organisation_id=office, name="受理员")
    vet = make_person(db, "official_vet", organisation_id=office, name="官方兽医")
    for kind in "AB":
        give_numbers(db, office, kind)
    lab = make_lab(db)
    let_also_test(db, lab.lab_id, "WSD", WSD_METHOD)
    return Road(walk, db, clerk, vet, lab, make_uscc())


def test_the_road_from_registration_to_the_scan(road: Road, house, db):
    register(road)
    approve(road)
    stock_up(road)
    number = declare(road)
    accept(road, number)
    db.clock.forward(days=1)
    examine(road)
    code = sample_and_send(road)
    blocked_from_signing(road)
    receive(road, code)
    enter_results(road, code)
    review(road, code)
    authorise(road, code)
    run_outbox(house)
    db.clock.forward(days=4)
    give_the_verdict(road)
    address = sign(road)
    run_outbox(house)
    scan(road, download(road, address))
    assert road.walk.faults == []


def register(road: Road) -> None:
    """A stranger finds the registration from the sign-in page; nothing is kept before the check."""
    hand = road.walk.hand(SMALL).open("/accounts/sign-in")
    hand.look("sign_in")
    hand.follow("还没有账号？苗种场在这里注册").look("register")
    hand.press("下一步，核对").look("register_empty")
    today = road.db.clock.now().date()
    hand.fill(
        name=FARM,
        uscc=road.uscc,
        division_code=PLACE,
        place="示例街道东滩 1 号",
        level="provincial",
        contact_name="示例场主",
        phone="138 0000 8000",
        licence_number="示苏农（2025）第 0001 号",
        licence_from=f"{today - timedelta(days=200)}",
        licence_until=f"{today + timedelta(days=500)}",
        licence_species="南美白对虾、草鱼",
    )
    hand.press("下一步，核对")
    said = hand.look("register_check")
    assert "请核对，没错再提交" in said
    assert "凡纳滨对虾" in said
    hand.fill(password=PASSWORD).press("提交登记")
    assert "县里正在审核" in hand.look("registered")
    hand.close()


def approve(road: Road) -> None:
    """The county compares and approves."""
    hand = road.desk(road.clerk)
    hand.look("queue_empty")
    hand.follow("苗种场").look("hatcheries")
    hand.follow(FARM).look("hatchery")
    hand.press("审核通过")
    assert "已审核通过" in hand.look("hatchery_approved")
    hand.close()


def stock_up(road: Road) -> None:
    """The owner's first page leads to the pond."""
    hand = road.owner()
    assert "先登记塘口和存塘数" in hand.look("home_no_pond")
    hand.follow("先登记塘口和存塘数").look("new_lot")
    hand.fill(pond="2 号塘", species="南美白对虾", life_stage="P10", quantity="120万")
    hand.press("登记这一批")
    assert "1 200 000" in hand.look("lot")
    hand.open("/declarations/home").look("home_stocked")
    hand.close()


def declare(road: Road) -> str:
    """Fill in, leave, come back to the draft, check, send."""
    hand = road.owner()
    hand.follow("填第一份申报").look("declare")
    leaves = (road.db.clock.now() + timedelta(days=5)).astimezone(SHANGHAI)
    hand.put("batches-0-quantity", "50万")
    for name, value in {
        "destination": DESTINATION,
        "place": "样例养殖场",
        "departs_at": f"{leaves:%Y-%m-%dT}16:00",
        "travel_days": "2",
        "plate": "示A6P208",
        "carrier": "示例活水鱼运输队",
        "carrier_phone": "13900001111",
        "consignee": "样例养殖场",
        "consignee_phone": "0532-87654321",
        "disinfectant": "聚维酮碘",
    }.items():
        hand.put(f"loads-0-{name}", value)
    hand.press("存好，去核对")
    assert "500 000" in hand.look("declare_check") or "50 万" in hand.text()
    hand.open("/declarations/home").follow("接着填")
    hand.press("提交检疫申报").look("declare_unticked")
    hand.tick("#statement").press("提交检疫申报")
    said = hand.look("declare_sent")
    hand.open("/declarations/home").look("home_sent")
    hand.close()
    return re.search(r"\d{6}-\d{8}-\d+|[A-Z]{2}\d{6}-\d+-\d+", said).group()


def accept(road: Road, number: str) -> None:
    """The office looks at the three answers, accepts, and sends its vet."""
    hand = road.desk(road.clerk)
    assert FARM in hand.look("queue")
    for words, name in (("补正", "supplement"), ("不予受理", "refuse"), ("受理", "accept")):
        hand.page.locator(".seg3").get_by_role("link", name=words, exact=True).click()
        hand.look(f"queue_{name}")
    visit = (road.db.clock.now() + timedelta(days=1)).astimezone(SHANGHAI)
    hand.put("visit_at", f"{visit:%Y-%m-%dT}10:00").press("受理，出具受理单")
    assert number in hand.look("accepted")
    assert hand.fetch(hand.address_of("受理单"))[0] == 200
    hand.page.select_option("#vet_id", index=0)
    hand.press("派员")
    assert "已派官方兽医" in hand.look("assigned")
    hand.close()


def examine(road: Road) -> None:
    """At the pond: photographs, the species' checklist, a suspicion."""
    hand = road.phone(road.vet)
    assert FARM in hand.look("vet_today")
    hand.follow("去查验").look("visit")
    hand.press("到场，开始查验").look("visit_open")
    hand.follow("查验这一批").look("check")
    hand.press("临床检查合格").look("check_too_early")
    for slot in SLOTS:
        hand.put("slot", slot).page.set_input_files(
            "#photo", {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        )
        hand.press("存这张照片")
    for box in hand.page.locator(".items input[value=normal]").all():
        box.check(force=True)
    hand.tick("[name=item_group-gut][value=abnormal]").press("存下检查结果")
    assert "规程提示" in hand.look("check_filled")
    suspect(hand, "WSD", "DIV1")
    hand.look("check_suspected")
    hand.close()


def suspect(hand: Hand, *codes: str) -> None:
    """Mark the suspected diseases."""
    for code in codes:
        hand.tick(f"[name=suspected][value={code}]")
    hand.press("记录可疑病种")


def sample_and_send(road: Road) -> str:
    """Order, take and seal, print the label, send."""
    hand = road.phone(road.vet)
    hand.follow("去查验").follow("抽样检测").look("sampling")
    hand.press("要求检测").look("sampling_ordered")
    hand.follow("去抽样封样").look("sample_take")
    hand.fill(seal_number="示封000117", taken_with="协检员", water_temperature="28.5")
    hand.press("封样，生成盲样号")
    said = hand.look("sampled")
    code = re.search(r"盲样号\s*(\S+)", said).group(1)
    assert hand.fetch(hand.address_of("打印标签"))[1].startswith(b"%PDF")
    hand.open("/sampling/").look("dispatch")
    hand.tick("[name=samples]")
    hand.press("送出，交给实验室")
    assert "已送" in hand.look("dispatched")
    hand.close()
    return code


def blocked_from_signing(road: Road) -> None:
    """Before the verdict and the report the sign page lists every reason at once."""
    hand = road.phone(road.vet)
    hand.open("/certificates/ready").look("ready_waiting")
    hand.follow("看能不能签")
    said = hand.look("sign_blocked")
    assert "现在不能签" in said
    assert "签发并盖章" not in said
    hand.close()


def receive(road: Road, code: str) -> None:
    """The receiver checks the item in; nothing on the page names the farm."""
    hand = road.desk(road.lab.receiver)
    hand.look("consignments")
    hand.page.locator("td a.mono").first.click()
    assert code in hand.look("consignment")
    assert FARM not in hand.text()
    hand.fill(code=code).press("登记，接着下一份")
    assert "已全部清点" in hand.look("received")
    hand.close()


def enter_results(road: Road, code: str) -> None:
    """One disease by the instrument's file, the other typed in."""
    hand = road.desk(road.lab.technician)
    hand.look("owed")
    hand.follow("导入仪器文件").look("new_file")
    data = rdml_file(road.db, {code: None})
    hand.page.set_input_files(
        "#file", {"name": "run.rdml", "mimeType": "application/octet-stream", "buffer": data}
    )
    hand.press("上传并预览").look("file")
    hand.press("收下 1 个项目").look("run_imported")
    hand.open("/labs/bench/").follow("手工录入").look("new_run")
    hand.fill(instrument="QPCR-02", reagent_lot="K2604-17").press("开始录入")
    for role, cq in (("ntc", "无"), ("positive", "24.8")):
        form = hand.page.locator("form", has=hand.page.locator("#role"))
        form.locator("[name=role]").select_option(role)
        form.locator("[name=disease_code]").select_option("WSD")
        form.locator("[name=cq]").fill(cq)
        hand.press("录入对照")
    for _ in range(2):
        form = hand.page.locator("form", has=hand.page.locator("#well"))
        form.locator("[name=code]").fill(code)
        form.locator("[name=disease_code]").select_option("WSD")
        form.locator("[name=cq]").fill("无")
        hand.press("录入这一孔")
    assert "有效，可放行" in hand.look("run_by_hand")
    hand.close()


def review(road: Road, code: str) -> None:
    """Another person passes both results."""
    hand = road.desk(road.lab.reviewer)
    hand.open("/labs/bench/review").look("review")
    for _ in range(2):
        hand.follow(code).look("result")
        hand.tick("[name=verdict][value=pass]").press("提交复核意见")
    hand.look("reviewed")
    hand.close()


def authorise(road: Road, code: str) -> None:
    """A third person authorises what the page shows."""
    hand = road.desk(road.lab.authoriser)
    hand.look("labs_ready")
    hand.follow("看报告稿").look("report_draft")
    hand.fill(code=code_for(road.db, road.lab.authoriser.person_id)).press("签发检测报告")
    assert code in hand.look("report")
    assert FARM not in hand.text()
    hand.close()


def give_the_verdict(road: Road) -> None:
    """The result is back; the batch passes."""
    hand = road.phone(road.vet)
    hand.follow("去查验").follow("抽样检测")
    assert "阴性" in hand.look("sampling_released")
    hand.open("/inspections/").follow("去查验").follow("查验这一批")
    hand.fill(quantity="50万", note="个别空胃，送检两项均为阴性")
    hand.press("临床检查合格").look("verdict")
    hand.close()


def sign(road: Road) -> str:
    """All lines are green; a wrong code is said at the field; the right one issues."""
    hand = road.phone(road.vet)
    hand.open("/certificates/ready").look("ready")
    hand.follow("看能不能签")
    assert "全部通过" in hand.look("sign")
    hand.fill(code="000000").press("签发并盖章").look("sign_wrong_code")
    hand.fill(code=code_for(road.db, road.vet.person_id)).press("签发并盖章")
    said = hand.look("issued")
    assert "文书生成中" in said
    path = hand.path
    hand.close()
    return path


def download(road: Road, path: str) -> str:
    """The owner takes both documents; the code on the PDF leads to the public page."""
    hand = road.owner()
    hand.look("home_issued")
    hand.open(path).look("certificate")
    status, pdf = hand.fetch(f"{path}/certificate.pdf")
    assert status == 200
    docx = Document(io.BytesIO(hand.fetch(f"{path}/certificate.docx")[1]))
    said = "\n".join(cell.text for table in docx.tables for row in table.rows for cell in row.cells)
    assert "凡纳滨对虾" in said
    hand.close()
    return read_code(pdf)


def scan(road: Road, address: str) -> None:
    """A buyer scans: the first screen says 有效, and the phone itself checked the signature."""
    assert address.startswith("https://cert.example/c/")
    hand = road.walk.hand(SMALL)
    hand.open(address.removeprefix("https://cert.example"))
    hand.page.wait_for_selector("#c[data-checked=good]", state="attached", timeout=5000)
    said = hand.look("scan")
    assert "有效" in said
    assert "签名由本机验证" in said
    assert hand.context.cookies() == []
    hand.close()
