"""Keys at the doors: what the script asks, what the forms send, what a stranger gets."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from aquacert.accounts.models import TotpSecret
from aquacert.accounts.queries import has_factor, passkeys_of
from aquacert.accounts.rules.passkeys import OWN_FACTORS, removal
from tests.make.accounts import PASSWORD, code_for, make_person, signed_in, step_up
from tests.make.passkeys import SoftKey, give_passkey

DIGEST = "0f" * 32
NEXT = "?next=/accounts/sessions"


def enter(client, made):
    client.post("/accounts/sign-in", data={"username": made.username, "password": PASSWORD})


def test_the_script_gets_a_challenge_for_what_the_page_shows(db, client):
    vet = make_person(db, "official_vet")
    key, _ = give_passkey(db, vet)
    signed_in(client, vet)
    page = client.get(f"/accounts/step-up?digest={DIGEST}{NEXT.replace('?', '&')}")
    text = page.get_data(as_text=True)
    assert f'data-digest="{DIGEST}"' in text
    assert "js/passkey.js" in text
    answer = client.post("/accounts/passkeys/challenge", data={"digest": DIGEST})
    assert answer.json["rpId"] == "cert.example"
    assert answer.json["userVerification"] == "required"
    said = key.confirm(answer.json)
    where = f"/accounts/step-up?digest={DIGEST}&next=/accounts/sessions"
    assert client.post(where, data={"assertion": said}).headers["Location"] == "/accounts/sessions"
    again = client.post(where, data={"assertion": said})
    assert again.status_code == 422
    assert "已用过，请再按一次，还能试 4 次" in again.get_data(as_text=True)
    assert said[:40] not in again.get_data(as_text=True)


def test_who_has_no_key_sees_no_button_and_gets_a_sentence(db, client):
    vet = make_person(db, "official_vet")
    signed_in(client, vet)
    assert "data-key" not in client.get(f"/accounts/step-up?digest={DIGEST}").text
    answer = client.post("/accounts/passkeys/challenge", data={"digest": DIGEST})
    assert (answer.status_code, "动态口令" in answer.json["sentence"]) == (409, True)
    answer = client.post("/accounts/passkeys/challenge", data={"digest": "<b>"})
    assert (answer.status_code, "刷新" in answer.json["sentence"]) == (422, True)


def test_without_the_guards_token_the_script_gets_no_challenge(app, db):
    app.config.update(WTF_CSRF_ENABLED=True)
    vet = make_person(db, "official_vet")
    give_passkey(db, vet)
    client = signed_in(app.test_client(), vet)
    answer = client.post("/accounts/passkeys/challenge", data={"digest": DIGEST})
    assert answer.status_code == 409
    assert "rpId" not in answer.text


@pytest.mark.parametrize("answer", ["x", "{}", "[" * 9000, json.dumps({"id": "\ud800"})])
def test_no_answer_breaks_a_door(db, client, answer):
    vet = make_person(db, "official_vet")
    give_passkey(db, vet)
    signed_in(client, vet)
    got = client.post(f"/accounts/step-up?digest={DIGEST}", data={"assertion": answer})
    assert got.status_code == 422
    assert "读不懂" in got.get_data(as_text=True)


def test_a_vet_signs_in_with_a_key(db, client):
    vet = make_person(db, "official_vet")
    key, _ = give_passkey(db, vet)
    enter(client, vet)
    assert "用通行密钥/安全钥匙登录" in client.get("/accounts/second-factor").text
    options = client.post("/accounts/second-factor/challenge").json
    stale = key.confirm(options)
    answer = client.post("/accounts/second-factor" + NEXT, data={"assertion": stale})
    assert answer.headers["Location"] == "/accounts/sessions"
    assert client.get("/accounts/sessions").status_code == 200
    client.post("/accounts/sign-out")
    enter(client, vet)
    answer = client.post("/accounts/second-factor", data={"assertion": stale})
    assert answer.status_code == 422
    assert client.get("/accounts/sessions").status_code == 302


def test_a_key_is_a_half_sign_ins_business_and_no_strangers(db, client):
    vet = make_person(db, "official_vet")
    give_passkey(db, vet)
    for path in ("second-factor/challenge", "first-code/challenge", "passkeys/challenge"):
        answer = client.post(f"/accounts/{path}")
        assert answer.status_code in {302, 401}
    enter(client, vet)
    answer = client.post("/accounts/first-code/challenge")
    assert answer.status_code in {302, 401}
    answer = client.post("/accounts/first-code/passkey", data={"name": "x", "answer": "x"})
    assert "/accounts/second-factor" in answer.headers["Location"]


def test_a_first_sign_in_registers_a_key_instead_of_a_code(db, client):
    vet, key = make_person(db, "official_vet", totp=False), SoftKey()
    enter(client, vet)
    assert "登记这把钥匙并登录" in client.get("/accounts/first-code").text
    options = client.post("/accounts/first-code/challenge").json
    data = {"name": "我的手机", "answer": key.register(options)}
    answer = client.post("/accounts/first-code/passkey" + NEXT, data=data)
    assert answer.headers["Location"] == "/accounts/sessions"
    assert client.get("/accounts/sessions").status_code == 200
    with db.look() as look:
        assert look.one(select(TotpSecret)) is None
        assert [one.name for one in passkeys_of(look, vet.person_id)] == ["我的手机"]
    client.post("/accounts/sign-out")
    enter(client, vet)
    page = client.get("/accounts/second-factor")
    assert 'name="code"' not in page.text
    said = key.confirm(client.post("/accounts/second-factor/challenge").json)
    assert client.post("/accounts/second-factor", data={"assertion": said}).status_code == 302
    assert client.get("/accounts/sessions").status_code == 200


def test_a_bad_first_key_is_refused_and_the_page_still_offers_the_code(db, client):
    vet = make_person(db, "official_vet", totp=False)
    enter(client, vet)
    options = client.post("/accounts/first-code/challenge").json
    data = {"name": "x", "answer": SoftKey(origin="https://evil.example").register(options)}
    answer = client.post("/accounts/first-code/passkey", data=data)
    assert answer.status_code == 422
    assert "别的网站" in answer.text
    assert "data:image/png" in answer.text
    with db.look() as look:
        assert not has_factor(look, vet.person_id)


def test_a_key_is_added_and_removed_on_the_own_account(db, client):
    vet, key = make_person(db, "official_vet"), SoftKey()
    signed_in(client, vet)
    assert "还没有登记钥匙" in client.get("/accounts/passkeys").text
    away = urlsplit(client.get("/accounts/passkeys/new").headers["Location"])
    assert away.path == "/accounts/step-up"
    assert parse_qs(away.query)["digest"] == [OWN_FACTORS]
    code = {"code": code_for(db, vet.person_id)}
    back = client.post(f"{away.path}?{away.query}", data=code).headers["Location"]
    assert client.get(back).status_code == 200
    options = client.post("/accounts/passkeys/new/challenge").json
    data = {"name": "蓝色<b>钥匙", "answer": key.register(options)}
    assert client.post(back, data=data).headers["Location"] == "/accounts/passkeys"
    text = client.get("/accounts/passkeys").text
    assert "蓝色&lt;b&gt;钥匙" in text
    assert "1 把" in client.get("/accounts/me").text
    with db.look() as look:
        [row] = passkeys_of(look, vet.person_id)
    where = f"/accounts/passkeys/{row.id}/remove"
    assert "蓝色&lt;b&gt;钥匙" in client.get(where).text
    assert client.post(where, data={"code": "000000"}).status_code == 422
    asked = client.post("/accounts/passkeys/challenge", data={"digest": removal(row.id)}).json
    answer = client.post(where, data={"assertion": key.confirm(asked)})
    assert answer.headers["Location"] == "/accounts/passkeys"
    assert "还没有登记钥匙" in client.get("/accounts/passkeys").text


def test_the_last_factor_and_anothers_key_stay(db, client):
    owner, vet = make_person(db, "hatchery_owner"), make_person(db, "official_vet")
    key, passkey_id = give_passkey(db, owner)
    where = f"/accounts/passkeys/{passkey_id}/remove"
    signed_in(client, vet)
    assert client.get(where).status_code == 404
    signed_in(client, owner)
    asked = client.post("/accounts/passkeys/challenge", data={"digest": removal(passkey_id)}).json
    answer = client.post(where, data={"assertion": key.confirm(asked)})
    assert answer.status_code == 409
    assert "唯一" in answer.text


def test_a_code_beside_a_key_is_made_after_the_key(db, client):
    owner = make_person(db, "hatchery_owner")
    give_passkey(db, owner)
    signed_in(client, owner)
    assert "/accounts/step-up" in client.get("/accounts/factor").headers["Location"]
    answer = client.post("/accounts/factor", data={"code": "000000"})
    assert "/accounts/step-up" in answer.headers["Location"]
    with db.look() as look:
        assert look.one(select(TotpSecret)) is None


def test_a_code_still_does_beside_a_key(db, client):
    vet = make_person(db, "official_vet")
    give_passkey(db, vet)
    step_up(db, vet, DIGEST)
    enter(client, vet)
    data = {"code": code_for(db, vet.person_id)}
    assert client.post("/accounts/second-factor", data=data).status_code == 302
    assert client.get("/accounts/sessions").status_code == 200
