"""Test data: searched, narrowed, read whole; blind for the laboratory, by place for officials."""

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from aquacert.kernel.scope import SYSTEM
from aquacert.reference.rules.text import plain_cell
from labs.bench.models import BenchRun
from labs.reports.queries import report_for
from labs.reports.queries.data import Asked, data_page, data_stream
from labs.reports.rules.cells import HEADS
from tests.make.accounts import make_person, signed_in
from tests.make.labs import DISEASE, METHOD, make_items, make_lab, make_report, make_result


def codes(db, made, **asked):
    with db.look(made.actor) as look:
        return [line.blind_code for line in data_page(look, Asked(**asked)).items]


@pytest.fixture
def two(db):
    """Return a laboratory with a negative and a positive report, and a result nobody verified."""
    lab = make_lab(db)
    clean, ill, raw = make_items(db, lab, 3)
    make_report(db, lab, clean)
    make_report(db, lab, ill, "24.1", "24.3")
    make_result(db, lab, raw)
    return lab, clean, ill


def test_each_condition_narrows_the_verified_results(db, two):
    lab, clean, ill = two
    today = db.clock.now().date()
    with db.look(SYSTEM) as look:
        number = report_for(look, ill).number
    table = [
        ({}, {clean, ill}),
        ({"words": ill.lower()}, {ill}),
        ({"words": ill[-4:]}, {ill}),
        ({"words": number}, {ill}),
        ({"words": "NIX-0000"}, set()),
        ({"outcome": "positive"}, {ill}),
        ({"disease_code": DISEASE, "method_code": METHOD}, {clean, ill}),
        ({"disease_code": "WSD"}, set()),
        ({"from_on": today}, {clean, ill}),
        ({"until_on": today - timedelta(days=1)}, set()),
        ({"lot": "k2604-17"}, {clean, ill}),
        ({"lot": "OTHER"}, set()),
        ({"instrument_id": lab.lot_id}, set()),
        ({"lab_id": lab.lab_id, "outcome": "negative"}, {clean}),
    ]
    found = [set(codes(db, lab.reviewer, **asked)) for asked, _hits in table]
    assert found == [hits for _asked, hits in table]
    assert codes(db, make_lab(db).reviewer) == []


def test_pages_follow_one_another_and_the_stream_is_whole(db, two):
    lab, clean, ill = two
    with db.look(lab.reviewer.actor) as look:
        first = data_page(look, Asked(), size=1)
        second = data_page(look, Asked(), after=first.next_cursor, size=1)
        whole = [line.blind_code for line in data_stream(look, Asked())]
        one = list(data_stream(look, Asked(), most=1))
        nonsense = data_page(look, Asked(), after="x.y")
    assert second.next_cursor is None
    assert [first.items[0].blind_code, second.items[0].blind_code] == whole
    assert set(whole) == {clean, ill}
    assert (len(one), len(nonsense.items)) == (1, 2)
    ill_line = next(line for line in nonsense.items if line.blind_code == ill)
    assert set(ill_line.cq.split("、")) == {"24.10", "24.30"}
    assert ill_line.lot == "K2604-17"


def test_the_page_and_both_exports_say_the_same_and_run_no_formula(app, db, two):
    lab, clean, ill = two
    with db.engine.begin() as line:
        line.execute(update(BenchRun).values(instrument="=cmd()", instrument_id=None))
    client = signed_in(app.test_client(), lab.technician)
    page = client.get("/labs/reports/data?outcome=positive").get_data(as_text=True)
    assert ill in page
    assert clean not in page
    sent = client.get("/labs/reports/data.csv")
    rows = list(csv.reader(io.StringIO(sent.get_data(as_text=True).removeprefix("\ufeff"))))
    assert tuple(rows[0]) == HEADS
    assert {row[0] for row in rows[1:]} == {clean, ill}
    assert {row[HEADS.index("仪器")] for row in rows[1:]} == {"'=cmd()"}
    sheet = load_workbook(
        io.BytesIO(client.get("/labs/reports/data.xlsx?outcome=negative").data)
    ).active
    assert sheet.cell(2, 1).value == clean
    assert sheet.max_row == 2
    empty = client.get("/labs/reports/data?q=NIX-0000").get_data(as_text=True)
    assert "这些条件下没有结果" in empty
    refused = client.get("/labs/reports/data?from_on=gestern")
    wrong = refused.get_data(as_text=True)
    assert (refused.status_code, clean in wrong, ill in wrong) == (422, False, False)
    assert client.get("/labs/reports/data.csv?from_on=gestern").mimetype == "text/html"
    assert sent.content_type == "text/csv; charset=utf-8"
    assert "错误" in re.sub(r"<[^>]+>", "", wrong)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "＝1"])
def test_no_cell_is_taken_for_a_formula(text):
    assert plain_cell(text) == f"'{text}"
    assert plain_cell("K-1") == "K-1"
    assert plain_cell(5) == 5


def test_strangers_read_no_test_data(app, db, two):
    vet = signed_in(app.test_client(), make_person(db, "official_vet"))
    assert vet.get("/labs/reports/data").status_code == 403
    assert vet.get("/labs/reports/data.csv").status_code == 403
