"""The main pages of every persona: 360 px, console, no other host; and the same in English.

Axe looks at the open pages here, and at all the others in test_every_page.
"""

from __future__ import annotations

import re

import pytest

from aquacert.certificates.log.commands import publish
from aquacert.certificates.peers.commands import make_demo_roots, renew
from tests.browser.hand import Hand
from tests.make.accounts import make_person
from tests.make.labs import make_lab
from tests.make.world import make_world

pytestmark = pytest.mark.browser
CHINESE = re.compile(r"[\u3400-\u9fff]")
PAGES = {
    "office_clerk": (
        "/declarations/",
        "/declarations/?tab=assigned",
        "/declarations/proxy",
        "/hatcheries/",
        "/accounts/inbox",
        "/accounts/me",
        "/accounts/sessions",
        "/reference/species",
    ),
    "number_keeper": ("/certificates/numbers", "/certificates/numbers?kind=B"),
    "county_supervisor": ("/supervision/", "/supervision/statistics", "/movements/"),
    "auditor": ("/supervision/audit", "/supervision/audit?q=签发"),
    "administrator": (
        "/accounts/people",
        "/accounts/people/new",
        "/accounts/organisations",
        "/accounts/organisations/new",
        "/labs/register/",
        "/labs/register/new",
        "/reference/rules",
    ),
    "surveillance_officer": ("/surveillance/", "/surveillance/zones", "/surveillance/feeds"),
    "checkpoint_officer": ("/movements/check", "/movements/"),
    "lab_technician": ("/labs/bench/", "/labs/bench/runs", "/labs/bench/files/new"),
    "lab_receiver": (
        "/labs/consignments",
        "/labs/consignments?all=1",
        "/labs/receive",
        "/labs/lists",
        "/labs/faults",
        "/labs/storage",
    ),
    "lab_authoriser": ("/labs/reports/ready", "/labs/reports/"),
    "province_supervisor": (
        "/certificates/seals",
        "/certificates/seals/make",
        "/certificates/recalls",
        "/certificates/recalls/new",
        "/certificates/checks",
        "/certificates/switches",
        "/certificates/provinces",
        "/certificates/judge",
        "/verify/bulk",
    ),
    "carrier": ("/accounts/home", "/movements/", "/certificates/", "/accounts/me"),
    "dealer": ("/accounts/home", "/movements/"),
}
WHOLE = dict.fromkeys(
    ("administrator", "auditor", "number_keeper", "province_supervisor"), "320000"
)
IN_ENGLISH = (
    "office_clerk",
    "county_supervisor",
    "administrator",
    "surveillance_officer",
    "lab_receiver",
    "lab_technician",
    "lab_authoriser",
)
STRANGER = (
    "/accounts/sign-in",
    "/hatcheries/register",
    "/verify",
    "/trust/log",
    "/nothing-here",
    "/c/0000000000",
)


@pytest.fixture
def people(house, db):
    """One of everything, and one person of each role."""
    make_world(house)
    make_demo_roots(house.settings, db.clock.now())
    renew(db, house.keys)
    publish(db, house.keys)
    lab = make_lab(db)
    own = {
        "lab_technician": lab.technician,
        "lab_receiver": lab.receiver,
        "lab_authoriser": lab.authoriser,
    }
    return own | {
        role: make_person(db, role, division=WHOLE.get(role)) for role in PAGES if role not in own
    }


def test_the_main_pages_are_fit_to_be_seen_and_speak_english(walk, seat, axe, people):
    walk.axe = axe
    stranger = walk.hand()
    for path in STRANGER:
        stranger.open(path).look(f"stranger{path.replace('/', '_')}")
    stranger.close()
    walk.axe = None
    for role, paths in PAGES.items():
        hand = seat(people[role])
        for path in paths:
            hand.open(path).look(f"{role}{re.sub(r'[/?=&]', '_', path)}")
        if role in IN_ENGLISH:
            read_english(hand, paths)
        hand.close()
    assert walk.faults == []


def read_english(hand: Hand, paths: tuple[str, ...]) -> None:
    """Read the same pages in English: heads, columns, buttons and tabs, at both widths."""
    walk = hand.walk
    axe, walk.axe = walk.axe, None
    hand.open("/accounts/me?lang=en")
    for path in paths:
        hand.open(path).look(f"en{re.sub(r'[/?=&]', '_', path)}")
        assert hand.page.get_attribute("html", "lang") == "en"
        assert not CHINESE.search(hand.page.inner_text("h1")), path
        for words in hand.page.locator("th, .btn, .tabs a").all_inner_texts():
            if CHINESE.search(words):
                walk.faults.append(f"{path}: {words!r} is not English")
    walk.axe = axe
