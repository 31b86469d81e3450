"""The pages of certificates: signing, one certificate, numbers; and who may not."""

from html import unescape

import pytest

from tests.make.accounts import code_for, make_person, signed_in
from tests.make.certificates import issue_one, look_at, make_ready


def text_of(answer) -> str:
    return unescape(answer.get_data(as_text=True))


def sign_form(db, ready, code=None, **other):
    return {
        "digest": look_at(db, ready).digest,
        "code": code or code_for(db, ready.vet.person_id),
        "once": "k1",
    } | other


def test_the_sign_page_shows_what_will_be_signed(client, db):
    ready = make_ready(db)
    page = text_of(signed_in(client, ready.vet).get(f"/certificates/loads/{ready.load_id}"))
    assert "11 项全部通过" in page
    for words in ("伍拾万尾", "动物检疫证明（动物A）", "签发并盖章", "不具有法律效力", "示A6P208"):
        assert words in page


def test_a_blocked_load_shows_every_reason_and_no_button(client, db):
    ready = make_ready(db, numbers=False)
    page = text_of(signed_in(client, ready.vet).get(f"/certificates/loads/{ready.load_id}"))
    assert "还差 1 项，现在不能签" in page
    assert "号段用尽" in page
    assert "签发并盖章" not in page


def test_signing_with_the_second_factor_leads_to_the_certificate(client, db):
    ready = make_ready(db)
    browser = signed_in(client, ready.vet)
    answer = browser.post(f"/certificates/loads/{ready.load_id}", data=sign_form(db, ready))
    assert answer.status_code == 302, text_of(answer)
    page = text_of(browser.get(answer.location))
    assert "文书生成中" in page
    assert "签发检疫证明" in page


def test_a_second_click_leads_to_the_same_certificate(client, db):
    ready = make_ready(db)
    browser = signed_in(client, ready.vet)
    form = sign_form(db, ready)
    first = browser.post(f"/certificates/loads/{ready.load_id}", data=form)
    second = browser.post(f"/certificates/loads/{ready.load_id}", data=form)
    assert first.location == second.location is not None


def test_a_wrong_code_is_said_at_the_field_and_nothing_is_spent(client, db):
    ready = make_ready(db)
    answer = signed_in(client, ready.vet).post(
        f"/certificates/loads/{ready.load_id}", data=sign_form(db, ready, code="000000")
    )
    assert answer.status_code == 422
    assert "口令不对" in text_of(answer)
    with db.look(ready.vet.actor) as look:
        from aquacert.certificates.numbers.queries import numbers_left

        assert numbers_left(look, ready.farm.office_id, "A") == 1000


def test_a_stale_page_asks_to_look_again(client, db):
    ready = make_ready(db)
    form = sign_form(db, ready, digest="a" * 64)
    answer = signed_in(client, ready.vet).post(f"/certificates/loads/{ready.load_id}", data=form)
    assert answer.status_code == 409
    assert "重新核对" in text_of(answer)


def test_the_owner_sees_and_downloads_the_certificate(house, client, db):
    from aquacert.certificates.commands import render

    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    render(db, house.keys, certificate_id)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = _owner_secret(db, ready)
        cookie["_fresh"] = True
    assert "3200000001" in text_of(client.get("/certificates/"))
    pdf = client.get(f"/certificates/{certificate_id}/certificate.pdf")
    assert pdf.data[:5] == b"%PDF-"
    docx = client.get(f"/certificates/{certificate_id}/certificate.docx")
    assert docx.data[:2] == b"PK"


def _owner_secret(db, ready):
    from tests.make.accounts import sign_in

    secret, _ = sign_in(db, ready.farm.owner.person_id, ready.farm.uscc.lower())
    return secret


def test_a_stranger_to_the_case_finds_nothing(house, client, db):
    certificate_id = issue_one(house)
    other = make_person(db, "official_vet", division="321302")
    assert signed_in(client, other).get(f"/certificates/{certificate_id}").status_code == 404


def test_voiding_wants_a_reason_and_then_shows_it(house, client, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    browser = signed_in(client, ready.vet)
    address = f"/certificates/{certificate_id}/void"
    assert browser.post(address, data={"because": "", "once": "a"}).status_code == 422
    assert browser.post(address, data={"because": "货主取消启运", "once": "b"}).status_code == 302
    page = text_of(browser.get(f"/certificates/{certificate_id}"))
    assert "已作废" in page
    assert "货主取消启运" in page
    again = browser.post(address, data={"because": "再来一次", "once": "c"})
    assert again.status_code == 422
    assert "现在的状态" in text_of(again)


def test_a_replacement_goes_through_the_sign_page(house, client, db):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    browser = signed_in(client, ready.vet)
    step = browser.post(
        f"/certificates/{certificate_id}/replace", data={"because": "换车", "once": "a"}
    )
    page = text_of(step)
    assert "换车" not in (step.location or "")
    assert "换证：代替 32 0000 0001" in page
    form = sign_form(
        db,
        ready,
        digest=look_at(db, ready, certificate_id).digest,
        replaces=str(certificate_id),
        because="换车",
    )
    answer = browser.post(f"/certificates/loads/{ready.load_id}", data=form)
    assert answer.status_code == 302, text_of(answer)
    assert "代替旧证" in text_of(browser.get(answer.location))
    assert "已换证" in text_of(browser.get(f"/certificates/{certificate_id}"))


@pytest.mark.parametrize("number", ["9" * 30, "-1", "x"])
def test_a_page_nobody_can_count_to_is_the_nearest_one(house, client, db, number):
    ready = make_ready(db)
    certificate_id = issue_one(house, ready)
    browser = signed_in(client, ready.vet)
    for path in ("/certificates/", "/certificates/ready", "/certificates/numbers", "/movements/"):
        assert browser.get(f"{path}?page={number}").status_code == 200, path
    assert f"/certificates/{certificate_id}" in text_of(
        browser.get(f"/certificates/?page={number}")
    )


def test_the_ready_list_names_the_loads_of_this_vet(client, db):
    ready = make_ready(db)
    page = text_of(signed_in(client, ready.vet).get("/certificates/ready"))
    assert ready.paper.number in page


def test_the_number_keeper_books_and_hands_down(client, db):
    from tests.make.accounts import make_organisation

    office = make_organisation(db)
    keeper = make_person(db, "number_keeper", division="320000")
    browser = signed_in(client, keeper)
    assert "还没有号段" in text_of(browser.get("/certificates/numbers"))
    segment = {
        "kind": "A",
        "holder": str(office),
        "first": "3200000001",
        "last": "3200000100",
        "because": "省批次 2026-02",
        "once": "a",
    }
    assert browser.post("/certificates/numbers/receive", data=segment).status_code == 302
    page = text_of(browser.get("/certificates/numbers"))
    assert "3200000001–3200000100" in page
    assert "无不明空号" in page
    wrong = browser.post("/certificates/numbers/receive", data=segment | {"once": "b"})
    assert wrong.status_code == 422
    assert "重叠" in text_of(wrong)


def test_the_api_reads_and_never_signs(house, client, db):
    from tests.make.accounts import token

    ready = make_ready(db)
    issue_one(house, ready)
    bearer = {"Authorization": f"Bearer {token(db, ready.vet)}"}
    listed = client.get("/api/v1/certificates/", headers=bearer)
    assert [item["number"] for item in listed.get_json()["items"]] == ["3200000001"]
    refused = client.post("/api/v1/certificates/", headers=bearer, json={})
    assert refused.status_code == 403
    assert "令牌" in str(refused.get_json())
