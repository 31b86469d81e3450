"""F14 in the browser: double tap, the back button, two tabs, with and without JavaScript: one effect."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from aquacert.hatcheries.models import Lot
from aquacert.kernel.scope import SYSTEM
from tests.browser.hand import SMALL
from tests.browser.test_sizes import owner_cookie
from tests.make.hatcheries import make_hatchery

pytestmark = pytest.mark.browser
BUTTON = "登记这一批"
PAGE = "/hatcheries/own/lots/new"
THERE = re.compile(r"/hatcheries/lots/[0-9a-f-]{36}$")


def lots(db) -> int:
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(Lot)) or 0


def fill(hand, pond: str):
    hand.open(PAGE).fill(pond=pond, species="草鱼", life_stage="夏花", quantity="5万")
    return hand.put("kind", "hatch")


@pytest.mark.parametrize("script", [True, False])
def test_a_double_tap_the_back_button_and_a_second_tab_have_one_effect(walk, app, db, script):
    farm = make_hatchery(db)
    before = lots(db)
    hand = walk.hand(SMALL, java_script_enabled=script)
    cookie = {"name": app.config["SESSION_COOKIE_NAME"], "url": walk.base}
    hand.context.add_cookies([{**cookie, "value": owner_cookie(app, farm.owner_secret)}])
    fill(hand, "7 号塘")
    hand.page.get_by_role("button", name=BUTTON).dblclick(no_wait_after=True)
    # The second tap breaks the first request off: the browser calls that a failed navigation.
    expect(hand.page).to_have_url(THERE)
    hand.page.wait_for_load_state()
    there = hand.path
    assert lots(db) == before + 1
    if script:  # without it the page comes back with a new key: another act, shown as one
        hand.page.go_back()
        hand.page.wait_for_load_state()
        assert hand.page.input_value("[name=pond]") == "7 号塘", "the browser fills it in again"
        hand.press(BUTTON)
        assert hand.path == there
    assert lots(db) == before + 1
    fill(hand, "8 号塘")
    copy = hand.context.new_page()
    copy.goto(walk.base + PAGE)
    hand.press(BUTTON)
    copy.close()
    assert lots(db) == before + 2
    assert walk.faults == []
