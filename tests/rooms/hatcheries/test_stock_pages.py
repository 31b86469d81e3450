"""The pages of stock: a pond, a lot, an entry, a move, a workbook with its bar, purchases to judge."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from aquacert.accounts.models import InboxMessage
from aquacert.app import runner_of
from aquacert.hatcheries.models import Lot
from aquacert.hatcheries.queries import balance, entries, lots
from aquacert.kernel.scope import SYSTEM
from tests.make.declarations import make_declaration
from tests.make.hatcheries import make_hatchery
from tests.rooms.hatcheries.test_stocksheets import death, sheet
from tests.rooms.hatcheries.test_views import browser, text


@pytest.fixture
def farm(db):
    return make_hatchery(db, stock=1000)


def test_an_owner_books_moves_counts_and_follows_it_on_every_page(db, app, farm):
    owner = browser(app, farm.owner_secret)
    here = f"/hatcheries/lots/{farm.lot_id}"
    bought = {
        "kind": "purchase",
        "quantity": "２百",
        "happened_on": "2026-05-01",
        "certificate_number": "外字第 2605 号",
        "photo": (io.BytesIO(b"no picture"), "x.jpg"),
        "once": "a",
    }
    refused = owner.post(f"{here}/book", data=bought)
    assert refused.status_code == 422
    assert "不是照片" in text(refused)
    bought |= {"photo": (io.BytesIO(b"%PDF-1.4 x"), "x.pdf"), "once": "b"}
    assert owner.post(f"{here}/book", data=bought).status_code == 302
    late = {"kind": "death", "quantity": "1", "happened_on": "2026-05-10", "once": "c"}
    assert "还没发生" in text(owner.post(f"{here}/book", data=late))
    asked = {"to": "", "quantity": "300", "reason": "分疏", "once": "d"}
    assert owner.post(f"{here}/move", data=asked).status_code == 422
    made = {"pond": "5 号塘", "species": "草鱼", "life_stage": "夏花", "quantity": "9"}
    owner.post("/hatcheries/own/lots/new", data=made | {"kind": "hatch", "unit": "", "once": "e"})
    with db.look(SYSTEM) as look:
        other = next(one for one in lots(look, farm.hatchery_id) if one.pond_name == "5 号塘")
    moved = asked | {"to": f"pond:{other.pond_id}", "once": "f"}
    twice = [owner.post(f"{here}/move", data=moved) for _ in range(2)]
    assert twice[0].location == twice[1].location  # the second tap: one effect, the same answer
    counted = {"counted": "0", "reason": "全部捕捞", "once": "g"}
    assert owner.post(f"{here}/count", data=counted).status_code == 302
    with db.look(SYSTEM) as look:
        assert [one.quantity for one in entries(look, farm.lot_id)] == [1000, 200, -300, -900]
    for address in (here, f"/hatcheries/ponds/{farm.pond_id}"):
        shown = text(owner.get(address))
        for said in ("分塘", "转往 5 号塘", "外字第2605号", "未核验", "全部捕捞", "<polyline"):
            assert said in shown, (address, said)
    stock = owner.get("/hatcheries/own/stock", follow_redirects=True)
    assert "5 号塘" in text(stock)
    out = load_workbook(io.BytesIO(owner.get(f"/hatcheries/{farm.hatchery_id}/stock.xlsx").data))
    assert [row[6].value for row in out["台账"].iter_rows(min_row=2)].count("分塘") == 2
    clerk = browser(app, farm.clerk_secret)
    waiting = text(clerk.get("/hatcheries/origins"))
    assert "外字第2605号" in waiting
    photo = waiting.split("/photo")[0].rsplit('"', 1)[1]
    assert clerk.get(f"{photo}/photo").mimetype == "application/pdf"
    short = clerk.post(f"{photo}/refuse", data={"because": "不", "once": "h"})
    assert short.status_code == 422
    assert "不少于" in text(short)
    assert clerk.post(f"{photo}/accept", data={"once": "i"}).status_code == 302
    assert "没有待核验" in text(clerk.get("/hatcheries/origins"))


def test_a_workbook_is_looked_at_then_booked_with_a_bar_that_needs_no_script(db, app, house, farm):
    owner = browser(app, farm.owner_secret)
    assert owner.get("/hatcheries/own/stock/template.xlsx").mimetype.endswith("sheet")
    address = "/hatcheries/own/stock/sheets"
    refused = owner.post(address, data={"file": (io.BytesIO(b"x"), "x.xlsx"), "once": "a"})
    assert refused.status_code == 422
    assert "打不开这份表格" in text(refused)
    bad = sheet(death("PL-2605-01", "1.5"))
    sent = owner.post(address, data={"file": (io.BytesIO(bad), "坏.xlsx"), "once": "b"})
    shown = text(owner.get(sent.location))
    assert "第 2 行 G 列“数量”" in shown
    assert "没错，记入" not in shown
    good = sheet(*(death("PL-2605-01", n) for n in range(1, 4)))
    sent = owner.post(address, data={"file": (io.BytesIO(good), "好.xlsx"), "once": "c"})
    assert "没错，记入 3 行" in text(owner.get(sent.location))
    for _ in range(2):  # the second tap
        owner.post(f"{sent.location}/start", data={"once": "d"})
    running = owner.get(sent.location)
    assert running.headers["Refresh"] == "1"
    assert 'max="3" value="0"' in text(running)
    stranger = browser(app, make_hatchery(db).owner_secret)
    assert stranger.get(sent.location).status_code == 404
    assert stranger.post(f"{sent.location}/cancel", data={"once": "e"}).status_code == 404
    runner_of(house).run_all()
    done = owner.get(sent.location)
    assert "Refresh" not in done.headers
    assert "3 行都记入了台账" in text(done)
    assert owner.post(f"{sent.location}/cancel", data={"once": "f"}).status_code == 409
    with db.look(SYSTEM) as look:
        assert balance(look, farm.lot_id) == 994


def test_deaths_below_what_is_declared_are_said_to_the_owner_and_once_to_the_office(db, app):
    paper = make_declaration(db, state="accepted")
    farm = paper.farm
    owner = browser(app, farm.owner_secret)
    with db.look(SYSTEM) as look:
        held = look.get(Lot, farm.lot_id).balance
    for once, dead in (("s1", held - 20), ("s2", 5)):
        sent = {"kind": "death", "quantity": str(dead), "reason": "缺氧", "once": once}
        booked = owner.post(
            f"/hatcheries/lots/{farm.lot_id}/book", data=sent, follow_redirects=True
        )
        assert "不够已申报的" in text(booked)
    assert "不够已申报的" in text(owner.get("/declarations/home"))
    with db.look(SYSTEM) as look:
        told = select(InboxMessage).where(InboxMessage.subject.contains("不够已申报的"))
        [said] = look.scalars(told)
        assert said.to_organisation_id == farm.office_id
