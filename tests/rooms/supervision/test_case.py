"""A whole case as one archive: everything is in it, the digests hold, and it is the same each time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from html import unescape

import pytest
from sqlalchemy import select

from aquacert.app import runner_of
from aquacert.declarations.commands import consent_on_paper, submit_declaration
from aquacert.declarations.commands.filing import file_signed_paper
from aquacert.declarations.queries.filed import forms_of
from aquacert.kernel.audit import AuditEntry
from aquacert.kernel.errors import Invalid, NotFound
from aquacert.kernel.files import StoredFile
from aquacert.kernel.scope import SYSTEM
from aquacert.supervision.commands import ask_case, make_case
from aquacert.supervision.documents import CaseFacts, Entry, write_case
from aquacert.supervision.queries.case import case_facts, case_file, case_files
from aquacert.supervision.rules import CaseState
from aquacert.supervision.views import case as door
from tests.make.accounts import make_person, signed_in
from tests.make.certificates import issue_one, make_ready, picture
from tests.make.declarations import proxied
from tests.make.hatcheries import make_hatchery


def archive_of(db, case_id):
    with db.look(SYSTEM) as look:
        row = case_file(look, case_id)
        return look.read_file(look.session.get(StoredFile, row.file_id))


def ask(db, paper, actor=None):
    with db.work(actor or paper.farm.clerk) as w:
        return ask_case(w, paper.declaration_id, because="年度档案移交")


@pytest.fixture
def paper(house):
    """A declaration with its certificate, the documents made, and a signed paper filed."""
    ready = make_ready(house.database)
    issue_one(house, ready)
    runner_of(house).run_all()
    made = ready.paper
    with house.database.look(made.farm.clerk) as look:
        form_id = forms_of(look, made.declaration_id)[0].form.id
    with house.database.work(made.farm.clerk) as w:
        file_signed_paper(w, made.declaration_id, form_id, data=picture(), name="a.jpg")
    return made


def test_the_archive_holds_the_whole_case_and_is_the_same_bytes_each_time(house, paper):
    db = house.database
    first = ask(db, paper)
    runner_of(house).run_all()
    data = archive_of(db, first)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders >= {"1-文书", "2-签字纸件", "4-现场照片", "7-检疫证明", "8-审计摘录"}
    for kind, ending in (("申报单", "pdf"), ("受理单", "docx"), ("现场记录单", "pdf")):
        assert f"1-文书/{kind}-2026000001.{ending}" in names
    # The record was filed again when the certificate's number was known.
    assert "1-文书/现场记录单-2026000001-第2版.pdf" in names
    # Every digest of both lists holds, and nothing lies there unlisted.
    manifest = json.loads(files["manifest.json"])
    listed = {one["path"]: one for one in manifest["files"]}
    assert set(listed) == set(names) - {"manifest.json", "SHA256SUMS", "index.html"}
    for path, one in listed.items():
        assert hashlib.sha256(files[path]).hexdigest() == one["sha256"]
        assert len(files[path]) == one["size"]
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(files[name]).hexdigest() for name in names if name != "SHA256SUMS"
    }
    page = files["index.html"].decode()
    assert f"整案档案 {paper.number}" in page
    assert all(f'href="{path}"' in page for path in listed)
    # The extract can be held against the chain it came from.
    rows = [json.loads(line) for line in files["8-审计摘录/audit.jsonl"].decode().splitlines()]
    tags = {row["tag"] for row in rows}
    assert {"declarations:declaration:submit", "certificates:certificate:issue"} <= tags
    assert not any(tag.startswith("supervision:case") for tag in tags)
    assert manifest["audit"]["entries"] == len(rows)
    with db.look(SYSTEM) as look:
        kept = look.session.get(AuditEntry, rows[0]["seq"])
        assert kept is None or kept.hash == rows[0]["hash"]
    # Another day, another person: not a byte is different.
    db.clock.forward(hours=3)
    second = ask(db, paper, SYSTEM)
    make_case(db, second)
    make_case(db, second)
    assert archive_of(db, second) == data


def test_the_page_makes_a_small_case_at_once_and_a_large_one_behind(
    house, db, client, paper, monkeypatch
):
    clerk = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    desk, here = signed_in(client, clerk), f"/supervision/cases/{paper.declaration_id}"
    assert "检疫证明：" in unescape(desk.get(here).text)
    assert desk.post(here, data={"because": "移"}).status_code == 422
    assert desk.post(here, data={"because": "年度档案移交"}).status_code == 302
    shown = unescape(desk.get(here).text)
    assert "可以下载" in shown
    link = shown.split('href="/supervision/cases/files/')[1].split('"')[0]
    with desk.get(f"/supervision/cases/files/{link}") as taken:
        assert taken.data.startswith(b"PK")
    with db.look(SYSTEM) as look:
        trail = look.scalars(select(AuditEntry).where(AuditEntry.tag == "supervision:case:take"))
    assert [(one.actor_id, one.reason) for one in trail] == [(clerk.person_id, "年度档案移交")]
    monkeypatch.setattr(door, "AT_ONCE", 0)
    assert desk.post(here, data={"because": "复查调卷"}).status_code == 302
    assert "刷新看看" in unescape(desk.get(here).text)
    runner_of(house).run_all()
    assert "刷新看看" not in unescape(desk.get(here).text)
    with db.look(clerk.actor) as look:
        rows = case_files(look, paper.declaration_id)
    assert {row.state for row in rows} == {CaseState.READY.value}
    with pytest.raises(Invalid), db.work(paper.farm.clerk) as w:
        ask_case(w, paper.declaration_id, because=" ")
    stranger = make_person(db, "county_supervisor", division="330106")
    with pytest.raises(NotFound):
        ask(db, paper, stranger.actor)
    # Another official of the same county asks himself; the farm's owner has no door.
    other = make_person(db, "office_clerk", organisation_id=paper.farm.office_id)
    assert signed_in(client, other).get(f"/supervision/cases/files/{link}").status_code == 404


def test_no_name_leads_out_of_the_archive_or_over_another_file():
    facts = CaseFacts("320114-1", "所", "场", "已办结", False, 0, ())
    paths = (
        "../../etc/a.pdf",
        "6-检测报告/..",
        "6-检测报告/A\\b\u202e:1.pdf",
        "x.pdf",
        "x.pdf",
        "y",
    )
    out = io.BytesIO()
    listed = write_case(facts, [Entry(one, one, lambda: b"1") for one in (*paths, "y")], out)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
    assert len(set(names)) == len(names) == len(listed) + 3
    assert {one.path for one in listed} == {
        *("_/_/etc/a.pdf", "6-检测报告/_", "6-检测报告/A_b__1.pdf"),
        *("x.pdf", "x-2.pdf", "y", "y-2"),
    }


def test_the_owners_consent_to_a_proxy_belongs_to_the_case(db):
    farm = make_hatchery(db)
    declaration_id = proxied(db, farm, farm.clerk)
    with db.work(farm.clerk) as w:
        consent_on_paper(w, declaration_id, data=picture(), name="a.jpg")
        submit_declaration(w, declaration_id, statement=True)
    with db.look(farm.clerk) as look:
        entries = {one.path: one for one in case_facts(look, declaration_id)[1]}
        assert entries["3-申报材料/代办同意-1.jpg"].read().startswith(b"\xff\xd8")
        assert "declarations:consent:give" in entries["8-审计摘录/audit.jsonl"].read().decode()
