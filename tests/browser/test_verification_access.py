"""The public pages for everybody: axe, targets under a thumb, large text, no sideways scroll."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest

from aquacert.verification import views
from aquacert.verification.queries.keys import KeyWatch
from aquacert.verification.queries.pages import PublicPages
from tests.browser.test_verification import base, phone  # noqa: F401 (fixtures)
from tests.make.verification import PUBLIC_ID, Shelf, record_of, ring_of, sealed

pytestmark = pytest.mark.browser
SUCCESSOR = "7KQ2M9XA4C"
SMALL = """() => [...document.querySelectorAll('a,button,input,summary')]
  .filter(e => !e.closest('.sr'))
  .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 90)])
  .filter(([r]) => r.width && (r.height < 44 || r.width < 44)).map(([, html]) => html)"""


@pytest.fixture
def every_state(app, house):
    """Addresses of a page in each state."""
    now = house.database.clock.now()
    ring = ring_of(house.settings.data_dir / "keys", now, house.settings.key_passphrase)
    shelf = Shelf()
    states = {
        "0000000001": {},
        "0000000002": {"status": "suspended"},
        "0000000003": {"status": "void"},
        "0000000004": {"status": "replaced", "successor_public_id": "0000000001"},
        "0000000005": {"status": "recalled"},
        "0000000006": {"arrived_at": now},
        "0000000007": {},
    }
    for public_id, change in states.items():
        issued = now - timedelta(days=9) if public_id == "0000000007" else now
        shelf.kept[public_id] = sealed(ring, record_of(issued, public_id=public_id))
        shelf.change(public_id, **change)
    shelf.kept["0000000008"] = shelf.kept["0000000001"]
    house.extras[views.EXTRA].pages = PublicPages(
        house.database,
        shelf,
        KeyWatch(house.settings.data_dir / "keys"),
        limit=1 << 20,
        host="cert.example",
    )
    addresses = [f"/c/{public_id}" for public_id in shelf.kept]
    return [*addresses, "/c/9999999999", "/verify", "/verify?number=1", f"/c/{PUBLIC_ID}?lang=en"]


def test_axe_finds_nothing_on_any_public_page(phone, base, every_state):  # noqa: F811
    axe = import_module("axe_playwright_python.sync_playwright")
    for address in every_state:
        phone.goto(base + address)
        found = axe.Axe().run(phone).response["violations"]
        assert [(address, rule["id"]) for rule in found] == []


def test_every_target_is_as_large_as_a_thumb(phone, base, every_state):  # noqa: F811
    for address in every_state:
        phone.goto(base + address)
        assert (address, phone.evaluate(SMALL)) == (address, [])


def test_large_text_never_needs_sideways_scrolling(phone, base, every_state):  # noqa: F811
    for address in every_state:
        phone.goto(base + address)
        phone.evaluate(
            "document.documentElement.style.setProperty('--fs', '30px');"
            "document.documentElement.style.setProperty('--fs-small', '26px')"
        )
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
