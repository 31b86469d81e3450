"""No door breaks: whoever knocks, with whatever address and whatever form.

The normal run knocks at every door, by a fixed rule, with a part of the addresses, forms and roles;
`-m long` takes the whole product.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from aquacert.accounts.rules.roles import Role
from aquacert.certificates.models import Certificate
from aquacert.http.gates import register_actor_loader
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, signed_in
from tests.make.world import form_names, known_ids, make_world, master
from tests.rooms.http.doors import addresses, kind_of

GARBAGE = ("", "x", "-1", "1.5", "9" * 30, "2026-02-30", "𠮷\x00\u202e", "=1+1", "{{7*7}}")
TURNS = range(0, len(GARBAGE), 2)
NO_KEYS_YET = ("verification.trust_list", 503)
ROLES = sorted(role for role in Role if role is not Role.CONSIGNEE)
WHOLE = pytest.mark.parametrize(
    "is_whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["part", "whole"]
)


@pytest.fixture
def world(house):
    return make_world(house)


@pytest.fixture
def public_ids(db, world):
    with db.look(SYSTEM) as look:
        return list(look.scalars(select(Certificate.public_id)))


@pytest.fixture
def everything(app, world):
    """Let whoever knocks be somebody who may everything."""
    register_actor_loader(app, lambda: master(world))
    return app.test_client()


def broken(answers):
    """Return the doors that broke, each once, and headers that no real server could send."""
    bad = Counter()
    for endpoint, address, answer in answers:
        if answer.status_code >= 500 and (endpoint, answer.status_code) != NO_KEYS_YET:
            bad[f"{answer.status_code} {endpoint} {address}"] += 1
        for name, value in answer.headers:
            try:
                value.encode("latin-1")
            except UnicodeEncodeError:
                bad[f"header {name} {endpoint} {address}"] += 1
        answer.close()
    return sorted(bad)


@WHOLE
def test_no_page_breaks_for_what_is_there(app, house, everything, public_ids, is_whole):
    asked = list(addresses(app, "GET", known_ids(house), public_ids, most=8 if is_whole else 2))
    assert len(asked) > 150
    assert broken((e, a, everything.get(a)) for e, a in asked) == []


@WHOLE
def test_no_page_breaks_for_what_is_not_there(app, everything, is_whole):
    """The part asks odd questions of them; each role asks the plain one below."""
    asked = list(addresses(app, "GET", most=8 if is_whole else 2))
    assert not is_whole or broken((e, a, everything.get(a)) for e, a in asked) == []
    odd = "?page=-1&q=%F0%A0%AE%B7%00&state=%3F&tab=%3F&number=1&after=x&pick=x&from=2026-13"
    assert broken((e, a, everything.get(a + odd)) for e, a in asked) == []


@WHOLE
def test_no_form_breaks_a_door(app, house, everything, public_ids, is_whole):
    """Every field of every form at every door: nothing, then each sort of garbage in turn.

    The part: two things of a door, each with nothing and with the one turn that is due.
    """
    names = sorted(set(form_names()))
    turns = [{n: GARBAGE[(at + k) % len(GARBAGE)] for at, n in enumerate(names)} for k in TURNS]
    most = 4 if is_whole else 2
    asked = list(addresses(app, "POST", known_ids(house), public_ids, most=most))
    pages = [(e, a) for e, a in asked if not a.startswith("/api/")]
    answers = (
        (e, f"{a} form {k}", everything.post(a, data=form))
        for at, (e, a) in enumerate(pages)
        for k, form in enumerate([{}, *turns])
        if is_whole or k in {0, 1 + at % len(turns)}
    )
    assert broken(answers) == []


def test_no_body_breaks_the_interface(app, house, world, public_ids):
    names = sorted(set(form_names()))
    bodies = ("", "x", "[]", "{}", "null", "[1]", dict.fromkeys(names, "x"), dict.fromkeys(names))
    bodies = (*bodies, {name: [] for name in names}, dict.fromkeys(names, 2**63))
    register_actor_loader(app, lambda: token_of(world))
    client = app.test_client()
    asked = [
        (e, a)
        for e, a in addresses(app, "POST", known_ids(house), public_ids)
        if a.startswith("/api/")
    ]
    assert (
        broken(
            (e, f"{a} {str(body)[:40]}", send(client, a, body)) for body in bodies for e, a in asked
        )
        == []
    )


def token_of(world):
    return replace(master(world), is_token=True)


def send(client, address, body):
    if isinstance(body, str):
        return client.post(address, data=body, content_type="application/json")
    return client.post(address, json=body)


@WHOLE
def test_every_role_gets_an_answer_at_every_door_it_may_open(app, db, is_whole):
    """What a role may not open is the gate's one sentence; the rest is knocked at.

    The part: the first role of the trade, of the agencies and of the laboratories that may open it.
    """
    top = {Role.PROVINCE_SUPERVISOR: "320000"}
    people = [(role, make_person(db, role, division=top.get(role))) for role in ROLES]
    asked = {m: list(addresses(app, m, most=1)) for m in ("GET", "POST")}
    done = set()
    for role, made in people:
        client = signed_in(app.test_client(), made)
        assert broken([(role, "/", client.get("/"))]) == []
        for method, call in (("GET", client.get), ("POST", client.post)):
            mine = [
                (e, a)
                for e, a in asked[method]
                if may_open(app, made, e) and (is_whole or (method, e, kind_of(role)) not in done)
            ]
            done.update((method, e, kind_of(role)) for e, _ in mine)
            assert broken((f"{role} {e}", a, call(a)) for e, a in mine) == []


def may_open(app, made, endpoint):
    needs = getattr(app.view_functions[endpoint], "needs", None)
    return needs is not None and (needs == () or any(made.actor.may(need) for need in needs))


def test_a_stranger_gets_an_answer_at_every_door(app, client):
    for method, call in (("GET", client.get), ("POST", client.post)):
        asked = list(addresses(app, method, most=1))
        answers = [(e, a, call(a)) for e, a in asked]
        assert broken(answers) == []
        opened = {
            e
            for e, _, answer in answers
            if answer.status_code == 200 and not hasattr(app.view_functions[e], "open_because")
        }
        assert opened <= {"static"}
