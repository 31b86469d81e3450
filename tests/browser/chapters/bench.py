"""The laboratory: four people, one blind item."""

from __future__ import annotations

from tests.browser.chapters.people import FARM, Road
from tests.make.accounts import code_for
from tests.make.labs import rdml_file


def receive(road: Road, code: str) -> None:
    """The receiver checks the item in; nothing on the page names the farm."""
    hand = road.desk(road.lab.receiver)
    hand.look("consignments")
    hand.go("td a.mono")
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
