"""Personal data on officials' pages: masked by role, shown once on request, every look on record."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from aquacert.accounts.commands.offices import open_office
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.permissions import P, roles
from aquacert.kernel.scope import SYSTEM
from aquacert.reference.rules.masking import mask_party, mask_phone
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery

MAY_ASK = {
    *("administrator", "checkpoint_officer", "city_supervisor", "county_supervisor"),
    *("office_clerk", "official_vet", "province_supervisor", "station_assistant"),
    "surveillance_officer",
}


@pytest.fixture
def farm(db):
    return make_hatchery(db)


def looks(db):
    with db.look(SYSTEM) as look:
        asked = select(AuditEntry).where(AuditEntry.tag == "accounts:personal:show")
        return list(look.scalars(asked))


def number_of(db, farm):
    from aquacert.hatcheries.models import Hatchery

    with db.look(SYSTEM) as look:
        return look.session.get_one(Hatchery, farm.hatchery_id).phone


def test_a_telephone_is_shown_once_and_the_look_is_on_record(app, db, farm):
    number, page = number_of(db, farm), f"/hatcheries/{farm.hatchery_id}"
    door = f"/accounts/personal/hatchery/{farm.hatchery_id}/phone"
    clerk = make_person(db, "office_clerk")
    client = signed_in(app.test_client(), clerk)
    before = client.get(page).get_data(as_text=True)
    assert number not in before
    assert mask_phone(number) in before
    assert door in before
    without = client.post(door, data={"back": page}, follow_redirects=True)
    assert "请先选为什么要看" in without.get_data(as_text=True)
    assert looks(db) == []
    answer = client.post(door, data={"back": page, "because": "contact"})
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert number in client.get(page).get_data(as_text=True)
    assert number not in client.get(page).get_data(as_text=True), "this page view only"
    [entry] = looks(db)
    assert entry.actor_id == clerk.person_id
    assert (entry.subject_kind, entry.subject_id) == ("hatcheries", str(farm.hatchery_id))
    assert entry.change == {"field": "phone", "because": "contact"}


def test_a_mark_that_no_page_takes_is_soon_worth_nothing(app, db, farm):
    number, page = number_of(db, farm), f"/hatcheries/{farm.hatchery_id}"
    client = signed_in(app.test_client(), make_person(db, "official_vet"))
    client.post(
        f"/accounts/personal/hatchery/{farm.hatchery_id}/phone",
        data={"back": page, "because": "contact"},
    )
    db.clock.forward(minutes=3)
    assert number not in client.get(page).get_data(as_text=True)


def test_the_door_stays_shut_for_others_and_sends_nobody_away(app, db, farm):
    door = "/accounts/personal/hatchery/{}/{}"
    asked = {"because": "contact", "back": "//evil.example/"}
    far = signed_in(app.test_client(), make_person(db, "office_clerk", division="320581"))
    assert far.post(door.format(farm.hatchery_id, "phone"), data=asked).status_code == 404
    auditor = make_person(db, "auditor", division="320000")
    reader = signed_in(app.test_client(), auditor)
    assert reader.post(door.format(farm.hatchery_id, "phone"), data=asked).status_code == 403
    assert "/accounts/personal/" not in reader.get(f"/hatcheries/{farm.hatchery_id}").text
    near = signed_in(app.test_client(), make_person(db, "office_clerk"))
    assert near.post(door.format(farm.hatchery_id, "secret"), data=asked).status_code == 404
    assert looks(db) == []
    answer = near.post(door.format(farm.hatchery_id, "phone"), data=asked)
    assert answer.headers["Location"] == "/accounts/home"
    assert len(looks(db)) == 1


def test_the_owner_sees_his_own_without_asking_and_whom_to_ring(client, db, farm):
    with client.session_transaction() as cookie:
        cookie.update(_user_id=farm.owner_secret, _fresh=True)
    own = client.get("/hatcheries/own").get_data(as_text=True)
    assert not re.search(r"\d{3}\*{4}\d{4}", own)
    assert re.search(r'href="tel:[0-9,]+"|还没有登记电话', own)


def test_who_may_ask_is_a_short_list():
    assert {role for role, held in roles().items() if P.PERSONAL_SHOW in held} == MAY_ASK


def test_the_office_that_answers_is_one_press_away(client, db, farm):
    with db.work(SYSTEM) as w:
        open_office(
            w,
            organisation_id=farm.office_id,
            division_code="320114",
            name_zh="示例申报点",
            address="示例路 1 号",
            hours="工作日 9:00–17:00",
            phone="0512-65221234转8",
        )
    with client.session_transaction() as cookie:
        cookie.update(_user_id=farm.owner_secret, _fresh=True)
    for path in ("/declarations/home", "/accounts/inbox"):
        text = client.get(path).get_data(as_text=True)
        assert text.count('href="tel:051265221234,8"') == 1, path
        assert "打电话给兽医" in text


def test_a_body_is_named_and_a_person_masked():
    assert mask_party("甲县水产公司") == "甲县水产公司"
    assert mask_party("李四") == "李*"
    assert [mask_party(name) for name in ("王处一", "李社")] == ["王*", "李*"]
    assert mask_party("买买提·艾合买提") == "买*"


def test_a_paper_is_no_way_around_the_mask(app, db, farm):
    made = make_declaration(db, farm)
    page, paper = f"/declarations/{made.declaration_id}", "/papers/application.docx"
    auditor = signed_in(app.test_client(), make_person(db, "auditor", division="320000"))
    clerk = signed_in(app.test_client(), make_person(db, "office_clerk"))
    assert auditor.get(page + paper).status_code == 403
    assert paper not in auditor.get(page).text
    assert clerk.get(page + paper).status_code == 200
    assert paper in clerk.get(page).text
    with client_of(app, farm) as owner:
        assert owner.get(page + paper).status_code == 200


def client_of(app, farm):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=farm.owner_secret, _fresh=True)
    return client
