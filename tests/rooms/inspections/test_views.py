"""The visit in a browser, without JavaScript."""

from __future__ import annotations

import io
from html import unescape

import pytest

from aquacert.demo.findings import healthy
from aquacert.inspections.queries import sheet
from aquacert.kernel.papers import facts_of
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import signed_in, token
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect, picture, start, tapped


@pytest.fixture
def paper(db):
    return make_declaration(db, state="assigned")


def test_the_vet_walks_one_batch_to_its_verdict(db, client, paper):
    vet = signed_in(client, paper.vet)
    assert paper.number in vet.get("/inspections/").text
    page = vet.post(f"/inspections/{paper.declaration_id}/start", follow_redirects=True)
    assert "查验这一批" in page.text
    with db.look(SYSTEM) as look:
        from aquacert.inspections.queries import checks_of

        check_id = checks_of(look, paper.declaration_id)[0].check.id
        found = tapped(healthy(sheet(look, check_id).items))
    here = f"/inspections/checks/{check_id}"
    bare = vet.post(f"{here}/verdict/pass", data={"once": "bare"}).text
    assert "还有检查项没有填" in bare  # everything at once, not only what has a field here
    assert "请填实查数量" in bare
    early = vet.post(f"{here}/verdict/pass", data={"quantity": "50万"})
    assert early.status_code == 422
    assert "还有检查项没有填" in unescape(early.text)
    odd = vet.post(f"{here}/findings", data=found | {"item_water_temperature": "很热"})
    assert "之间的数" in odd.text
    assert vet.post(f"{here}/findings", data=found).status_code == 302
    for slot in ("site", "group"):
        sent = vet.post(
            f"{here}/photos", data={"slot": slot, "photo": (io.BytesIO(picture()), "p.jpg")}
        )
        assert sent.status_code == 302
    assert vet.post(f"{here}/verdict/pass", data={"quantity": "50万"}).status_code == 302
    shown = vet.get(f"/inspections/{paper.declaration_id}")
    assert "合格" in shown.text


def test_a_file_that_is_no_picture_is_an_error_at_the_field(db, client, paper):
    [check_id] = start(db, paper)
    vet = signed_in(client, paper.vet)
    page = vet.post(
        f"/inspections/checks/{check_id}/photos",
        data={"slot": "site", "photo": (io.BytesIO(b"hello"), "p.jpg")},
    )
    assert page.status_code == 422
    assert "这不是照片文件" in page.text


def test_the_field_record_holds_the_facts_of_the_visit(db, client, paper):
    inspect(db, paper)
    vet = signed_in(client, paper.vet)
    facts = facts_of(vet.get(f"/inspections/{paper.declaration_id}/record.docx").data)
    assert facts["数量"] == "伍拾万尾"
    assert facts["检疫处理"] == "现场检疫合格"
    assert facts["货主姓名"]


def test_the_office_may_read_and_not_write(db, client, paper):
    from tests.make.accounts import make_person

    clerk = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    desk = signed_in(client, clerk)
    assert desk.get(f"/inspections/{paper.declaration_id}").status_code == 200
    assert desk.post(f"/inspections/{paper.declaration_id}/start").status_code == 403


@pytest.mark.parametrize("odd", [["pass"], {"a": 1}, 5, "perhaps"])
def test_an_odd_outcome_by_the_interface_is_a_problem_not_a_breakdown(db, client, paper, odd):
    [check_id] = start(db, paper)
    bearer = {"Authorization": f"Bearer {token(db, paper.vet)}"}
    path = f"/api/v1/inspections/checks/{check_id}/verdict"
    assert client.post(path, json={"outcome": odd}, headers=bearer).status_code == 422
