"""Naughty strings, odd places and odd requests through real doors: kept exactly, or a clear sentence."""

from __future__ import annotations

import html
import re

import pytest

from aquacert.accounts.commands import ask_question
from aquacert.kernel.errors import Invalid
from aquacert.kernel.work import Database
from aquacert.reference.rules.text import clean
from tests.make.accounts import make_person, signed_in, token
from tests.make.declarations import draft
from tests.make.hatcheries import make_hatchery
from tests.make.naughty import HOSTILE, NAUGHTY, PEOPLE

RUNS = re.compile(r"<svg onload|<script>alert|<img src=x|\b49\b(?=</)|root:x:")


@pytest.fixture
def farm(db: Database):
    return make_hatchery(db)


def test_a_naughty_question_is_kept_and_shown_exactly_or_refused(app, db, farm):
    """Each string as subject and body through the command; then pages that show some of them."""
    with db.work(farm.clerk) as w:
        kept = [(asked(w, farm, text), text) for text in NAUGHTY]
    kept = [(question, text) for question, text in kept if question]
    assert len(kept) > len(PEOPLE)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=farm.owner_secret, _fresh=True)
    for question_id, text in kept[::5]:
        page = client.get(f"/accounts/questions/{question_id}")
        assert page.status_code == 200
        assert not RUNS.search(page.text), text[:20]
        assert clean(text, lines=True) in html.unescape(page.text), repr(text[:20])


def asked(w, farm, text):
    """Ask a question of these words; return its id, or None when it was refused in words."""
    try:
        return ask_question(w, to_organisation=farm.organisation_id, subject=text, body=text)
    except Invalid:
        return None


def test_naughty_words_at_a_few_doors_never_break_them(app, db, farm):
    """Search boxes, the sign-in, a declaration's fields and the registration, with their guards on."""
    clerk = signed_in(app.test_client(), make_person(db, "office_clerk"))
    stranger = app.test_client()
    owner = app.test_client()
    with owner.session_transaction() as cookie:
        cookie.update(_user_id=farm.owner_secret, _fresh=True)
    edit = f"/declarations/{draft(db, farm)}/edit"
    searches = ("/declarations/", "/hatcheries/", "/reference/species", "/certificates/")
    for at, text in enumerate((*HOSTILE[::4], *PEOPLE[:4])):
        asked = clerk.get(
            searches[at % len(searches)], query_string={"q": text.encode("utf-8", "replace")}
        )
        assert asked.status_code in {200, 400, 422}
        assert not RUNS.search(asked.text)
        typed = text.encode("utf-8", "replace").decode()[:5000]
        for client, path, fields in (
            (stranger, "/accounts/sign-in", ("username", "password")),
            (owner, edit, ("batches-0-quantity", "loads-0-place", "loads-0-consignee", "phone")),
        ):
            if client is stranger and at % 6:
                continue
            answer = client.post(path, data=dict.fromkeys(fields, typed))
            assert answer.status_code < 500, (path, typed[:20])
            assert not RUNS.search(answer.text)


def test_an_odd_request_gets_an_answer_of_its_own_kind(app, db, farm):
    """Wrong method, type, repeated words, numbers as text, brackets without end, forged hosts."""
    made = make_person(db, "hatchery_owner", organisation_id=farm.organisation_id)
    head = {"Authorization": f"Bearer {token(db, made)}"}
    client = app.test_client()
    api = "/api/v1/declarations"
    wrong = client.delete(api, headers=head)
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert client.post("/accounts/me/nothing").mimetype == "text/html"
    for body, kind in (
        (b"<x/>", "application/xml"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b"a=1", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
    ):
        answer = client.post(api, data=body, content_type=kind, headers=head)
        assert 400 <= answer.status_code < 500, (kind, body[:9], answer.status_code)
        assert answer.mimetype == "application/problem+json"
        assert answer.json["title"]
    listed = client.get(f"{api}?size=2&size=x&after=a&after=b", headers=head)
    assert listed.status_code in {200, 400, 422}
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    for path in ("/", "/accounts/sign-in", "/hatcheries/own"):
        answer = client.get(path, headers={**forged, "X-Forwarded-For": "1.2.3.4"})
        assert "evil" not in answer.headers.get("Location", "")
        assert "evil" not in answer.text


def test_a_forged_forwarded_address_is_not_believed(app, db, farm):
    """Sign-ins are counted by the connection, whatever the header says."""
    from aquacert.accounts.models import SignInSession
    from aquacert.kernel.scope import SYSTEM

    made = make_person(
        db, "hatchery_owner", organisation_id=farm.organisation_id, phone="13811112222"
    )
    answer = app.test_client().post(
        "/accounts/sign-in",
        data={"username": made.username, "password": made.password},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert answer.status_code == 302
    with db.look(SYSTEM) as look:
        rows = look.session.query(SignInSession).filter_by(person_id=made.person_id).all()
    assert {"203.0.113" in str(vars(row)) for row in rows} == {False}


ODD = (
    ("loads__0__destination", "130223", "撤销"),
    ("loads__0__destination", "鼓楼区", "请写上省市"),
    ("loads__0__departs_at", "2019-01-01T10:00", ""),
    ("loads__0__departs_at", "五月初九", "五月初九"),
    ("loads__0__plate", "苏AO2345", "I 和 O"),
    ("loads__0__consignee_phone", "110", "电话"),
)


def test_an_odd_place_or_day_is_said_at_its_field(db, reader, farm):
    for field, typed, said in ODD:
        owner = reader(secret=farm.owner_secret).open(f"/declarations/{draft(db, farm)}/edit")
        owner.press("存好，去核对", **{field: typed})
        owner.press("提交检疫申报", statement="y")
        assert owner.status == 422, typed
        assert said in owner.text


def test_a_load_that_ends_where_it_begins_is_asked_about(db, reader, farm):
    owner = reader(secret=farm.owner_secret).open(f"/declarations/{draft(db, farm)}/edit")
    from aquacert.hatcheries.queries import hatchery
    from aquacert.kernel.scope import SYSTEM

    with db.look(SYSTEM) as look:
        place = hatchery(look, farm.hatchery_id).place
    owner.press(
        "存好，去核对",
        loads__0__destination="江苏省南京市雨花台区",
        loads__0__place=f" {place} ",
    )
    owner.press("提交检疫申报", statement="y")
    assert owner.status == 422
    assert "到达地就是启运地" in owner.text
