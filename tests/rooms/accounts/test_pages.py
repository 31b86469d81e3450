"""The pages of signing in as a browser meets them: devices, phone, codes, lent roles, rules."""

import re

from sqlalchemy import select

from aquacert.accounts.commands.facts import PasswordChanged
from aquacert.accounts.models import Membership, Person
from aquacert.accounts.rules.passkeys import OWN_CODES, OWN_FACTORS, OWN_PHONE
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import PASSWORD, again, make_person, sign_in, signed_in, step_up

FRESH = "三月的塘水最清亮啊，四月更好"


def test_who_did_not_sign_in_there_says_so_and_must_choose_a_new_password(db, app):
    owner = make_person(db, "hatchery_owner")
    here, there = signed_in(app.test_client(), owner), app.test_client()
    there.post(
        "/accounts/sign-in",
        data={"username": owner.username, "password": PASSWORD},
        headers={"User-Agent": "iPhone"},
    )
    inbox = here.get("/accounts/inbox").get_data(as_text=True)
    message = here.get(re.search(r"/accounts/inbox/[0-9a-f-]{36}", inbox)[0])
    where = re.search(r"/accounts/sessions/[0-9a-f-]{36}/not-me", message.get_data(as_text=True))[0]
    assert "苹果手机" in here.get(where).get_data(as_text=True)
    assert app.test_client().get(where).status_code == 302
    stranger = signed_in(app.test_client(), make_person(db, "hatchery_owner"))
    assert stranger.get(where).status_code == 404
    assert stranger.post(where).status_code == 404
    assert here.post(where).headers["Location"] == "/accounts/password"
    assert there.get("/accounts/me").status_code == 302
    assert here.get("/accounts/inbox").headers["Location"] == "/accounts/password"
    again_there = there.post(
        "/accounts/sign-in", data={"username": owner.username, "password": PASSWORD}
    )
    assert again_there.status_code == 422
    changed = here.post("/accounts/password", data={"old": PASSWORD, "new": FRESH})
    assert changed.status_code == 302
    assert here.get("/accounts/inbox").status_code == 200


def test_the_second_phone_of_a_vet_is_asked_on_the_page(db, app):
    vet = make_person(db, "official_vet")
    sign_in(db, vet.person_id, vet.username, agent="Android")
    tablet = app.test_client()
    asked = {"username": vet.username, "password": PASSWORD}
    where = tablet.post("/accounts/sign-in", data=asked, headers={"User-Agent": "iPad"})
    text = tablet.get(where.headers["Location"]).get_data(as_text=True)
    assert "您在另一台手机上登录着" in text
    assert 'name="end_other"' in text
    answer = tablet.post("/accounts/second-factor", data={"code": "000000"})
    assert "请先勾选" in answer.get_data(as_text=True)


def test_phone_codes_and_generator_are_changed_only_after_a_fresh_second_factor(db, client):
    vet = make_person(db, "official_vet")
    signed_in(client, vet)
    assert "step-up" in client.get("/accounts/phone").headers["Location"]
    step_up(db, vet, OWN_PHONE)
    asked = {"phone": "13711112222", "password": PASSWORD}
    assert client.post("/accounts/phone", data=asked | {"password": "x"}).status_code == 422
    assert client.post("/accounts/phone", data=asked).headers["Location"] == "/accounts/me"
    assert "step-up" in client.post("/accounts/recovery-codes").headers["Location"]
    step_up(db, vet, OWN_CODES)
    codes = client.post("/accounts/recovery-codes").get_data(as_text=True)
    first = re.findall(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", codes)
    assert len(set(first)) == 10
    assert first[0] not in client.get("/accounts/recovery-codes").get_data(as_text=True)
    assert "step-up" in client.post("/accounts/factor/replace").headers["Location"]
    step_up(db, vet, OWN_FACTORS)
    assert client.post("/accounts/factor/replace").headers["Location"] == "/accounts/factor"
    assert "data:image/png" in client.get("/accounts/factor").get_data(as_text=True)


def test_wrong_passwords_on_the_own_pages_are_counted_too(db, client):
    signed_in(client, make_person(db, "hatchery_owner"))
    asked = {"old": "wrong one", "new": FRESH}
    statuses = [client.post("/accounts/password", data=asked).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_role_is_lent_and_taken_back_in_the_browser(db, app):
    boss = make_person(db, "county_supervisor")
    clerk = make_person(db, "office_clerk", organisation_id=boss.organisation_id)
    page = signed_in(app.test_client(), boss)
    with db.look(SYSTEM) as look:
        mine = look.one(select(Membership.id).where(Membership.person_id == boss.person_id))
        day = look.today
    asked = {
        "membership_id": mine,
        "borrower_id": clerk.person_id,
        "from_on": day.isoformat(),
        "last_on": day.isoformat(),
        "because": "开会",
    }
    bad = page.post("/accounts/delegations", data=asked | {"last_on": "2020-01-01"})
    assert "结束日期要不早于开始日期" in bad.get_data(as_text=True)
    assert page.post("/accounts/delegations", data=asked).status_code == 302
    assert again(db, clerk).lent_roles == {"county_supervisor"}
    end = re.search(
        r"/accounts/delegations/[0-9a-f-]{36}/end",
        page.get("/accounts/delegations").get_data(as_text=True),
    )[0]
    stranger = signed_in(app.test_client(), make_person(db, "hatchery_owner"))
    assert stranger.post(end).status_code == 404
    assert page.post(end).status_code == 302
    assert not again(db, clerk).lent_roles


def test_the_page_of_password_rules_says_what_each_leaves(db, client):
    signed_in(client, make_person(db, "administrator", division="320000"))
    text = client.get("/accounts/password-rules").get_data(as_text=True)
    assert "GB/T 22239-2019" in text
    assert "V6.2.10" in text
    asked = {"audience": "farm", "shortest": "10", "kinds": "0", "days": "", "because": "按测评"}
    assert client.post("/accounts/password-rules", data=asked).status_code == 302
    assert "按测评" in client.get("/accounts/password-rules").get_data(as_text=True)
    bad = client.post("/accounts/password-rules", data=asked | {"shortest": "2"})
    assert bad.status_code == 422
    signed_in(client, make_person(db, "administrator"))
    assert 'name="shortest"' not in client.get("/accounts/password-rules").get_data(as_text=True)


def test_a_seed_that_another_browser_was_shown_is_never_the_one_to_confirm(db, app):
    vet = make_person(db, "official_vet", totp=False)
    signed = {"username": vet.username, "password": PASSWORD}

    def seed(client):
        text = client.get("/accounts/first-code").get_data(as_text=True)
        return re.search(r"\b[A-Z2-7]{4}(?: ?[A-Z2-7]{4}){7}\b", text)[0].replace(" ", "")

    early, late = app.test_client(), app.test_client()
    early.post("/accounts/sign-in", data=signed)
    known = seed(early)
    assert seed(early) == known
    late.post("/accounts/sign-in", data=signed)
    assert seed(late) != known


def test_who_owes_a_new_password_reads_nothing_by_the_other_doors(db, app):
    clerk = make_person(db, "office_clerk")
    client = signed_in(app.test_client(), clerk)
    door = "/api/v1/accounts/offices"
    assert client.get(door).status_code == 200
    with db.work(SYSTEM) as w:
        w.session.get_one(Person, clerk.person_id).must_change_password = True
        w.record(PasswordChanged(by_administrator=True), on=("people", str(clerk.person_id)))
    assert client.get(door).status_code == 403
