"""The laboratory: four people, one blind item."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.chapters.people import FARM, Road
from tests.make.accounts import code_for
from tests.make.labs import rdml_file


def scan(page: Page, code: str) -> None:
    """Type as a scanner does: the code and Enter, into whatever has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def receive(road: Road, code: str) -> None:
    """The receiver checks the item in; nothing on the page names the farm."""
    hand = road.desk(road.lab.receiver)
    hand.look("consignments")
    hand.go("td a.mono")
    assert code in hand.look("consignment")
    assert FARM not in hand.text()
    hand.open("/labs/receive").look("receive_find")
    with hand.page.expect_navigation():
        scan(hand.page, code)
    scan(hand.page, code)
    hand.page.get_by_text("已全部清点").wait_for()
    assert "完好" in hand.look("received")
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
    hand.open("/labs/bench/").follow("排一块板").look("new_worksheet")
    hand.press("按列排板").look("worksheet")
    hand.follow("打印板图").look("worksheet_paper")
    hand.follow("返回").press("按这块板开始运行")
    assert code in hand.look("plate")
    keys = hand.page.keyboard
    keys.press("n")  # the sample, then NTC and the positive control, as the plate is pipetted
    keys.press("n")
    keys.type("24.8\n")
    keys.press("Control+Enter")
    hand.page.wait_for_selector(".done-line")
    assert "有效，可放行" in hand.look("plate_submitted")
    hand.close()


def review(road: Road, code: str) -> None:
    """Another person signs both results, each with a fresh code."""
    hand = road.desk(road.lab.reviewer)
    hand.open("/labs/review/").look("review")
    for _ in range(2):
        hand.follow(code).look("result")
        hand.fill(code=code_for(road.db, road.lab.reviewer.person_id))
        hand.press("签名，通过这份结果")
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
