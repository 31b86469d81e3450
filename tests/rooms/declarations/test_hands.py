"""Whose hand was in a declaration, and what it had before its eyes: consent, statement, answer."""

from __future__ import annotations

import re

import pytest

from aquacert.declarations.commands import (
    accept_declaration,
    amend_declaration,
    answer_consent,
    answer_supplement,
    ask_consent,
    ask_supplement,
    attach_paper,
    consent_on_paper,
    refuse_declaration,
    save_draft,
    submit_declaration,
)
from aquacert.declarations.models import Declaration
from aquacert.declarations.queries.office import vets_here
from aquacert.declarations.queries.proxy import consent_fault
from aquacert.kernel.errors import Invalid, NotAllowed, NotAllowedNow
from tests.make.accounts import make_person
from tests.make.declarations import answers, draft, proxied
from tests.make.hatcheries import make_hatchery
from tests.rooms.declarations.test_office import picture
from tests.rooms.declarations.test_views import browser
from tests.rooms.declarations.test_views import text as words


@pytest.fixture
def farm(db):
    return make_hatchery(db)


def test_who_filled_it_in_gives_none_of_the_offices_answers(db, farm):
    """A clerk may be the proxy: then another clerk accepts, asks or refuses."""
    declaration_id = proxied(db, farm, farm.clerk)
    with db.work(farm.clerk) as w:
        consent_on_paper(w, declaration_id, data=picture(), name="a.png")
        submit_declaration(w, declaration_id, statement=True)
    reason = "启运地在邻县，请到邻县申报点。"
    for answer, said in (
        (accept_declaration, {}),
        (ask_supplement, {"items": ["seed_photo"]}),
        (refuse_declaration, {"ground": "out_of_area", "reason": reason}),
    ):
        with pytest.raises(NotAllowed, match="代填"), db.work(farm.clerk) as w:
            answer(w, declaration_id, **said)
    other = make_person(db, "office_clerk", organisation_id=farm.office_id)
    with db.work(other.actor) as w:
        accept_declaration(w, declaration_id)


def test_a_vet_who_asked_for_consent_is_not_offered(db, farm):
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    declaration_id = proxied(db, farm, vet.actor)
    with db.work(vet.actor) as w:
        ask_consent(w, declaration_id)
    with db.work(farm.owner) as w:
        submit_declaration(w, declaration_id, statement=True)
    with db.look(farm.clerk) as look:
        found = vets_here(look, look.get(Declaration, declaration_id))
    assert vet.person_id not in {one.person_id for one in found.free}
    assert vet.person_id in {one.person_id for one in found.own_hands}


def test_the_owners_last_word_decides_and_codes_are_few(db, farm):
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    declaration_id = proxied(db, farm, vet.actor)

    def fault():
        with db.look(vet.actor) as look:
            paper = look.get(Declaration, declaration_id)
            return consent_fault(look, paper, paper.answers)

    for agrees, sentence in ((True, ""), (False, "不同意"), (True, "")):
        with db.work(vet.actor) as w:
            ask_consent(w, declaration_id)
        with db.work(farm.owner) as w:
            answer_consent(w, declaration_id, agrees=agrees)
        assert (sentence in fault()) if sentence else fault() == ""
        db.clock.forward(minutes=2)
    # Consent to what was sent before does not serve for it again, once he agreed to something else.
    with db.work(vet.actor) as w:
        save_draft(w, answers(db, farm, "40万"), declaration_id)
        consent_on_paper(w, declaration_id, data=picture(), name="a.png")
        save_draft(w, answers(db, farm), declaration_id)
    assert "再取得一次同意" in fault()
    for _ in range(7):
        with db.work(vet.actor) as w:
            ask_consent(w, declaration_id)
        db.clock.forward(minutes=2)
    with pytest.raises(NotAllowedNow, match="太多"), db.work(vet.actor) as w:
        ask_consent(w, declaration_id)


def test_a_statement_is_for_what_the_page_showed(db, app, farm):
    declaration_id = draft(db, farm)
    phone, where = browser(app, farm.owner_secret), f"/declarations/{declaration_id}/check"
    seen = re.search(r'name="seen"[^>]* value="([^"]+)"', words(phone.get(where)))[1]
    with db.work(farm.owner) as w:
        save_draft(w, answers(db, farm, "40万"), declaration_id)
    stale = phone.post(where, data={"statement": "y", "seen": seen, "once": "a"})
    assert stale.status_code == 422
    assert "刚刚改过" in words(stale)
    seen = re.search(r'name="seen"[^>]* value="([^"]+)"', words(stale))[1]
    sent = phone.post(where, data={"statement": "y", "seen": seen, "once": "b"})
    assert sent.status_code == 302


def test_an_answer_to_the_office_brings_something_and_comes_in_time(db, farm):
    """Old photographs are no answer; nothing is changed once it was accepted; notes print."""
    declaration_id = draft(db, farm)
    with db.work(farm.owner) as w:
        attach_paper(w, declaration_id, material="seed_photo", data=picture(), name="a.png")
        submit_declaration(w, declaration_id, statement=True)
    db.clock.forward(minutes=1)
    with db.work(farm.clerk) as w:
        ask_supplement(w, declaration_id, items=["seed_photo"], note="照片\x0b不清楚\x01")
    with pytest.raises(Invalid, match="补上材料"), db.work(farm.owner) as w:
        answer_supplement(w, declaration_id, note=" ", statement=True)
    with db.work(farm.owner) as w:
        save_draft(w, answers(db, farm, "40万"), declaration_id)
        answer_supplement(w, declaration_id, note="重拍了\x0b。", statement=True)
        save_draft(w, answers(db, farm, "30万"), declaration_id)
    with db.work(farm.clerk) as w:
        accept_declaration(w, declaration_id, visit_place="一号塘\x0b")
    with pytest.raises(NotAllowedNow), db.work(farm.owner) as w:
        amend_declaration(w, declaration_id, statement=True)
    with db.look(farm.clerk) as look:
        paper = look.get(Declaration, declaration_id)
    said = (paper.asked_note, paper.reply_note, paper.visit_place)
    assert said == ("照片不清楚", "重拍了。", "一号塘")
    assert paper.statement_at == paper.amended_at == paper.replied_at
