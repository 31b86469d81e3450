"""Workbooks of movements: what is refused, what is booked, once; how an import is stopped."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from aquacert.app import runner_of
from aquacert.hatcheries.commands import book_stock
from aquacert.hatcheries.commands.stock import book_rows, cancel_import, read_sheet, start_import
from aquacert.hatcheries.documents.stockbook import template
from aquacert.hatcheries.models import StockImport, StockMovement, StockOrigin
from aquacert.hatcheries.queries import balance, entries, lots, stock_of
from aquacert.hatcheries.queries.stockcheck import unbalanced
from aquacert.hatcheries.rules.stocksheet import HEADS
from aquacert.kernel.errors import Invalid, NotAllowedNow, NotFound
from aquacert.kernel.scope import SYSTEM
from tests.make.hatcheries import make_hatchery

DAY = "2026-05-08"


def sheet(*rows, heads=HEADS, blank=""):
    """Return a workbook; a row is (pond, lot, species, stage, day, kind, quantity, unit, no, why)."""
    book = Workbook()
    book.active.append(list(heads))
    for row in rows:
        book.active.append([*row, *[""] * (len(HEADS) - len(row))])
    book.properties.title = blank
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def death(lot, quantity, why=""):
    return ("", lot, "", "", DAY, "死亡", quantity, "", "", why)


def row_of(db, import_id):
    with db.look(SYSTEM) as look:
        row = look.get(StockImport, import_id)
        return row, list(row.faults)


def read(db, farm, data, name="表.xlsx"):
    with db.work(farm.owner) as w:
        return read_sheet(w, farm.hatchery_id, data, name)


def start(db, farm, import_id):
    with db.work(farm.owner) as w:
        start_import(w, import_id)


def held(db, farm):
    with db.look(SYSTEM) as look:
        return balance(look, farm.lot_id)


def bomb():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 20_000_000)
    return kept.getvalue()


def test_a_workbook_is_booked_row_by_row_and_opens_what_it_begins(db, house):
    farm = make_hatchery(db, stock=1000)
    data = sheet(
        death("PL-2605-01", 100, "高温"),
        ("新 9 号塘", "", "草鱼", "夏花", "2026年5月7日", "购入", "64万", "尾", "外字第260508号"),
        ("新 9 号塘", "", "草鱼", "", DAY, "死亡", 40, "", "", ""),
        ("2 号塘", "", "南美白对虾", "P5", DAY, "无害化处理", "１００", "尾", "", "按记录 7 号"),
    )
    import_id = read(db, farm, data)
    assert held(db, farm) == 1000  # looking books nothing
    start(db, farm, import_id)
    runner_of(house).run_all()
    row, _faults = row_of(db, import_id)
    assert (row.state, row.done, row.total) == ("done", 4, 4)
    with db.look(SYSTEM) as look:
        assert stock_of(look, farm.hatchery_id).totals == {
            ("凡纳滨对虾", "尾"): 800,
            ("草鱼", "尾"): 639_960,
        }
        new = next(one for one in lots(look, farm.hatchery_id) if one.pond_name == "新 9 号塘")
        ledger = entries(look, new.lot_id)
        assert [str(one.happened_on) for one in ledger] == ["2026-05-07", DAY]
        assert {one.by_id for one in ledger} == {farm.owner.person_id}
        assert look.scalars(select(StockOrigin.certificate_number)) == ["外字第260508号"]
        assert unbalanced(look) == []


def test_every_fault_names_its_row_and_column_and_nothing_is_booked(db):
    farm = make_hatchery(db, stock=1000)
    data = sheet(
        death("PL-2605-01", 400),
        death("PL-2605-01", 700),
        death("PL-2605-99", 1),
        ("2 号塘", "", "大白鲨", "P5", DAY, "死亡", 1),
        ("空塘", "", "草鱼", "", DAY, "死亡", 1),
        ("空塘", "", "草鱼", "", DAY, "孵化", 1),
        ("2 号塘", "PL-2605-01", "", "", "2026-02-30", "孵化", 1),
        ("2 号塘", "PL-2605-01", "", "", "2026-05-10", "丢了", "1.5", "kg"),
        ("2 号塘", "PL-2605-01", "", "", DAY, "死亡", "1.5"),
        ("2 号塘", "PL-2605-01", "", "", DAY, "死亡", 5, "kg"),
        ("2 号塘", "PL-2605-01", "", "", DAY, "无害化处理", 5),
        ("2 号塘", "PL-2605-01", "", "", DAY, "孵化", "=1+1"),
        ("", "", "", "", DAY, "孵化", 5),
    )
    import_id = read(db, farm, data)
    row, faults = row_of(db, import_id)
    assert [(one["row"], one["column"]) for one in faults] == [
        (3, "quantity"),
        (4, "lot"),
        (5, "species"),
        (6, "pond"),
        (7, "life_stage"),
        (8, "happened_on"),
        (9, "happened_on"),
        (9, "kind"),
        (9, "quantity"),
        (9, "unit"),
        (10, "quantity"),
        (11, "unit"),
        (12, "reason"),
        (13, "quantity"),
        (14, "pond"),
    ]
    assert "公式" in faults[13]["sentence"]
    assert "最多 600" in faults[0]["sentence"]
    with pytest.raises(Invalid, match=f"{row.fault_count} 处要改"):
        start(db, farm, import_id)
    assert held(db, farm) == 1000


def test_what_is_no_workbook_of_ours_is_refused_with_a_sentence(db):
    farm = make_hatchery(db, stock=10)
    wrong = {
        "模板": [b"", b"%PDF-1.4", sheet(heads=("a",) * 10)],
        "表头下面没有": [sheet(), template()],
        "打不开": [b"PK\x03\x04broken"],
        "展开后太大": [bomb()],
    }
    for said, files in wrong.items():
        for data in files:
            with pytest.raises(Invalid) as error:
                read(db, farm, data)
            assert said in error.value.fields["file"] + error.value.sentence
    assert held(db, farm) == 10


def test_the_same_content_twice_has_one_effect_even_saved_again_or_made_longer(db, house):
    farm = make_hatchery(db, stock=1000)
    rows = [death("PL-2605-01", 100), death("PL-2605-01", 100), death("PL-2605-01", 5)]
    first = read(db, farm, sheet(*rows))
    assert read(db, farm, sheet(*rows, blank="saved again"), "又一份.xlsx") == first
    start(db, farm, first)
    with pytest.raises(NotAllowedNow):
        start(db, farm, first)
    runner_of(house).run_all()
    assert held(db, farm) == 795
    assert read(db, farm, sheet(*rows)) == first
    longer = read(db, farm, sheet(*rows, death("PL-2605-01", 5), death("PL-2605-01", 7)))
    row, _faults = row_of(db, longer)
    assert (row.total, row.again) == (2, [2, 3, 4])
    start(db, farm, longer)
    runner_of(house).run_all()
    assert held(db, farm) == 783
    other = make_hatchery(db)
    with pytest.raises(NotFound):
        start(db, other, longer)


def test_an_import_is_cancelled_stopped_and_gone_on_with_and_no_row_is_booked_twice(db, house):
    farm = make_hatchery(db, stock=1000)
    import_id = read(db, farm, sheet(*(death("PL-2605-01", 10 + n) for n in range(30))))
    start(db, farm, import_id)
    with db.look(SYSTEM) as look:
        plan = look.get(StockImport, import_id).plan
    with db.work(SYSTEM) as w:
        assert book_rows(w, import_id, plan, 10)
    assert row_of(db, import_id)[0].done == 10
    with db.work(farm.owner) as w:
        cancel_import(w, import_id)
    runner_of(house).run_all()
    assert row_of(db, import_id)[0].state == "cancelled"
    assert held(db, farm) == 1000 - sum(range(10, 20))
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "death", 555)  # meanwhile somebody takes: the rest fits no more
    start(db, farm, import_id)
    runner_of(house).run_all()
    row, _faults = row_of(db, import_id)
    assert (row.state, row.done) == ("stopped", 21)
    assert row.because.startswith("第 23 行不能记")
    with db.work(farm.owner) as w:
        book_stock(w, farm.lot_id, "hatch", 5000)
    start(db, farm, import_id)
    runner_of(house).run_all()
    with db.look(SYSTEM) as look:
        booked = select(StockMovement.quantity).where(StockMovement.import_id == import_id)
        assert sorted(look.scalars(booked), reverse=True) == [-(10 + n) for n in range(30)]
        assert unbalanced(look) == []


def test_what_goes_out_comes_in_again(db):
    farm = make_hatchery(db, stock=1000)
    book = load_workbook(io.BytesIO(template([("2 号塘", "PL-2605-01", "=1+1", "P5", "尾")])))
    assert tuple(cell.value for cell in book["存塘变动"][1]) == HEADS
    assert book["本场的批"]["C2"].value == "'=1+1"
    book["存塘变动"].append([*death("PL-2605-01", 3)])
    kept = io.BytesIO()
    book.save(kept)
    row, faults = row_of(db, read(db, farm, kept.getvalue()))
    assert (row.total, faults) == (1, [])


def test_all_faults_of_a_row_are_told_at_once_and_an_empty_day_is_today(db, house):
    farm = make_hatchery(db)
    data = sheet(
        ("没有的塘", "PL-0", "大白鲨", "P5", "5.40", "偷走", "-5", "kg", "？", ""),
        ("", "PL-2605-01", "", "", "", "死亡", 7, "", "", "浮头"),
        ("", "PL-2605-01", "", "", "5月8日", "死亡", 8),
        ("", "PL-2605-01", "", "", 5.8, "死亡", 8),
        ("2 号塘", "", "", "", "", "死亡", "-5"),
    )
    _row, faults = row_of(db, read(db, farm, data))
    told = [(one["row"], one["column"]) for one in faults]
    first = ["lot", "happened_on", "kind", "quantity", "certificate_number"]
    assert told[:5] == [(2, name) for name in first]
    assert told[5:] == [(5, "happened_on"), (6, "species"), (6, "quantity")]
    good = sheet(
        ("", "PL-2605-01", "", "", "", "死亡", 7, "", "", "浮头"),
        ("", "PL-2605-01", "", "", "5月8日", "死亡", 8),
    )
    import_id = read(db, farm, good)
    with db.look(SYSTEM) as look:
        row = look.get(StockImport, import_id)
        assert row.faults == []
        assert [line[4] for line in row.plan] == [look.today.isoformat(), "2026-05-08"]
    start(db, farm, import_id)
    runner_of(house).run_all()
    db.clock.forward(days=1)
    again = sheet(("", "PL-2605-01", "", "", "", "死亡", 7, "", "", "浮头"))
    _row, faults = row_of(db, read(db, farm, again))
    assert "是新的一笔，请写日期" in faults[0]["sentence"]
