"""A laboratory never learns whose sample it tests: every page, file and answer it gets is read."""

import io
import re
from itertools import islice, product

import pypdfium2
import pytest
from docx import Document
from sqlalchemy import select

from aquacert.accounts.models import Organisation
from aquacert.app import runner_of
from aquacert.hatcheries.models import Hatchery
from aquacert.inspections.commands import suspect
from aquacert.kernel.scope import SYSTEM
from aquacert.reference.queries import division
from aquacert.sampling.commands import dispatch
from aquacert.sampling.models import Sample
from labs.intake.commands import (
    arrive_box,
    receive_item,
    store_item,
    take_in,
    take_temperatures,
)
from labs.intake.models import Consignment
from labs.intake.rules import read_scan
from tests.make.accounts import also, signed_in
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import start
from tests.make.labs import make_lab, make_report
from tests.make.sampling import make_sample
from tests.make.world import known_ids
from tests.rooms.http.doors import values_of

FARM = {
    "name": "北湾青溪苗种场",
    "place": "青溪镇东滩七号",
    "phone": "138 1111 2222",
    "contact_name": "赵青溪",
    "division_code": "320205",
}
"""In a county where no laboratory is, so that its name on a laboratory's page is a leak."""
LOG = "时间,温度\n2026-05-09 08:00,4.1\n2026-05-09 08:10,9.5\n".encode()
PARTS = ("accounts",)
"""Rooms below the laboratory whose pages its people open too (the public tables name every county)."""


@pytest.fixture
def world(db, house):
    """One farm, one laboratory; two samples: one reported, one just received with every trouble."""
    lab = make_lab(db)
    paper = make_declaration(db, make_hatchery(db, **FARM), state="assigned")
    [check] = start(db, paper)
    with db.work(paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
    sample_id = make_sample(db, paper)
    with db.work(paper.vet.actor) as w:
        box_id = dispatch(w, lab.lab_id, [sample_id])
        row = w.get(Sample, sample_id)
    with db.work(lab.receiver.actor) as w:
        arrive_box(w, box_id)
        take_temperatures(w, box_id, LOG)
        take_in(w, box_id, read_scan("ZZZZ-0009"))
        receive_item(w, row.blind_code, "leaked", "袋口渗水")
        store_item(w, row.blind_code, "冰箱 A3")
    make_report(db, lab, row.blind_code, "24", "24.2")
    runner_of(house).run_all()
    return lab, paper, row


def secrets_of(db, paper, row):
    """Every word that would tell whose sample it is, by what it is."""
    with db.look(SYSTEM) as look:
        farm = look.one(select(Hatchery).where(Hatchery.id == paper.farm.hatchery_id))
        office = look.get(Organisation, paper.farm.office_id)
        county = division(look, FARM["division_code"])
        return {
            "the farm's name": farm.name,
            "the farm's code": farm.uscc,
            "its place": FARM["place"],
            "its contact": FARM["contact_name"],
            "its phone": re.sub(r"\s", "", FARM["phone"]),
            "its pond": "2 号塘",
            "the office": office.name_zh,
            "the county": county.name_zh,
            "the county's code": county.code,
            "the declaration": paper.number,
            "the sheet": row.sheet_number,
            "the seal": row.seal_number,
            "the farm's id": str(row.organisation_id),
            "the declaration's id": str(row.declaration_id),
            "the batch's id": str(row.batch_id),
            "the sample's id": str(row.id),
            "the salt": row.custody_salt or "no salt kept",
            "the lorry": "示A6P208",
            "the consignee": "样例养殖场",
        }


def read(response):
    """Return everything a response says: text, headers, a PDF's or Word file's words and properties."""
    head = "\n".join(f"{key}: {value}" for key, value in response.headers)
    data = response.get_data()
    if data.startswith(b"%PDF"):
        return head + _pdf(data)
    if data.startswith(b"PK"):
        return head + _docx(data)
    return head + data.decode("utf-8", "replace")


def _pdf(data):
    file = pypdfium2.PdfDocument(data)
    words = [page.get_textpage().get_text_range() for page in file]
    return "\n".join([*words, str(file.get_metadata_dict())])


def _docx(data):
    try:
        file = Document(io.BytesIO(data))
    except (KeyError, ValueError):
        return data.decode("utf-8", "replace")
    core = file.core_properties
    words = [paragraph.text for paragraph in file.paragraphs]
    words += [cell.text for table in file.tables for line in table.rows for cell in line.cells]
    return "\n".join([*words, core.author, core.title, core.subject, core.comments, core.keywords])


def doors(app, house, row):
    """Every address of the laboratory's rooms and of those below, with what exists behind it."""
    ids = known_ids(house)
    words = {
        "code": [row.blind_code],
        "number": ["1"],
        "public_id": ["x"],
        "filename": ["icon.svg"],
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or not rule.endpoint.startswith(("labs", *PARTS)):
            continue
        if "sign_out" in rule.endpoint:
            continue
        parts = sorted(rule.arguments)
        try:
            options = [values_of(rule, part, ids, words)[-2:] for part in parts]
        except KeyError:
            continue
        for chosen in islice(product(*options), 2):
            yield adapter.build(rule.endpoint, dict(zip(parts, chosen, strict=True)))


def test_no_page_file_answer_or_refusal_names_the_farm_to_anybody_of_the_laboratory(
    db, app, house, world
):
    """People with all roles of a laboratory open every door and are refused in every way."""
    lab, paper, row = world
    hidden = secrets_of(db, paper, row)
    for role in ("lab_technician", "lab_reviewer"):
        also(db, lab.receiver, role)
    browser = signed_in(app.test_client(), lab.receiver)
    signer = signed_in(app.test_client(), lab.authoriser)
    extra = [
        f"/labs/consignments?q={row.blind_code}",
        f"/labs/reports/?q={row.blind_code}",
        "/labs/lists?list=reported",
        f"/sampling/{paper.declaration_id}",
        f"/declarations/{paper.declaration_id}",
    ]
    with db.look(SYSTEM) as look:
        box_id = look.one(select(Consignment.id))
    tries = [
        (f"/labs/consignments/{box_id}", {"code": row.blind_code, "condition": "missing"}),
        (f"/labs/items/{row.blind_code}/correct", {"condition": "missing", "because": "看错"}),
        ("/labs/receive", {"code": "NOBODY-1"}),
    ]
    addresses = [*doors(app, house, row), *extra]
    found, seen, shown = [], 0, 0
    for address, data in [*((one, None) for one in addresses), *tries]:
        who = signer if "report" in address else browser
        answer = who.get(address) if data is None else who.post(address, data=data)
        told = read(answer).replace(address, "")
        answer.close()
        assert answer.status_code != 500, address
        seen += answer.status_code == 200
        shown += row.blind_code in told
        found += [f"{address}: {what}" for what, word in hidden.items() if word in told]
    assert len(addresses) > 40
    assert seen > 30
    assert shown > 8  # these pages are about the sample
    assert found == []
