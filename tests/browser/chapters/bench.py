"""The laboratory: four people, blind items, a fake scanner, keys instead of a mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.hand import WIDE, Hand, Walk, signed_in
from tests.make.accounts import Made, code_for
from tests.make.labs import Lab, rdml_file

BOX = "BX-0042"


@dataclass
class Referral:
    """One referral: who walks it, its three items, and every word a laboratory must never read."""

    walk: Walk
    db: Any
    lab: Lab
    codes: list[str]
    others: list[str]
    own: str
    hidden: tuple[str, ...]
    """Names, numbers and places of the farm."""

    def desk(self, made: Made) -> Hand:
        """Sit somebody of the laboratory down."""
        return signed_in(self.walk.hand(WIDE), self.db, made)

    def look(self, hand: Hand, name: str) -> str:
        """Check a page of the laboratory: it must not name the farm, not even where nobody reads."""
        said, whole = hand.look(name), hand.page.content()
        for word in self.hidden:
            assert word not in whole, f"{name} shows {word}"
        return said


def scan(page: Page, code: str) -> None:
    """Type as a scanner does: the code and Enter, into whatever has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def key_press(hand: Hand, words: str) -> None:
    """Press the button or link with these words as a keyboard does, and wait for the next page."""
    target = hand.page.locator("button, a", has_text=words).first
    target.focus()
    with hand.page.expect_navigation():
        hand.page.keyboard.press("Enter")


def no_mouse(hand: Hand) -> None:
    """Notice every use of a pointer from here on, over all pages of this window."""
    hand.context.add_init_script(
        "addEventListener('pointerdown', () => { sessionStorage.pointer = 'used' }, true)"
    )


def used_no_mouse(hand: Hand) -> bool:
    """Tell whether only keys were used."""
    return hand.page.evaluate("sessionStorage.pointer !== 'used'")


def receive(walked: Referral) -> None:
    """The receiver scans box and tubes; two actions at most for each, and no mouse."""
    hand = walked.desk(walked.lab.receiver)
    no_mouse(hand)
    hand.open("/labs/consignments")
    assert BOX in walked.look(hand, "consignments")
    hand.open("/labs/receive")
    walked.look(hand, "receive_find")
    with hand.page.expect_navigation():
        scan(hand.page, BOX)
    walked.look(hand, "consignment")
    *good, leaked = walked.codes
    for code in good:  # one action each: the scan
        scan(hand.page, code)
    hand.page.keyboard.press("F4")  # two actions: how it came, and the scan
    scan(hand.page, leaked)
    hand.page.get_by_text("已全部清点").wait_for()
    said = walked.look(hand, "received")
    assert all(code in said for code in walked.codes)
    assert "渗漏" in said
    assert used_no_mouse(hand)
    hand.close()


def pool(walked: Referral, hand: Hand) -> str:
    """Two items of one farm become one pool."""
    hand.open("/labs/pools/new")
    walked.look(hand, "pool_new")
    for code in walked.codes[:2]:
        hand.page.get_by_label(code).focus()
        hand.page.keyboard.press("Space")
    key_press(hand, "把勾选的混成一个混样")
    said = walked.look(hand, "pool")
    assert all(code in said for code in walked.codes[:2])
    return hand.page.inner_text("h1 .mono")


def choose_instrument(hand: Hand) -> None:
    """Choose the first of two instruments; the one lot is chosen beforehand."""
    hand.page.locator("#instrument_id").focus()
    hand.page.keyboard.press("ArrowDown")


def take_file(walked: Referral, hand: Hand, pool_code: str) -> None:
    """The instrument's file answers the pool and two items of others: three alike."""
    hand.open("/labs/bench/").follow("导入仪器文件")
    walked.look(hand, "new_file")
    data = rdml_file(walked.db, dict.fromkeys([pool_code, *walked.others]))
    hand.page.set_input_files(
        "#file", {"name": "run.rdml", "mimeType": "application/octet-stream", "buffer": data}
    )
    hand.press("上传并预览")
    walked.look(hand, "file")
    choose_instrument(hand)
    hand.press("收下 3 个项目")
    walked.look(hand, "run_imported")
    if hand.page.get_by_role("button", name="提交复核").count():
        hand.press("提交复核 Ctrl↵")


