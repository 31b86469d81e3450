"""Filing: numbers without a gap, facts kept for good, the signed paper against its form."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from threading import Barrier

import pytest
from docx import Document
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from aquacert.declarations.commands import accept_declaration, amend_declaration, save_draft
from aquacert.declarations.commands.filing import file_form, file_signed_paper
from aquacert.declarations.models import FiledForm
from aquacert.declarations.queries.filed import (
    docx_of_form,
    form_line,
    forms_of,
    pdf_of_form,
    sheet_of_form,
)
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.ids import new_id
from aquacert.kernel.scope import SYSTEM
from aquacert.kernel.sheets import words_of
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import answers, make_declaration
from tests.make.forms import example
from tests.make.inspections import picture
from tests.make.pictures import with_metadata


def forms(db, made, actor=None):
    with db.look(actor or made.farm.clerk) as look:
        return forms_of(look, made.declaration_id)


def file(db, made, **other):
    with db.work(SYSTEM) as w:
        row = file_form(
            w,
            kind=FormKind.DISPOSAL,
            declaration_id=made.declaration_id,
            subject_id=new_id(w.now),
            facts=replace(example(FormKind.DISPOSAL), **other),
        )
        return row.number, row.serial


def test_a_case_gathers_its_forms_each_under_a_number_of_the_county_and_year(db):
    made = make_declaration(db)
    second = make_declaration(db, made.farm, filled=answers(db, made.farm, quantity="1万"))
    with db.work(made.farm.clerk) as w:
        accept_declaration(w, second.declaration_id)
    assert [(one.form.kind, one.form.number) for one in forms(db, made)] == [
        ("application", "2026000001")
    ]
    assert [(one.form.kind, one.form.number) for one in forms(db, second)] == [
        ("application", "2026000002"),
        ("acceptance", "2026000001"),
    ]
    # The owner sees the same; another county's clerk and another farm see nothing.
    assert len(forms(db, second, made.farm.owner)) == 2
    stranger = make_declaration(db)
    for actor in (stranger.farm.owner,):
        with pytest.raises(NotFound):
            forms(db, made, actor)
    with pytest.raises(NotFound), db.look(made.farm.clerk) as look:
        form_line(look, made.declaration_id, forms(db, second)[0].form.id)
    # The year turns on Shanghai's midnight, and the series begins anew.
    assert file(db, made)[0] == "2026000001"
    db.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert file(db, made)[0] == "2027000001"


def test_a_corrected_form_is_a_next_version_under_its_number_and_the_first_stays(db):
    made = make_declaration(db)
    with db.work(made.farm.owner) as w:
        save_draft(w, answers(db, made.farm, plate="示A9Z999"), made.declaration_id)
    with db.work(made.farm.owner) as w:
        amend_declaration(w, made.declaration_id, statement=True)
    newer, older = forms(db, made)
    assert (newer.form.number, older.form.number) == ("2026000001", "2026000001")
    assert (newer.form.version, newer.is_latest, older.is_latest) == (2, True, False)
    assert "示A9Z999" in "".join(words_of(sheet_of_form(newer.form)))
    assert "示A6P208" in "".join(words_of(sheet_of_form(older.form)))
    # A paper signed of the first version stands beside the second too.
    with db.work(made.farm.clerk) as w:
        file_signed_paper(w, made.declaration_id, older.form.id, data=picture(), name="签字.png")
    assert [len(one.signed) for one in forms(db, made)] == [1, 1]
    # Accepting files the same facts again: no third version.
    with db.work(made.farm.clerk) as w:
        accept_declaration(w, made.declaration_id)
    assert len([one for one in forms(db, made) if one.form.kind == "application"]) == 2
    # What is filed stays, whatever the tables say later; nobody edits it behind our back.
    before = pdf_of_form(newer.form), docx_of_form(newer.form)
    [row] = [one.form for one in forms(db, made) if one.form.id == newer.form.id]
    assert (pdf_of_form(row), docx_of_form(row)) == before
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(update(FiledForm).values(number="2026999999"))


def test_numbers_taken_at_once_leave_no_gap_and_a_failed_filing_gives_its_back(db):
    made, together = make_declaration(db), Barrier(5)

    def take(n):
        together.wait()
        numbers = []
        for at in range(4):
            if (n + at) % 4 == 0:
                with pytest.raises(RuntimeError), db.work(SYSTEM) as w:
                    file_form(
                        w,
                        kind=FormKind.DISPOSAL,
                        declaration_id=made.declaration_id,
                        subject_id=new_id(w.now),
                        facts=example(FormKind.DISPOSAL),
                    )
                    raise RuntimeError
            numbers.append(file(db, made, note=f"{n}-{at}")[1])
        return numbers

    with ThreadPoolExecutor(5) as pool:
        serials = sorted(one for found in pool.map(take, range(5)) for one in found)
    assert serials == list(range(1, 21))


def test_a_signed_paper_is_filed_once_without_what_the_camera_hid(db):
    made = make_declaration(db)
    form_id = forms(db, made)[0].form.id
    data = with_metadata()

    def keep(data, actor=made.farm.clerk):
        with db.work(actor) as w:
            file_signed_paper(w, made.declaration_id, form_id, data=data, name="签字.jpg")

    keep(data)
    with pytest.raises(Invalid, match="用过"):
        keep(data)
    for wrong in (b"", b"no picture", b"%PDF-1.7 scan"):
        with pytest.raises(Invalid):
            keep(wrong)
    keep(picture(kind="JPEG"))
    line = forms(db, made)[0]
    assert len(line.signed) == 2
    with db.look(made.farm.clerk) as look:
        kept = [look.read_file(one) for one in look.files_of(line.form)]
    assert hashlib.sha256(data).hexdigest() in {one.original_sha256 for one in line.signed}
    assert b"Exif" in data
    assert not any(b"Exif" in one for one in kept)
    other = make_person(db, "office_clerk", division="330106")
    with pytest.raises(NotFound):
        keep(picture(kind="JPEG"), other.actor)


def test_what_a_form_says_lies_encrypted(db):
    made = make_declaration(db)
    with db.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT facts FROM filed_forms").scalar_one()
    assert b"13800008000" not in bytes(raw)
    with db.look(SYSTEM) as look:
        assert "13800008000" in look.one(select(FiledForm)).facts
    assert made.number


def test_the_pages_show_the_form_beside_its_signed_paper(db, client):
    made = make_declaration(db)
    here = f"/declarations/{made.declaration_id}/forms"
    form_id = forms(db, made)[0].form.id
    clerk = make_person(db, "office_clerk", organisation_id=made.farm.office_id)
    desk = signed_in(client, clerk)
    assert "2026000001" in desk.get(here).text
    sent = desk.post(
        f"{here}/{form_id}/signed", data={"photo": (io.BytesIO(with_metadata()), "签字.jpg")}
    )
    assert sent.status_code == 302
    shown = unescape(desk.get(f"{here}/{form_id}").text)
    assert "138****8000" in shown
    assert "13800008000" not in shown
    assert "伍拾万尾" in shown
    picture_at = shown.split('<img src="/declarations/')[1].split('"')[0]
    assert desk.get(f"/declarations/{picture_at}").mimetype == "image/jpeg"
    again = desk.post(
        f"{here}/{form_id}/signed", data={"photo": (io.BytesIO(with_metadata()), "签字.jpg")}
    )
    assert (again.status_code, "已经归过档" in unescape(again.text)) == (422, True)
    pdf, word = desk.get(f"{here}/{form_id}.pdf"), desk.get(f"{here}/{form_id}.docx")
    assert pdf.data.startswith(b"%PDF-1.7")
    assert "13800008000" in "".join(Document(io.BytesIO(word.data)).tables[0].cell(0, 3).text)
    # Another county's official finds neither list, form, file nor picture.
    other = signed_in(client, make_person(db, "office_clerk", division="330106"))
    for path in (here, f"{here}/{form_id}", f"{here}/{form_id}.pdf", f"/declarations/{picture_at}"):
        assert other.get(path).status_code == 404
