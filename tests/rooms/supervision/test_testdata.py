"""Test data for officials: the results of one's own place, and nobody else's."""

import csv
import io

from aquacert.inspections.commands import suspect
from aquacert.kernel.scope import SYSTEM
from labs.reports.queries import report_summary
from labs.reports.queries.data import Asked, data_page
from labs.review.commands import review_result
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import make_declaration
from tests.make.inspections import start
from tests.make.labs import make_lab, make_result
from tests.make.sampling import make_sample, send, tested


def made(db):
    """Return the blind code of a reported sample of one county."""
    paper = make_declaration(db, state="assigned")
    [check] = start(db, paper)
    with db.work(paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
    report_id = tested(db, paper, make_lab(db), None, None)
    with db.look(SYSTEM) as look:
        return paper, report_summary(look, report_id).blind_code


def test_officials_read_no_result_before_it_is_reported(app, db):
    paper = make_declaration(db, state="assigned")
    [check] = start(db, paper)
    with db.work(paper.vet.actor) as w:
        suspect(w, check, ["DIV1"])
    lab = make_lab(db)
    code = send(db, paper, make_sample(db, paper), lab)
    result_id = make_result(db, lab, code, "24", "24.2")
    with db.work(lab.reviewer.actor) as w:
        review_result(w, result_id)
    with db.look(SYSTEM) as look:
        assert data_page(look, Asked()).items
    here = signed_in(app.test_client(), paper.vet)
    assert code not in here.get("/supervision/tests").get_data(as_text=True)
    assert code not in here.get("/supervision/tests.csv").get_data(as_text=True)


def test_officials_read_the_results_of_their_own_place(app, db):
    paper, code = made(db)
    here = signed_in(app.test_client(), paper.vet)
    page = here.get("/supervision/tests?outcome=negative").get_data(as_text=True)
    assert code in page
    assert f"/sampling/{paper.declaration_id}" in page
    sent = here.get("/supervision/tests.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(sent.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == [code]
    assert rows[1][-1].startswith("32")
    assert here.get("/supervision/tests.xlsx").data[:2] == b"PK"
    elsewhere = signed_in(
        app.test_client(), make_person(db, "county_supervisor", division="320581")
    )
    assert code not in elsewhere.get("/supervision/tests").get_data(as_text=True)
    assert code not in elsewhere.get("/supervision/tests.csv").get_data(as_text=True)
    province = signed_in(
        app.test_client(), make_person(db, "province_supervisor", division="320000")
    )
    assert code in province.get(f"/supervision/tests?q={code}&lot=K2604-17").get_data(as_text=True)