def begin_plate(walked: Referral, hand: Hand, name: str, told: str = "") -> None:
    """Lay the leaked item's test out on a plate and begin its run, by keys alone."""
    hand.open("/labs/bench/")
    said = walked.look(hand, f"owed_{name}")
    assert walked.codes[2] in said
    assert told in said
    key_press(hand, "排一块板")
    key_press(hand, "白斑综合征")
    walked.look(hand, f"new_worksheet_{name}")
    key_press(hand, "按列排板")
    walked.look(hand, f"worksheet_{name}")
    choose_instrument(hand)
    key_press(hand, "按这块板开始运行")
    assert walked.codes[2] in walked.look(hand, f"plate_{name}")


def type_plate(walked: Referral, hand: Hand) -> None:
    """ND is refused at its field and stands for nothing; a Cq between the limits is grey."""
    begin_plate(walked, hand, "first")
    keys, said = hand.page.keyboard, hand.page.locator("[data-said]")
    keys.type("ND\n")
    assert "不认识" in said.inner_text()
    assert hand.page.inner_text("[data-here]") == "A1"
    walked.look(hand, "plate_refused")
    keys.press("Escape")
    keys.type("37.2\n")
    finish_plate(hand)
    assert "复检" in walked.look(hand, "plate_grey")


def retest(walked: Referral, hand: Hand) -> None:
    """The grey item is owed again and tested once more."""
    begin_plate(walked, hand, "retest", "复检")
    hand.page.keyboard.press("n")
    finish_plate(hand)
    walked.look(hand, "plate_submitted")


def finish_plate(hand: Hand) -> None:
    """Type the controls as the plate is pipetted, and submit."""
    keys = hand.page.keyboard
    keys.press("n")
    keys.type("24.8\n")
    keys.press("Control+Enter")
    hand.page.wait_for_selector(".done-line")


def enter_results(walked: Referral) -> None:
    """The technician: a pool, a file, a plate by keyboard, a retest."""
    hand = walked.desk(walked.lab.technician)
    no_mouse(hand)
    pool_code = pool(walked, hand)
    type_plate(walked, hand)
    retest(walked, hand)
    assert used_no_mouse(hand)
    take_file(walked, hand, pool_code)
    hand.close()


def review(walked: Referral) -> None:
    """Another person: one's own is locked and says why; three alike pass at once, the retest by itself."""
    reviewer = walked.lab.reviewer
    hand = walked.desk(reviewer)
    hand.open("/labs/review/")
    assert "您是检测员，须他人复核" in walked.look(hand, "review")
    hand.follow(walked.own)
    assert "须由另一个人复核" in walked.look(hand, "result_own")
    assert hand.page.get_by_role("button", name="签名，通过这份结果").count() == 0
    hand.open("/labs/review/").go("tbody a[href*='/runs/']")
    assert "3 份可一次通过" in walked.look(hand, "review_batch")
    hand.fill(code=code_for(walked.db, reviewer.person_id)).press("签名，通过 3 份")
    hand.follow(walked.codes[2])
    walked.look(hand, "result_retest")
    hand.fill(code=code_for(walked.db, reviewer.person_id)).press("签名，通过这份结果")
    walked.look(hand, "reviewed")
    hand.close()


def authorise(walked: Referral) -> None:
    """A third person signs each report as its draft shows it."""
    authoriser = walked.lab.authoriser
    hand = walked.desk(authoriser)
    hand.open("/labs/reports/ready")
    ready = walked.look(hand, "labs_ready")
    assert all(code in ready for code in walked.codes)
    for code in walked.codes:
        hand.open("/labs/reports/ready").go(f"tr:has-text('{code}') a")
        walked.look(hand, "report_draft")
        hand.fill(code=code_for(walked.db, authoriser.person_id)).press("签发检测报告")
        assert code in walked.look(hand, "report")
    hand.close()
