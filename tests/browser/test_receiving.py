"""A box received with a fake scanner: keys only, faster than any answer, each refusal stays in sight."""

import pytest

from aquacert.kernel.scope import SYSTEM
from labs.custody.queries import chain
from labs.intake.commands import Box, announce
from labs.intake.queries import items_of
from tests.browser.chapters.bench import scan
from tests.make.labs import announced, blind, make_lab

pytestmark = pytest.mark.browser


def told(page, words):
    """Wait until the page says this of the last scan."""
    page.locator("[data-told]").get_by_text(words).wait_for()


def test_a_box_is_received_by_scans_alone(db, as_person):
    lab = make_lab(db)
    codes = [blind() for _ in range(5)]
    with db.work(SYSTEM) as w:
        items = [announced(code, db) for code in codes]
        box_id = announce(w, lab_id=lab.lab_id, items=items, box=Box("BX-0007", "courier"))
    hand = as_person(lab.receiver)
    page = hand.page
    hand.open("/labs/receive")
    with page.expect_navigation():
        scan(page, "BX-0007")
    for code in codes[:3]:  # nobody waits for the page
        scan(page, code)
    told(page, f"{codes[2]} 完好")
    assert page.locator(".manifest li.ok").count() == 3
    assert page.evaluate("document.activeElement.name") == "code"
    page.keyboard.press("F4")
    scan(page, codes[3])
    told(page, f"{codes[3]} 渗漏")
    scan(page, "UNDO")
    told(page, "登记已撤回")
    scan(page, f"{codes[3]} R")
    page.get_by_text("错误：").first.wait_for()
    hand.look("receive_refused")
    scan(page, f"{codes[3]} R thawed")
    told(page, f"{codes[3]} 拒收")
    scan(page, "CLOSE not in the box")
    page.get_by_text("已全部清点").wait_for()
    hand.look("receive_closed")
    with db.look(lab.receiver.actor) as look:
        seen = {item.blind_code: item.condition for item in items_of(look, box_id)}
        assert seen == dict(
            zip(codes, ["good", "good", "good", "rejected", "missing"], strict=True)
        )
        acts = [x.public["condition"] for x in chain(look, codes[3])]
        assert acts == ["leaked", "taken_back", "rejected"]
