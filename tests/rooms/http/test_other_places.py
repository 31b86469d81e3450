"""What is of another county, farm or laboratory is not there: at every door that names a thing.

The sample through HTTP of test_matrix, which asks every role without it.
"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.models import Sample, SelfTest
from tests.make.accounts import make_person, signed_in
from tests.make.labs import make_lab
from tests.make.world import known_ids, make_world
from tests.rooms.http.doors import addresses, kind_of
from tests.rooms.http.test_doors import may_open

ELSEWHERE = "320581"
LAB_ROOMS = ("sampling", "labs")
"""Where people of a laboratory knock; the others knock at every door."""
PUBLIC = {
    *("labs_register.show", "labs_register.tab", "labs_register_api.lab"),
    *("reference.rule", "surveillance.show", "surveillance_api.event"),
    *("surveillance.zone", "surveillance.zone_geojson", "surveillance_api.zone_geojson"),
    "surveillance.plan_show",
}
"""Which laboratories are designated for what is known to all (instruments, lots and staff are not);
so are the rules, and outbreaks and zones to whoever may read of them. A year's plan is the
province's: its title and days are shown, its tasks only where they are one's own."""
EMPTY = {"labs_review.batch", "hatcheries.send_back"}
"""Goes back to its list where there is nothing to sign; asks why before it asks for whom."""
ROLES = ("official_vet", "county_supervisor", "hatchery_owner")


@pytest.fixture
def behind(db, house):
    """What lies behind the doors: ids of every kind, and the codes that name samples."""
    make_world(house)
    with db.look(SYSTEM) as look:
        codes = [*look.scalars(select(Sample.blind_code)), *look.scalars(select(SelfTest.number))]
    return known_ids(house), codes


@pytest.fixture
def strangers(db, behind):
    lab = make_lab(db)
    there = [make_person(db, role, division=ELSEWHERE) for role in ROLES]
    return [*there, lab.receiver, lab.technician, lab.reviewer, lab.authoriser]


def entries(db):
    with db.look(SYSTEM) as look:
        return look.session.scalar(select(func.count()).select_from(AuditEntry))


def doors(app, person, method, ids, knocked):
    """Yield the doors that this person may open and that name a thing by its id.

    A door is knocked at by the first of the trade, the agencies and the laboratories who may.
    """
    for endpoint, address in addresses(app, method, ids, most=1):
        named = any("<uuid" in rule.rule for rule in app.url_map.iter_rules(endpoint))
        here = endpoint.startswith(LAB_ROOMS) or not person.actor.scope.lab_ids
        is_first = (method, endpoint, sort_of(person)) not in knocked
        if named and here and is_first and may_open(app, person, endpoint):
            knocked.add((method, endpoint, sort_of(person)))
            yield endpoint, address


def sort_of(person):
    return {kind_of(role) for role in person.actor.roles}.pop()


def test_nothing_of_another_place_is_shown_or_done(app, db, behind, strangers):
    ids, codes = behind
    before, shown, told, knocked = entries(db), [], [], set()
    for person in strangers:
        client = signed_in(app.test_client(), person)
        for method, call in (("GET", client.get), ("POST", client.post)):
            for endpoint, address in doors(app, person, method, ids, knocked):
                answer = call(address)
                if any(code in answer.get_data(as_text=True) for code in codes):
                    told.append((method, address))
                refused = answer.status_code in {403, 404}
                if method == "GET" and not refused and endpoint not in PUBLIC | EMPTY:
                    shown.append((endpoint, answer.status_code))
                if method == "POST" and answer.status_code < 300 and endpoint not in EMPTY:
                    shown.append((endpoint, answer.status_code))
    assert (shown, told) == ([], [])
    assert entries(db) == before
    assert len(knocked) > 200
