"""After the signature: the papers, the scan, the arrival, the figures."""

from __future__ import annotations

import io

from docx import Document

from aquacert.demo.proof import read_code
from tests.browser.chapters.people import Road
from tests.browser.hand import SMALL

HOST = "https://cert.example"


def download(road: Road, number: str) -> str:
    """The owner finds both documents from his parcel; the PDF's code is the public address."""
    hand = road.owner()
    hand.look("home_issued")
    hand.follow("看详情").look("parcel_issued")
    hand.follow("检疫证明").look("own_certificates")
    hand.go("li a.cell, .in > a.cell")
    said = hand.look("own_certificate")
    assert number in said
    pdf = hand.fetch(f"{hand.path}/certificate.pdf")[1]
    docx = Document(io.BytesIO(hand.fetch(f"{hand.path}/certificate.docx")[1]))
    cells = [cell.text for table in docx.tables for row in table.rows for cell in row.cells]
    assert "凡纳滨对虾" in "".join(cells)
    hand.close()
    return read_code(pdf)


def scan(road: Road, address: str, verdict: str) -> None:
    """A buyer scans: the verdict stands on top, and the phone itself checked the signature."""
    assert address.startswith(f"{HOST}/c/")
    hand = road.walk.hand(SMALL)
    hand.open(address.removeprefix(HOST))
    hand.page.wait_for_selector("#c[data-checked=good]", state="attached", timeout=5000)
    said = hand.look("scan")
    assert hand.page.inner_text(".verdict h1") == verdict
    assert "签名由本机验证" in said
    assert hand.context.cookies() == []
    hand.close()


def send_link(road: Road, number: str) -> str:
    """The owner makes a one-time link for a consignee who has no account."""
    hand = road.owner()
    hand.follow("看详情").follow("运输和到达").look("own_movements")
    hand.go("li a.cell, .in > a.cell")
    assert number in hand.look("own_movement")
    hand.press("生成一次性链接").look("link_made")
    link = hand.page.locator("[data-copy]").get_attribute("data-copy")
    hand.close()
    return link


def report_arrival(road: Road, link: str) -> None:
    """Whoever holds the link reports; a wrong number is said at its field and kept."""
    hand = road.walk.hand(SMALL).open(link.removeprefix(HOST))
    hand.look("arrive")
    hand.fill(received="49.5万尾左右").press("报告到达")
    hand.look("arrive_wrong")
    assert hand.page.input_value("#received") == "49.5万尾左右"
    hand.fill(received="49.5万").tick("[name=place][value=same]").press("报告到达")
    assert "已经报告到达" in hand.look("arrived")
    hand.close()


def count(road: Road) -> None:
    """The supervisor's figures count it, and each opens its list."""
    hand = road.desk(road.chief)
    hand.open("/supervision/").look("supervision")
    hand.follow("出证统计")
    said = hand.look("statistics")
    assert "凡纳滨对虾" in said
    assert hand.fetch("/supervision/statistics.xlsx")[1].startswith(b"PK")
    hand.open("/movements/?tab=arrived").look("movements")
    hand.open("/certificates/").look("certificates")
    hand.open("/surveillance/").look("surveillance")
    hand.close()
