"""Declaring on a phone: the repeat in few taps, a killed tab, two tabs, what a part shows."""

from __future__ import annotations

import time

import pytest

from aquacert.declarations.queries import declaration
from aquacert.declarations.rules.answers import from_json
from aquacert.kernel.scope import SYSTEM
from tests.browser.hand import SMALL, Hand
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import Farm, make_hatchery

pytestmark = pytest.mark.browser
MOST_TAPS = 12
"""Repeat declaration: reliability_ux.md U7."""


@pytest.fixture
def farm(db) -> Farm:
    return make_hatchery(db)


@pytest.fixture
def owner(walk, app, farm, axe) -> Hand:
    """The owner's phone, signed in."""
    walk.axe = axe
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = farm.owner_secret
        cookie["_fresh"] = True
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    hand = walk.hand(SMALL, has_touch=True)
    hand.context.add_cookies([{"name": kept.key, "value": kept.value, "url": walk.base}])
    return hand


class Thumb:
    """Counts what a thumb does: each touch of the screen, and each key of the keyboard apart."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.taps, self.keys = hand, 0, 0

    def on(self, selector: str) -> None:
        """Touch something on the page."""
        self.taps += 1
        self.hand.page.locator(selector).first.tap()

    def through(self, words: str) -> None:
        """Touch the button with these words; the page that follows is waited for."""
        with self.hand.page.expect_navigation():
            self.on(f"button:has-text('{words}')")

    def type(self, selector: str, words: str) -> None:
        """Touch a field and type over what stands there."""
        self.on(selector)
        self.keys += len(words)
        self.hand.page.locator(selector).fill(words)


def saved(db, declaration_id):
    with db.look(SYSTEM) as look:
        return from_json(declaration(look, declaration_id).answers)


def test_the_repeat_takes_few_taps(owner, db, farm, capsys):
    make_declaration(db, farm)
    thumb, began = Thumb(owner.open("/declarations/home")), time.monotonic()
    owner.look("home")
    thumb.through("再报一次")
    owner.look("again")
    thumb.type('[id="batches-0-quantity"]', "40万")
    thumb.on("label[for='loads-0-departs_at-0']")
    thumb.type('[id="loads-0-plate"]', "示A6P209")
    thumb.through("存好，去核对")
    said = owner.look("again_check")
    assert "有 3 处和上次不同" in said
    assert "肆拾万尾" in said
    thumb.on("label[for=statement]")
    thumb.through("提交检疫申报")
    assert "已提交" in owner.look("again_sent")
    with capsys.disabled():
        spent = time.monotonic() - began
        print(f"\nrepeat declaration: {thumb.taps} taps, {thumb.keys} keys, pages {spent:.0f} s")
    assert thumb.taps <= MOST_TAPS
    assert owner.walk.faults == []


def test_a_killed_tab_loses_nothing_and_two_tabs_are_told_apart(owner, db, farm, walk):
    declaration_id = draft(db, farm, answers(db, farm, "50万"))
    path = f"/declarations/{declaration_id}/part/seed-0"
    first, field = owner.open(path).page, '[id="batches-0-quantity"]'
    second = owner.context.new_page()
    second.goto(walk.base + path)
    first.fill(field, "40万")
    first.wait_for_selector(".kept.saved")
    second.fill(field, "30万")
    second.wait_for_selector(".kept.clash")
    first.fill(field, "45万")
    first.close()  # within the 400 ms: the beacon takes it
    second.wait_for_timeout(1000)
    kept = saved(db, declaration_id).batches[0].quantity
    assert kept == "45万"
    owner.page = second
    owner.open(f"/declarations/{declaration_id}/tasks")
    said = owner.look("tasks_clash")
    assert "两个窗口里填得不一样" in said
    owner.press("用“30万”")
    assert saved(db, declaration_id).batches[0].quantity == "30万"
    assert walk.faults == []


def test_parts_show_what_their_answers_ask_for_large_too(owner, db, farm, walk):
    declaration_id = draft(db, farm)
    base = f"/declarations/{declaration_id}"
    owner.open("/declarations/new").look("start")
    owner.open(f"{base}/part/source-0")
    assert not owner.page.locator(".when-wild").is_visible()
    owner.page.locator("label[for='batches-0-source-wild']").tap()
    assert owner.page.locator(".when-wild").is_visible()
    owner.page.wait_for_selector(".kept.saved")
    owner.look("source_wild")
    owner.open(f"{base}/part/purpose-0").page.locator("label[for='loads-0-purpose-release']").tap()
    assert owner.page.locator(".when-release").is_visible()
    owner.page.wait_for_selector(".kept.saved")
    for name in ("tasks", "materials", "part/trip-0", "check", "edit"):
        owner.open(f"{base}/{name}").look(name.replace("/", "_"))
    owner.open("/declarations/home?elder=1")
    for name in ("tasks", "part/seed-0", "part/source-0", "part/trip-0", "materials", "check"):
        owner.open(f"{base}/{name}").look(f"elder_{name.replace('/', '_')}")
    made = make_declaration(db, farm, filled=answers(db, farm, "1000"))
    owner.open(f"/declarations/{made.declaration_id}").look("elder_own")
    owner.open("/declarations/home").look("elder_home")
    owner.open(f"/declarations/{made.declaration_id}/sent?elder=0").look("sent")
    owner.open(f"/declarations/{made.declaration_id}").look("own")
    assert walk.faults == []
