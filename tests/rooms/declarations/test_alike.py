"""Alike declarations accepted at once; the time of the visit asked for, and set later."""

from __future__ import annotations

import re

from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.declarations.commands import submit_declaration
from aquacert.declarations.models import Declaration, FiledForm
from aquacert.declarations.queries import declaration
from aquacert.declarations.rules.numbers import short
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import answers, draft, make_declaration
from tests.make.hatcheries import make_hatchery


def text(response):
    return response.get_data(as_text=True)


def amend(db, made):
    """Let the owner change a waiting declaration, after somebody has seen it."""
    db.clock.forward(minutes=1)
    with db.work(SYSTEM) as w:
        row = w.get_for_change(Declaration, made.declaration_id)
        row.amended_at = w.now
        w.facts += 1


def test_alike_ones_are_accepted_at_once_and_the_changed_one_alone_is_refused(db, app):
    farm = make_hatchery(db)
    plates = ("示A6P208", "示A6P209", "示A6P210")
    made = [
        make_declaration(db, farm, filled=answers(db, farm, "10万", plate=plate))
        for plate in plates
    ]
    stranger = make_hatchery(db)
    other = make_declaration(db, stranger, filled=answers(db, stranger, plate="示A6P211"))
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    clerk = signed_in(app.test_client(), make_person(db, organisation_id=farm.office_id))
    one = made[0].declaration_id
    queue = text(clerk.get(f"/declarations/?pick={one}"))
    assert f"/declarations/{one}/alike" in queue
    page = text(clerk.get(f"/declarations/{one}/alike"))
    assert page.count('name="chosen"') == 3
    assert str(other.declaration_id) not in page
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', page))
    asked = {
        "chosen": [str(paper.declaration_id) for paper in made],
        "vet_id": str(vet.person_id),
        "once": "a",
        **seen,
    }
    untimed = clerk.post(f"/declarations/{one}/alike", data=asked)
    assert (untimed.status_code, "仍要出具？" in text(untimed)) == (422, True)
    amend(db, made[2])
    asked["visit_at"] = "2026-05-12T13:30"
    for _twice in range(2):
        answer = clerk.post(f"/declarations/{one}/alike", data=asked)
        assert (answer.status_code, "申报人刚改过" in text(answer)) == (409, True)
        assert "受理了 2 份" in text(answer)
    with db.look(SYSTEM) as look:
        states = [declaration(look, paper.declaration_id).state for paper in made]
        assert states == ["assigned", "assigned", "submitted"]
        entries = look.scalars(select(AuditEntry).where(AuditEntry.title == "受理检疫申报"))
        assert len(entries) == 2
        filed = look.scalars(select(FiledForm).where(FiledForm.kind == "acceptance"))
        assert len({row.number for row in filed}) == 2
    # A second tab, opened before: what waits no longer is told by its number, with the reason.
    # One that the page did not show (of another farm) is not looked at.
    late = asked | {"once": "b", "chosen": [str(one), str(other.declaration_id)]}
    answer = text(clerk.post(f"/declarations/{one}/alike", data=late))
    assert "有 1 份没有受理" in answer
    assert short(made[0].number) in answer.split("有 1 份没有受理")[1]


def test_no_time_is_asked_about_once_and_set_later_with_a_word_to_both(db, app):
    made = make_declaration(db)
    vet = make_person(db, "official_vet", organisation_id=made.farm.office_id)
    clerk = signed_in(app.test_client(), make_person(db, organisation_id=made.farm.office_id))
    base = f"/declarations/{made.declaration_id}"
    asked = clerk.post(f"{base}/accept", data={"vet_id": str(vet.person_id), "once": "a"})
    assert (asked.status_code, "仍要出具？" in text(asked)) == (422, True)
    sent = {"vet_id": str(vet.person_id), "untimed": "y", "once": "b"}
    assert clerk.post(f"{base}/accept", data=sent).status_code == 302
    assert "到场时间待定" in text(clerk.get(base))
    assert clerk.post(f"{base}/visit", data={"visit_at": "", "once": "c"}).status_code == 422
    said = {"visit_at": "2026-05-12T13:30", "visit_place": "2 号塘", "once": "d"}
    for _twice in range(2):
        assert clerk.post(f"{base}/visit", data=said).status_code == 302
    with db.look(SYSTEM) as look:
        told = look.scalars(
            select(InboxMessage).where(InboxMessage.subject.contains("到场时间：5月12日 13:30"))
        )
        assert {row.to_person_id for row in told} == {None, vet.person_id}


def test_the_vet_who_filled_it_in_is_named_as_the_one_who_may_not_be_sent(db, app):
    farm = make_hatchery(db)
    vet = make_person(db, "official_vet", organisation_id=farm.office_id)
    paper = draft(db, farm)
    with db.work(farm.owner) as w:
        submit_declaration(w, paper, statement=True)
    with db.work(SYSTEM) as w:
        w.get_for_change(Declaration, paper).declared_by_id = vet.person_id
        w.facts += 1
    clerk = signed_in(app.test_client(), make_person(db, organisation_id=farm.office_id))
    assert "自己填的这份申报，不能检疫它" in text(clerk.get(f"/declarations/?pick={paper}"))


def test_an_official_who_begins_a_declaration_is_led_to_the_farms_he_may_fill_in_for(db, app):
    clerk = signed_in(app.test_client(), make_person(db))
    led = clerk.get("/declarations/new")
    assert (led.status_code, led.location) == (302, "/declarations/proxy")
