"""The doors of accounts as a browser meets them."""

import re
from itertools import product

import pyotp
import pytest

from aquacert.accounts.commands import keep_preferences, tell
from aquacert.accounts.commands.facts import PasswordChanged
from aquacert.accounts.models import Person
from aquacert.accounts.queries import session_standing
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import (
    COUNTY,
    PASSWORD,
    code_for,
    make_organisation,
    make_person,
    roles_now,
    signed_in,
    token,
)

SIGN_IN = "/accounts/sign-in"


def enter(client, username, password=PASSWORD, target=None):
    where = SIGN_IN if target is None else f"{SIGN_IN}?next={target}"
    return client.post(where, data={"username": username, "password": password})


def test_a_stranger_is_sent_to_sign_in_and_comes_back(db, client):
    owner = make_person(db, "hatchery_owner")
    answer = client.get("/accounts/inbox?unread=1")
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where.startswith(f"{SIGN_IN}?next=/accounts/inbox")
    # Of a form the page it stood on; of another site nothing.
    for came, there in (
        ("http://localhost/accounts/me?x=1", "/accounts/me"),
        ("http://x.org/a", "/"),
    ):
        sent = client.post("/declarations/new", headers={"Referer": came})
        assert sent.location.endswith(f"next={there}"), sent.location
    answer = client.post(where, data={"username": owner.username, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/inbox?unread=1"
    assert client.get("/accounts/inbox").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_to_another_site_after_signing_in(db, client, target):
    owner = make_person(db, "hatchery_owner")
    assert enter(client, owner.username, target=target).headers["Location"] == "/accounts/home"


def test_an_unknown_name_and_a_wrong_password_look_alike(db, client):
    make_person(db, username="known-name")

    def seen(username):
        answer = enter(client, username, "wrong password")
        text = re.sub(r'name="once"[^>]*', "", answer.get_data(as_text=True))
        return answer.status_code, re.sub(r"(un)?known-name", "", text)

    assert seen("known-name") == seen("unknown-name")


def test_a_phone_number_signs_in_like_a_name(db, client):
    make_person(db, "hatchery_owner", phone="13911112222")
    assert enter(client, "139 1111 2222").status_code == 302


def test_the_sixth_try_in_a_minute_is_told_to_wait_and_keeps_what_was_typed(db, client):
    owner = make_person(db, "hatchery_owner")
    for _ in range(5):
        assert enter(client, owner.username, "wrong password").status_code == 422
    answer = enter(client, owner.username)
    assert answer.status_code == 429
    assert "60 秒" in answer.get_data(as_text=True)
    assert owner.username in answer.get_data(as_text=True)
    db.clock.forward(seconds=60)
    assert enter(client, owner.username).status_code == 302


def test_right_passwords_of_many_people_behind_one_address_lock_nobody_out(db, client):
    owner = make_person(db, "hatchery_owner")
    for _ in range(25):
        assert enter(client, owner.username).status_code == 302


def test_a_vet_passes_two_doors(db, client):
    vet = make_person(db, "official_vet")
    answer = enter(client, vet.username, target="/accounts/sessions")
    assert "/accounts/second-factor" in answer.headers["Location"]
    assert client.get("/accounts/sessions").status_code == 302
    answer = client.post(answer.headers["Location"], data={"code": "000000"})
    assert answer.status_code == 422
    assert "还能试 4 次" in answer.get_data(as_text=True)
    code = code_for(db, vet.person_id)
    answer = client.post("/accounts/second-factor?next=/accounts/sessions", data={"code": code})
    assert answer.headers["Location"] == "/accounts/sessions"
    assert client.get("/accounts/sessions").status_code == 200


def test_the_half_open_cookie_is_worth_nothing_after_the_second_door(db, client):
    vet = make_person(db, "official_vet")
    enter(client, vet.username)
    with client.session_transaction() as cookie:
        half = cookie["_user_id"]
    client.post("/accounts/second-factor", data={"code": code_for(db, vet.person_id)})
    with db.look() as look:
        assert session_standing(look, half) is None


def test_a_first_sign_in_of_who_signs_makes_the_code(db, client):
    vet = make_person(db, "official_vet", totp=False)
    enter(client, vet.username)
    text = client.get("/accounts/first-code").get_data(as_text=True)
    seed = re.search(r'class="mono">([A-Z2-7 ]+)<', text)[1].replace(" ", "")
    assert "data:image/png" in text
    code = pyotp.TOTP(seed).at(int(db.clock.now().timestamp()))
    answer = client.post("/accounts/first-code", data={"code": code})
    assert answer.headers["Location"] == "/accounts/home"
    assert client.get("/accounts/me").status_code == 200


def test_a_first_password_must_be_changed_before_anything_else(db, client):
    owner = make_person(db, "hatchery_owner")
    with db.work(SYSTEM) as w:
        w.session.get_one(Person, owner.person_id).must_change_password = True
        w.record(PasswordChanged(by_administrator=True), on=("people", str(owner.person_id)))
    enter(client, owner.username)
    assert client.get("/accounts/inbox").headers["Location"] == "/accounts/password"
    answer = client.post("/accounts/password", data={"old": PASSWORD, "new": "三月的塘水最清亮啊"})
    assert answer.headers["Location"] == "/accounts/home"
    assert client.get("/accounts/inbox").status_code == 200


def test_changing_the_password_ends_the_other_sign_ins(db, client):
    owner = make_person(db, "hatchery_owner")
    enter(client, owner.username)
    client.post("/accounts/password", data={"old": PASSWORD, "new": "三月的塘水最清亮啊"})
    with db.look() as look:
        assert session_standing(look, owner.secret) is None
    assert client.get("/accounts/me").status_code == 200


def test_signing_out_ends_the_session_itself(db, client):
    owner = make_person(db, "hatchery_owner")
    signed_in(client, owner)
    assert client.get("/accounts/sign-out").status_code == 200
    assert client.post("/accounts/sign-out").headers["Location"] == SIGN_IN
    with db.look() as look:
        assert session_standing(look, owner.secret) is None


def test_ending_a_sign_in_elsewhere_works_at_once(db, app):
    owner = make_person(db, "hatchery_owner")
    here, there = app.test_client(), app.test_client()
    signed_in(there, owner)
    enter(here, owner.username)
    assert there.get("/accounts/me").status_code == 200
    here.post("/accounts/sessions/end-others")
    assert there.get("/accounts/me").status_code == 302


def test_the_elder_edition_and_the_language_stay_with_the_account(db, client):
    owner = make_person(db, "hatchery_owner")
    signed_in(client, owner)
    assert client.get("/accounts/me?elder=1&lang=en").headers["Location"] == "/accounts/me"
    text = client.get("/accounts/me").get_data(as_text=True)
    assert "data-elder" in text
    assert 'lang="en"' in text


def test_a_stranger_may_choose_big_letters_too(client):
    client.get(f"{SIGN_IN}?elder=1")
    assert "data-elder" in client.get(SIGN_IN).get_data(as_text=True)


def test_words_in_the_address_never_steer_where_a_choice_leads(client):
    for odd in ("endpoint=x", "_method=PATCH", "_scheme=javascript", "_anchor=a"):
        answer = client.get(f"/accounts/sign-in?lang=en&{odd}")
        assert answer.status_code == 302, odd
        assert answer.location == f"/accounts/sign-in?{odd}", odd


def test_the_own_pages_open_for_farm_and_office(db, client):
    pages = ["me", "password", "sessions", "factor", "tokens", "inbox", "questions", "sign-out"]
    pages += ["questions/new", "delegations", "recovery-codes"]
    for role in ("hatchery_owner", "office_clerk", "official_vet", "lab_reviewer", "auditor"):
        signed_in(client, make_person(db, role))
        assert {client.get(f"/accounts/{name}").status_code for name in pages} == {200}


def test_a_token_is_shown_once(db, client):
    owner = make_person(db, "hatchery_owner")
    signed_in(client, owner)
    text = client.post("/accounts/tokens", data={"name": "温度计"}).get_data(as_text=True)
    secret = re.search(r"aq_[\w-]+", text)[0]
    assert secret not in client.get("/accounts/tokens").get_data(as_text=True)
    head = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/accounts/me", headers=head).json["roles"] == ["hatchery_owner"]


def test_a_step_up_page_names_what_is_signed_and_goes_back(db, client):
    vet = make_person(db, "official_vet")
    signed_in(client, vet)
    digest = "ab" * 32
    where = f"/accounts/step-up?digest={digest}&next=/accounts/me"
    assert digest[:24] in client.get(where).get_data(as_text=True)
    assert client.post(where, data={"code": "123"}).status_code == 422
    code = code_for(db, vet.person_id)
    assert client.post(where, data={"code": code}).headers["Location"] == "/accounts/me"
    assert client.get("/accounts/step-up").status_code == 422


def test_reading_a_message_takes_it_off_the_count(db, client):
    owner = make_person(db, "hatchery_owner")
    with db.work(SYSTEM) as w:
        message_id = tell(w, to_person=owner.person_id, kind="x", subject="证书已出")
    signed_in(client, owner)
    assert "证书已出" in client.get("/accounts/inbox").get_data(as_text=True)
    assert client.get(f"/accounts/inbox/{message_id}").status_code == 200
    assert "证书已出" not in client.get("/accounts/inbox?unread=1").get_data(as_text=True)


def test_a_farmer_asks_and_the_office_answers(db, app):
    owner, clerk = make_person(db, "hatchery_owner"), make_person(db, "office_clerk")
    farm, office = app.test_client(), app.test_client()
    signed_in(farm, owner)
    signed_in(office, clerk)
    asked = {"to_organisation": clerk.organisation_id, "subject": "外省车", "body": "能来吗？"}
    where = farm.post("/accounts/questions/new", data=asked).headers["Location"]
    assert "外省车" in office.get("/accounts/questions").get_data(as_text=True)
    assert office.post(where, data={"body": "能。"}).status_code == 302
    assert "能。" in farm.get(where).get_data(as_text=True)


@pytest.fixture
def admin(db, client):
    made = make_person(db, "administrator")
    signed_in(client, made)
    return made


def test_only_who_manages_accounts_sees_the_people(db, client):
    signed_in(client, make_person(db, "official_vet"))
    assert client.get("/accounts/people").status_code == 403


def test_the_list_masks_and_is_searched_by_the_whole_name_or_number(db, client, admin):
    clerk = make_person(db, name="欧阳修远", phone="13912345678")
    for words in (clerk.username, "欧阳修远", "13912345678"):
        text = client.get("/accounts/people", query_string={"q": words}).get_data(as_text=True)
        assert clerk.username in text
        assert "欧阳修远" not in text.replace(f'value="{words}"', "")
    assert "这些条件下没有人" in client.get("/accounts/people?q=欧阳").get_data(as_text=True)


def test_an_administrator_of_another_county_sees_nobody_here(db, client):
    clerk = make_person(db)
    signed_in(client, make_person(db, "administrator", division="320213"))
    assert clerk.username not in client.get("/accounts/people").get_data(as_text=True)
    assert client.get(f"/accounts/people/{clerk.person_id}").status_code == 404
    where = f"/accounts/people/{clerk.person_id}/freeze"
    assert client.post(where, data={"reason": "试"}).status_code == 404


def test_a_person_is_added_with_a_first_password_shown_once(db, app, client, admin):
    body = make_organisation(db, "hatchery")
    asked = {
        "username": "new-owner",
        "name": "示例人",
        "phone": "13800001111",
        "organisation_id": body,
        "role": "hatchery_owner",
    }
    text = client.post("/accounts/people/new", data=asked).get_data(as_text=True)
    password = re.search(r"[2-9a-z]{4}(-[2-9a-z]{4}){3}", text)[0]
    fresh = app.test_client()
    assert enter(fresh, "new-owner", password).status_code == 302
    assert fresh.get("/accounts/me").headers["Location"] == "/accounts/password"


def test_a_wrong_person_form_keeps_what_was_typed_and_says_why_at_each_field(db, client, admin):
    body = make_organisation(db, "lab")
    asked = {
        "username": "x",
        "name": "示例人",
        "phone": "12",
        "organisation_id": body,
        "role": "official_vet",
    }
    answer = client.post("/accounts/people/new", data=asked)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "3 到 40 个" in text
    assert "手机号是 11 位" in text
    assert 'value="示例人"' in text


def test_a_role_is_given_and_ended_in_the_browser(db, client, admin):
    clerk = make_person(db, "office_clerk")
    where = f"/accounts/people/{clerk.person_id}"
    asked = {"organisation_id": clerk.organisation_id, "role": "station_assistant"}
    assert client.post(f"{where}/appoint", data=asked).status_code == 302
    assert roles_now(db, clerk.person_id) == {"office_clerk", "station_assistant"}
    text = client.get(where).get_data(as_text=True)
    end = re.search(rf'action="({where}/roles/[^"]+/end)"', text)[1]
    assert client.post(end, data={"reason": ""}).status_code == 422
    assert client.post(end, data={"reason": "调离"}).status_code == 302
    assert len(roles_now(db, clerk.person_id)) == 1


def test_a_refused_role_says_why_on_the_page(db, client, admin):
    clerk = make_person(db, "office_clerk")
    lab = make_organisation(db, "lab")
    asked = {"organisation_id": lab, "role": "lab_technician"}
    answer = client.post(f"/accounts/people/{clerk.person_id}/appoint", data=asked)
    assert answer.status_code == 422
    assert "回避" in answer.get_data(as_text=True)


def test_a_frozen_person_is_thrown_out_and_let_in_again(db, app, client, admin):
    clerk = make_person(db, "office_clerk")
    there = signed_in(app.test_client(), clerk)
    where = f"/accounts/people/{clerk.person_id}"
    client.post(f"{where}/freeze", data={"reason": "停职"})
    assert there.get("/accounts/me").status_code == 302
    assert enter(app.test_client(), clerk.username).status_code == 422
    client.post(f"{where}/thaw", data={"reason": "复职"})
    assert enter(app.test_client(), clerk.username).status_code == 302


def test_a_body_is_opened_renamed_and_closed_in_the_browser(db, client, admin):
    asked = {"kind": "agency", "name_zh": "示例申报点", "uscc": "", "division_code": COUNTY}
    where = client.post("/accounts/organisations/new", data=asked).headers["Location"]
    client.post(f"{where}/rename", data={"name_zh": "示例第二申报点"})
    assert "示例第二申报点" in client.get("/accounts/organisations?q=第二").get_data(as_text=True)
    client.post(f"{where}/close", data={"reason": "撤并"})
    assert "已注销" in client.get(where).get_data(as_text=True)


def test_a_body_outside_the_jurisdiction_is_refused_at_the_field(db, client, admin):
    asked = {"kind": "agency", "name_zh": "别处申报点", "division_code": "320213"}
    answer = client.post("/accounts/organisations/new", data=asked)
    assert answer.status_code == 422
    assert "不在您的辖区" in answer.get_data(as_text=True)


def test_standing_is_set_by_a_supervisor_not_by_an_administrator(db, client, admin):
    farm = make_organisation(db, "hatchery")
    where = f"/accounts/organisations/{farm}"
    rating = {"level": "watched", "reason": "两次未到达"}
    assert client.post(f"{where}/standing", data=rating).status_code == 403
    signed_in(client, make_person(db, "county_supervisor"))
    assert client.post(f"{where}/standing", data=rating).status_code == 302
    assert "两次未到达" in client.get(where).get_data(as_text=True)


def test_a_double_click_appoints_once_and_answers_alike(db, client, admin):
    clerk = make_person(db, "office_clerk")
    where = f"/accounts/people/{clerk.person_id}/appoint"
    asked = {"organisation_id": clerk.organisation_id, "role": "station_assistant", "once": "k1"}
    first, second = client.post(where, data=asked), client.post(where, data=asked)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_post_without_its_guard_changes_nothing(db, app):
    app.config["WTF_CSRF_ENABLED"] = True
    owner = make_person(db, "hatchery_owner")
    client = signed_in(app.test_client(), owner)
    assert client.post("/accounts/sign-out").status_code == 409
    assert client.get("/accounts/me").status_code == 200


def test_the_api_takes_tokens_and_only_tokens_for_writing(db, client):
    owner, clerk = make_person(db, "hatchery_owner"), make_person(db, "office_clerk")
    head = {"Authorization": f"Bearer {token(db, owner)}"}
    asked = {"to_organisation": str(clerk.organisation_id), "subject": "问", "body": "在吗？"}
    signed_in(client, owner)
    assert client.post("/api/v1/accounts/questions", json=asked).status_code == 403
    made = client.post("/api/v1/accounts/questions", json=asked, headers=head)
    assert made.status_code == 201
    answered = client.post(
        f"/api/v1/accounts/questions/{made.json['id']}/answers",
        json={"body": "在。"},
        headers={"Authorization": f"Bearer {token(db, clerk)}"},
    )
    assert answered.status_code == 201
    [told] = client.get("/api/v1/accounts/inbox", headers=head).json["items"]
    assert told["subject"] == "答复：问"
    read = client.post(f"/api/v1/accounts/inbox/{told['id']}/read", headers=head)
    assert read.json["read"]


def test_the_api_answers_an_unknown_token_with_a_problem(client):
    answer = client.get("/api/v1/accounts/me", headers={"Authorization": "Bearer aq_nothing"})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_the_api_lists_the_bodies_of_the_own_jurisdiction(db, client):
    clerk = make_person(db, "office_clerk")
    make_organisation(db, "lab", division="320213")
    head = {"Authorization": f"Bearer {token(db, clerk)}"}
    items = client.get("/api/v1/accounts/organisations?size=200", headers=head).json["items"]
    assert {item["division"] for item in items} == {COUNTY}
    bad = {**head}
    asked = {"to_organisation": "no id", "subject": "问", "body": "?"}
    assert client.post("/api/v1/accounts/questions", json=asked, headers=bad).status_code == 422


def test_no_page_of_the_own_account_leaks_to_the_cache(db, client):
    signed_in(client, make_person(db, "hatchery_owner"))
    assert client.get("/accounts/me").headers["Cache-Control"] == "no-store"


def test_the_language_of_the_account_is_kept(db, client):
    owner = make_person(db, "hatchery_owner")
    with db.work(owner.actor) as w:
        keep_preferences(w, locale="en")
    with db.look() as look:
        assert look.session.get_one(Person, owner.person_id).locale == "en"


def test_characters_nobody_sees_never_break_a_page(db, client, admin):
    """PostgreSQL cannot store NUL; JSON can smuggle half a surrogate pair."""
    assert enter(client, "a\x00b", "c\x00d").status_code == 422
    assert client.get("/accounts/people?q=%00").status_code == 422
    asked = {"kind": "agency", "name_zh": "示例\x00申报点", "division_code": f"{COUNTY}\x00"}
    assert client.post("/accounts/organisations/new", data=asked).status_code == 302
    head = {"Authorization": f"Bearer {token(db, admin)}", "Content-Type": "application/json"}
    for bad in (r"\u0000", r"\ud800"):
        body = f'{{"to_organisation": "{admin.organisation_id}", "subject": "{bad}", "body": "?"}}'
        answer = client.post("/api/v1/accounts/questions", data=body, headers=head)
        assert answer.status_code == 422


def test_odd_words_in_a_search_find_nothing_and_break_nothing(client, admin):
    odd = ("' OR 1=1--", "{{7*7}}", "<svg onload=1>", "%", "𠮷㐂䶮", "👩‍🌾", "x" * 5000)
    for name, words in product(("people", "organisations", "inbox", "questions"), odd):
        answer = client.get(f"/accounts/{name}", query_string={"q": words})
        assert answer.status_code == 200, (name, words)
        assert "<svg onload" not in answer.get_data(as_text=True), (name, words)
