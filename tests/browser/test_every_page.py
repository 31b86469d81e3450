"""Axe finds nothing serious on any page: every door that answers with a page, for whoever opens it.

The normal run opens each template once, as the first role that gets it (phone pages at 360 px, desk
pages at 1280). `-m long` opens the whole product: role × page × 360 and 1280 px × large print.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import template_rendered

from aquacert.accounts.models import Membership
from aquacert.accounts.rules.roles import Role
from aquacert.kernel.scope import SYSTEM
from tests.browser.hand import LAW, SERIOUS, SMALL, WIDE, Hand
from tests.make.accounts import Made, make_person, signed_in
from tests.make.certificates import fresh
from tests.make.world import known_ids, make_world
from tests.rooms.http.doors import addresses
from tests.rooms.http.test_doors import may_open

pytestmark = pytest.mark.browser
PROVINCE = ("administrator", "auditor", "number_keeper", "province_supervisor", "city_supervisor")
FIRST = ("hatchery_owner", "official_vet", "office_clerk", "lab_technician", "administrator")
"""Who is asked first for a page that several roles may open."""
ROLES = (*FIRST, *sorted(set(Role) - {*FIRST, Role.CONSIGNEE}))
NOT_FOR_READING = {"accounts.sign_out", "static", "field.shell"}
"""The app at the pond has its own walk: test_field_screens."""


@dataclass(frozen=True)
class Page:
    """A page as a role gets it."""

    role: str
    template: str
    address: str
    is_phone: bool


@pytest.fixture
def people(house, db) -> dict[str, Made]:
    """One of everything, and whoever in it holds each role; a new person where nobody does."""
    chief = make_world(house)
    found: dict[str, Made] = {"administrator": chief}
    for role in ROLES:
        found.setdefault(role, somebody(db, role))
    return found


def somebody(db, role: str) -> Made:
    """Return a person of that role: in the body that the world's things belong to, if there is one."""
    if role in PROVINCE:
        return make_person(db, role, division="320000")
    with db.look(SYSTEM) as look:
        rows = look.session.query(Membership).where(Membership.role == role)
        first = rows.order_by(Membership.id).first()
        body, place = (first.organisation_id, first.division_code) if first else (None, None)
    return make_person(db, role, organisation_id=body, division=place)


def pages_of(
    app, made: Made, role: str, asked: list[tuple[str, str]], done: set[str] | None = None
) -> Iterator[Page]:
    """Yield the pages that a person gets from these doors: what is no HTML page is no page.

    With `done`, a door that answered is not asked again, by him or by the next.
    """
    drawn: list[str] = []

    def note(_app, template, **_rest) -> None:
        drawn.append(template.name or "")

    client = signed_in(app.test_client(), made)
    with template_rendered.connected_to(note, app):
        for endpoint, address in asked:
            if done is not None and endpoint in done:
                continue
            drawn.clear()
            answer = client.get(address)
            if done is not None and answer.status_code == 200:
                done.add(endpoint)
            is_page = answer.status_code == 200 and answer.mimetype == "text/html"
            text = answer.get_data(as_text=True) if is_page else ""
            answer.close()
            if drawn and is_page:
                yield Page(role, drawn[0], address, 'class="phone' in text)


def doors_of(app, ids, made: Made, most: int) -> list[tuple[str, str]]:
    """Return the GET doors that a person may open, with what stands behind them."""
    return [
        (endpoint, address)
        for endpoint, address in addresses(app, "GET", ids, most=most)
        if not address.startswith("/api/")
        and endpoint not in NOT_FOR_READING
        and may_open(app, made, endpoint)
    ]


def judge(hand: Hand, page: Page, width: int) -> None:
    """Open a page and let axe look at it."""
    hand.open(page.address)
    hand._check_axe(width)


def judge_inside(hand: Hand, page: Page) -> None:
    """Open a page and let axe look at what stands within its frame: the frame was judged already."""
    hand.open(page.address)
    # At the end of the page nothing lies under a bar that sticks to the lower edge.
    hand.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    hand.page.evaluate(hand.walk.axe.axe_script)
    for rule in hand.page.evaluate("law => axe.run('main', law)", LAW)["violations"]:
        if rule["impact"] in SERIOUS:
            where = "; ".join(node["html"][:160] for node in rule["nodes"][:3])
            hand.walk.faults.append(f"{page.role} {page.address}: axe {rule['id']}: {where}")


def test_axe_finds_nothing_serious_on_any_template(walk, app, house, db, seat, axe, people):
    walk.axe = axe
    ids = known_ids(house)
    seen: set[str] = set()
    done: set[str] = set()
    for role in ROLES:
        made = fresh(db, people[role])
        mine: list[Page] = []
        for page in pages_of(app, made, role, doors_of(app, ids, made, 3), done):
            if page.template not in seen:
                seen.add(page.template)
                mine.append(page)
        hand = seat(people[role])
        framed: set[bool] = set()
        for page in sorted(mine, key=lambda page: page.is_phone):
            size = SMALL if page.is_phone else WIDE
            if hand.page.viewport_size != size:
                hand.page.set_viewport_size(size)
            if page.is_phone in framed:
                judge_inside(hand, page)
            else:
                judge(hand, page, size["width"])
                framed.add(page.is_phone)
        hand.close()
    assert len(seen) > 100
    assert walk.faults == []


@pytest.mark.long
def test_axe_finds_nothing_serious_for_any_role_at_any_width(
    walk, app, house, db, seat, axe, people
):
    walk.axe = axe
    ids = known_ids(house)
    for role in ROLES:
        made = fresh(db, people[role])
        pages = list(pages_of(app, made, role, doors_of(app, ids, made, 2)))
        hand = seat(people[role])
        for elder in ("0", "1"):
            hand.open(f"/accounts/me?elder={elder}")
            walk.judged.clear()
            for size in (SMALL, WIDE):
                hand.page.set_viewport_size(size)
                for page in pages:
                    judge(hand, page, size["width"])
        hand.close()
    assert walk.faults == []
