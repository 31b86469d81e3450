"""Papers of a declaration: what a slot takes, what lies there already, what is taken away again."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from aquacert.declarations.commands import (
    accept_declaration,
    amend_declaration,
    attach_paper,
    papers,
    save_fields,
    withdraw_paper,
)
from aquacert.declarations.queries import declaration
from aquacert.declarations.queries.slots import slots_of
from aquacert.declarations.rules.parts import parts_changed
from aquacert.kernel.errors import Invalid, NotAllowedNow
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.rooms.declarations.test_views import browser, text


def photo(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 30), (shade, 0, 0)).save(out, "PNG")
    return out.getvalue()


def held(db, paper) -> int:
    with db.look(paper.farm.owner) as look:
        row = declaration(look, paper.declaration_id)
        return sum(one.held for one in slots_of(look, row))


def test_a_slot_for_photographs_refuses_a_pdf_and_the_same_bytes_are_told_at_the_field(db, app):
    paper = make_declaration(db)
    owner, url = browser(app, paper.farm.owner_secret), f"/declarations/{paper.declaration_id}"

    def send(*files: tuple[bytes, str], once: str):
        kept = [(io.BytesIO(data), name) for data, name in files]
        asked = {"material": "seed_photo", "once": once, "files": kept}
        return owner.post(url + "/materials", data=asked, follow_redirects=True)

    pdf = send((b"%PDF-1.4 nothing", "pdf.jpg"), once="a")
    assert pdf.status_code == 422
    assert "对着苗种现场拍一张" in text(pdf)
    assert send((photo(), "a.png"), once="b").status_code == 200
    again = send((photo(), "b.png"), once="c")
    assert again.status_code == 422
    assert "这张已经传过" in text(again)
    assert "有 1 张已经传过" in text(send((photo(), "a.png"), (photo(9), "c.png"), once="d"))
    assert held(db, paper) == 2


def test_a_wrong_photograph_is_taken_away_before_the_office_answers_and_stays_on_record(db, app):
    paper = make_declaration(db)
    farm, where = paper.farm, paper.declaration_id
    with db.work(farm.owner) as w:
        wrong = attach_paper(w, where, material="seed_photo", data=photo(), name="a.png").id
        right = attach_paper(w, where, material="seed_photo", data=photo(9), name="b.png").id
    stranger = make_declaration(db, farm)
    owner, clerk = browser(app, farm.owner_secret), browser(app, farm.clerk_secret)
    auditor = browser(app, make_person(db, "auditor", organisation_id=farm.office_id).secret)
    url = f"/declarations/{where}"
    assert "传错了，撤回这份" in text(owner.get(url + "/materials"))
    for once in "ab":  # the second click, from another tab
        answer = owner.post(f"{url}/files/{wrong}/withdraw", data={"once": once})
        assert answer.status_code == 302
    other = f"/declarations/{stranger.declaration_id}/files/{right}/withdraw"
    assert owner.post(other, data={"once": "c"}).status_code == 404
    assert clerk.post(f"{url}/files/{right}/withdraw", data={"once": "d"}).status_code == 403
    assert held(db, paper) == 1
    chief = make_person(db, "county_supervisor", organisation_id=farm.office_id)
    chief = browser(app, chief.secret)
    who = (owner, clerk, auditor, chief)
    seen = [one.get(f"{url}/files/{wrong}").status_code for one in who]
    # The auditor reads that it was, who took it and when; its picture is masked from him as others.
    assert seen == [404, 404, 403, 200]
    assert auditor.get(f"{url}/files/{right}").status_code == 403
    for one, is_linked in ((auditor, False), (chief, True)):
        page = text(one.get(url))
        assert "申报人撤回的材料" in page
        assert (f"{url}/files/{wrong}" in page) is is_linked
    with db.look(farm.owner) as look:
        row = declaration(look, where)
        [gone] = look.withdrawn_files_of(row)
        assert (gone.withdrawn_by_id, gone.withdrawn_at) == (farm.owner.person_id, row.amended_at)
    with db.work(farm.owner) as w:  # it may come again: nothing of it counts any more
        attach_paper(w, where, material="lab_report", data=photo(), name="a.png")
    with db.work(farm.clerk) as w:
        accept_declaration(w, where)
    with pytest.raises(NotAllowedNow, match="受理的依据"), db.work(farm.owner) as w:
        withdraw_paper(w, where, right)
    shown = text(owner.get(url + "/materials"))
    assert "材料是受理的依据" in shown
    assert "撤回这份" not in shown


def test_sending_and_taking_away_comes_to_an_end(db, monkeypatch):
    monkeypatch.setattr(papers, "MOST_EVER", 2)
    paper = make_declaration(db)
    where, asked = paper.declaration_id, {"material": "lab_report", "name": "a.png"}
    for shade in range(2):
        with db.work(paper.farm.owner) as w:
            withdraw_paper(w, where, attach_paper(w, where, data=photo(shade), **asked).id)
    with (
        pytest.raises(Invalid, match="撤回重传的次数太多"),
        db.work(paper.farm.owner) as w,
    ):
        attach_paper(w, where, data=photo(9), **asked)


def test_the_clerk_who_has_the_paper_open_is_told_that_a_photograph_went(db):
    paper = make_declaration(db)
    with db.work(paper.farm.owner) as w:
        file_id = attach_paper(
            w, paper.declaration_id, material="seed_photo", data=photo(), name="a.png"
        ).id
    with db.look(paper.farm.clerk) as look:
        seen = declaration(look, paper.declaration_id).submitted_at
    db.clock.forward(minutes=1)
    with db.work(paper.farm.owner) as w:
        save_fields(w, paper.declaration_id, {"loads-0-plate": "示A00009"})
        amend_declaration(w, paper.declaration_id, statement=True)
        withdraw_paper(w, paper.declaration_id, file_id)
    with db.look(paper.farm.clerk) as look:
        told = parts_changed(declaration(look, paper.declaration_id).amended_fields)
    assert told == ("什么时候走、用什么车", "材料照片")
    with pytest.raises(Invalid, match="改过"), db.work(paper.farm.clerk) as w:
        accept_declaration(w, paper.declaration_id, seen_at=seen)
