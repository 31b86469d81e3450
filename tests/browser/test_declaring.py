"""Declaring on a phone: a killed tab, two tabs, what a part shows."""

from __future__ import annotations

import pytest

from aquacert.declarations.queries import declaration
from aquacert.declarations.rules.answers import from_json
from aquacert.kernel.scope import SYSTEM
from tests.browser.hand import SMALL, Hand
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import Farm, make_hatchery

pytestmark = pytest.mark.browser


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


def saved(db, declaration_id):
    with db.look(SYSTEM) as look:
        return from_json(declaration(look, declaration_id).answers)


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
