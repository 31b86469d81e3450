"""Farms that officials should ask about."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from aquacert.hatcheries.commands import book_stock, confirm_record
from aquacert.kernel.errors import Invalid
from aquacert.kernel.scope import SYSTEM
from aquacert.supervision.queries.stockwatch import usual_days, watch_pages
from aquacert.supervision.rules import Watch, parse_days
from tests.make.accounts import make_person
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery, register


def found(db, watch, days, actor=SYSTEM):
    with db.look(actor) as look:
        return {line.hatchery_id for line in watch_pages(look, watch, days).items}


def test_lists_name_whom_they_are_about_and_nobody_else(db, app, clock):
    silent, empty, declares = make_hatchery(db), make_hatchery(db), make_declaration(db).farm
    register(db)  # not approved: on neither list
    with db.work(empty.owner) as w:
        book_stock(w, empty.lot_id, "death", 1_200_000)
    assert found(db, Watch.SILENT, 0) == {silent.hatchery_id}
    assert found(db, Watch.UNCONFIRMED, 30) == set()
    clock.forward(days=40)
    with db.work(empty.owner) as w:
        confirm_record(w, empty.hatchery_id)
    both = {silent.hatchery_id, declares.hatchery_id}
    assert found(db, Watch.UNCONFIRMED, 30) == both
    assert found(db, Watch.UNCONFIRMED, 40) == set()
    assert found(db, Watch.SILENT, 30) == both
    stranger = make_person(db, "county_supervisor", division="320115")
    assert found(db, Watch.SILENT, 0, stranger.actor) == set()
    with db.look(SYSTEM) as look:
        [line] = watch_pages(look, Watch.SILENT, 0).items
        assert line.stock == (("凡纳滨对虾", 1_200_000, "尾"),)
        assert (line.days, line.declared_at) == (40, None)
        assert usual_days(look, Watch.UNCONFIRMED) == 30

    keeper = make_person(db, "county_supervisor", division="320114")
    page = app.test_client()
    with page.session_transaction() as cookie:
        cookie["_user_id"] = keeper.secret
        cookie["_fresh"] = True
    shown = page.get("/supervision/stock?list=unconfirmed&days=30").get_data(as_text=True)
    assert "40 天前" in shown
    assert page.get("/supervision/stock?days=-1").status_code == 422
    sheet = load_workbook(io.BytesIO(page.get("/supervision/stock.xlsx?list=silent").data)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["凡纳滨对虾 1,200,000 尾"]


def test_days_are_whole_numbers_within_ten_years():
    assert [parse_days(text, 30) for text in ("", " 7 ", "0", "１０")] == [30, 7, 0, 10]
    for wrong in ("-1", "1.5", "三十", "99999", "0" * 9 + "99999"):
        with pytest.raises(Invalid):
            parse_days(wrong, 30)
