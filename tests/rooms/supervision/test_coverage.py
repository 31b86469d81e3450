"""Coverage of a month as its page shows it: categories, key farms, silent farms, second looks."""

from __future__ import annotations

import io
from datetime import timedelta
from html import unescape

from openpyxl import load_workbook

from aquacert.declarations.commands import withdraw_declaration
from aquacert.hatcheries.commands import correct_stock
from aquacert.inspections.rules.mustcheck import Category
from aquacert.kernel.scope import SYSTEM
from aquacert.supervision.queries.coverage import key_coverage, month_coverage, silent_pages
from aquacert.supervision.rules import month_end
from tests.make.accounts import make_person, signed_in
from tests.make.declarations import answers, make_declaration
from tests.make.hatcheries import make_hatchery
from tests.make.inspections import inspect


def test_a_month_shows_what_was_checked_and_who_was_silent(db, client):
    paper = make_declaration(db, state="assigned")
    quiet = make_hatchery(db)
    # What was sent and taken back at once is not declared.
    hidden = make_declaration(db, quiet, filled=answers(db, quiet, "1000"))
    inspect(db, paper)
    with db.work(quiet.owner) as w:
        withdraw_declaration(w, hidden.declaration_id)
        correct_stock(w, quiet.lot_id, 10_000, "清点后更正")
    with db.look(SYSTEM) as look:
        first = look.today.replace(day=1)
        found = month_coverage(look, first, month_end(first))
        licensed = found[Category.LICENSED]
        assert (licensed.batches, licensed.checked, len(licensed.farms)) == (1, 1, 1)
        assert found[Category.POSITIVE].batches == 0
        assert sum(one.farms for one in key_coverage(look, first, month_end(first))) == 2
        [line] = silent_pages(look, 30).items
        assert (line.hatchery_id, line.holds, line.is_key) == (quiet.hatchery_id, 10_000, True)
        assert line.left > 0
        earlier = (first - timedelta(days=1)).replace(day=1)
        before = month_coverage(look, earlier, month_end(earlier))
        assert all(one.batches == 0 for one in before.values())

    officer = signed_in(client, make_person(db, "county_supervisor"))
    page = unescape(officer.get("/supervision/coverage?days=30").text)
    assert "增殖放流苗种" in page
    assert "存塘减少，没有证" in page
    listed = unescape(officer.get("/supervision/coverage/licensed").text)
    assert "第 1 批" in listed
    assert "已查验" in listed
    assert officer.get("/supervision/coverage/farms/county/nothing").status_code == 404
    grade = page.split("/supervision/coverage/farms/")[1].split('"')[0].replace("&amp;", "&")
    assert "示例苗种场" in unescape(officer.get(f"/supervision/coverage/farms/{grade}").text)
    wrong = officer.get("/supervision/coverage?month=5月&days=很久")
    assert (wrong.status_code, unescape(wrong.text).count("错误：") >= 2) == (422, True)
    book = load_workbook(io.BytesIO(officer.get("/supervision/coverage/silent.xlsx?days=30").data))
    assert [row[3] for row in book.active.iter_rows(min_row=2, values_only=True)] == [10_000]
