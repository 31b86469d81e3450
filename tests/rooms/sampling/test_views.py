"""Doors of sampling without JavaScript: the vet at the pond, the county's labels, a hatchery's own test."""

from __future__ import annotations

import io
import re
from html import unescape
from uuid import UUID

import pytest

from aquacert.demo.pictures import pond
from aquacert.kernel.papers import facts_of
from aquacert.kernel.scope import SYSTEM
from aquacert.sampling.commands import order_sampling
from aquacert.sampling.queries import samples_of
from aquacert.sampling.queries.labels import labels_of
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import inspect
from tests.make.labs import make_lab


@pytest.fixture
def paper(db):
    made = make_declaration(db, state="assigned")
    inspect(db, made, suspected=("DIV1",))
    with db.work(made.vet.actor) as w:
        order_sampling(w, made.declaration_id, made.batch_ids[0])
    return made


def take(vet, paper, **other):
    asked = {
        "individuals": "150",
        "seal_number": "示封000033",
        "taken_with": "协检员",
        "tissue": "whole",
        "preservation": "ice",
    }
    here = f"/sampling/{paper.declaration_id}/{paper.batch_ids[0]}/take"
    return vet.post(here, data=asked | other)


def test_the_vet_takes_photographs_prints_and_sends(db, client, paper):
    vet, lab = signed_in(client, paper.vet), make_lab(db)
    here = f"/sampling/{paper.declaration_id}/{paper.batch_ids[0]}/take"
    fresh = unescape(vet.get(here).text)
    assert "抽 150，分 30 × 5 管" in fresh
    assert "95.1%" in fresh
    assert "待核实" in fresh
    few = take(vet, paper, individuals="60")
    assert few.status_code == 422
    assert "写明为什么少抽" in few.text
    assert take(vet, paper).status_code == 302
    with db.look(SYSTEM) as look:
        [row] = samples_of(look, paper.declaration_id)
    photo = {"photo": (io.BytesIO(pond("封样")), "p.jpg")}
    shown = vet.post(f"/sampling/samples/{row.id}/photos", data=photo, follow_redirects=True)
    src = re.search(r'src="(/sampling/samples/[^"]+)"', shown.text).group(1)
    assert vet.get(src).mimetype == "image/jpeg"
    printed = vet.post(f"/sampling/samples/{row.id}/label.pdf", data={"because": ""})
    assert printed.data.startswith(b"%PDF")
    again = vet.post(f"/sampling/samples/{row.id}/label.pdf", data={"because": ""})
    assert (again.status_code, again.mimetype) == (422, "text/html")
    paper_sheet = facts_of(vet.get(f"/sampling/samples/{row.id}/sheet.docx").data)
    assert paper_sheet["样品数（混样管）"] == "30 × 5"
    assert "95.1%" in paper_sheet["抽样方案"]
    assert paper_sheet["申报单编号"] == paper.number
    index = unescape(vet.get("/sampling/").text)
    assert "在检 0 份" in index
    sent = {"samples": str(row.id), "lab_id": str(lab.lab_id), "carrier": "courier"}
    wrong = vet.post("/sampling/dispatch", data=sent | {"box_number": "甲县一号箱"})
    assert wrong.status_code == 422
    assert vet.post("/sampling/dispatch", data=sent).status_code == 302
    manifest = re.search(r'href="(/sampling/boxes/[^"]+)"', vet.get("/sampling/").text).group(1)
    listed = vet.get(manifest).data
    assert facts_of(listed)["送样方式"] == "快递"
    assert paper.number.encode() not in listed


def test_another_plan_is_reckoned_without_a_script(db, client, paper):
    vet = signed_in(client, paper.vet)
    here = f"/sampling/{paper.declaration_id}/{paper.batch_ids[0]}/take"
    shown = unescape(vet.get(f"{here}?prevalence=10&sensitivity=0.8&pool_size=5").text)
    assert "抽 30，分 6 × 5 管" in shown
    assert 'name="prevalence" type="hidden" value="10"' in shown
    odd = unescape(vet.get(f"{here}?prevalence=x&pool_size=2.5").text)
    assert "这个方案算不了，仍按规则" in odd


def test_the_county_hands_labels_out_and_the_office_prints_them(db, client, paper):
    chief = make_person(db, "county_supervisor")
    desk = signed_in(client, chief)
    page = desk.get("/sampling/labels").text
    unit = re.search(rf'value="({paper.farm.office_id})"', page).group(1)
    made = desk.post("/sampling/labels/issue", data={"unit_id": unit, "count": "27"})
    here = made.location
    with db.look(SYSTEM) as look:
        codes = [row.blind_code for row in labels_of(look, _id(here))]
    assert len(codes) == 27
    assert desk.post(f"{here}/print", data={"because": ""}).data.startswith(b"%PDF")
    assert desk.post(f"{here}/print", data={"because": ""}).status_code == 422
    spoilt = {"label": codes[0], "because": "受潮"}
    assert desk.post(f"{here}/void", data=spoilt).status_code == 302
    assert "受潮" in desk.get(here).text


def test_nobody_else_hands_out_labels(db, client, paper):
    vet = signed_in(client, paper.vet)
    data = {"unit_id": str(paper.farm.office_id), "count": "3"}
    assert vet.post("/sampling/labels/issue", data=data).status_code == 403


def test_the_owner_sends_a_self_test_in_three_steps(db, client, paper):
    lab, farm = make_lab(db), paper.farm
    with client.session_transaction() as cookie:
        cookie |= {"_user_id": farm.owner_secret, "_fresh": True}
    assert "自检" in client.get("/declarations/home").text
    first = unescape(client.get("/sampling/own/new").text)
    assert "查什么病" in first
    chosen = {"lot_id": str(farm.lot_id), "disease_code": "DIV1", "preservation": "ice"}
    half = client.post("/sampling/own/new", data=chosen | {"label": "7K2QM-9XAB4"})
    assert half.status_code == 422
    assert "标签要扫两次" in half.text
    here = client.post("/sampling/own/new", data=chosen).location
    shown = unescape(client.get(here).text)
    assert "第 2 步" in shown
    assert "第 3 步" in shown
    assert client.post(f"{here}/label.pdf", data={"because": ""}).data.startswith(b"%PDF")
    sent = {"lab_id": str(lab.lab_id), "carrier": "own"}
    assert client.post(f"{here}/send", data=sent).status_code == 302
    assert "在实验室" in client.get(here).text
    assert "十足目虹彩病毒病" in client.get("/sampling/own").text
    chief = signed_in(client, make_person(db, "county_supervisor"))
    assert "示例苗种场" in chief.get("/sampling/self-tests").text
    assert chief.get("/sampling/own").status_code == 403


def _id(address):
    return UUID(address.rsplit("/", 1)[1])
