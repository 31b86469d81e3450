"""A list of segments from a workbook: every row judged, the good ones booked together, once."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook, load_workbook

from aquacert.certificates.numbers import commands, queries
from aquacert.certificates.numbers.documents import ledger_workbook, template
from aquacert.certificates.rules.numbersheet import HEADS
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.scope import SYSTEM
from tests.make.accounts import COUNTY, make_person, signed_in
from tests.make.numbers import FIRST, hand_all_down, make_levels, take

START = FIRST + 10_000


def sheet(*rows, heads=HEADS, merge=""):
    book = Workbook()
    page = book.active
    page.append(list(heads))
    for row in rows:
        page.append(list(row))
    if merge:
        page.merge_cells(merge)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def row(first, last, kind="动物A", body="示例省所", why="省批次"):
    return (kind, first, last, body, why)


def read(db, data, name="清单.xlsx"):
    with db.work(SYSTEM) as w:
        return commands.read_list(w, data, name)


def judged(db, data):
    key = read(db, data)
    with db.look(SYSTEM) as look:
        return commands.judge_list(look, key)[1]


@pytest.fixture
def levels(db):
    return hand_all_down(db, make_levels(db))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            row(FIRST + 900, FIRST + 1100),
            "与 3200000001–3200001000 重叠（示例省所，动物A，已用过一部分）",
        ),
        (row(START + 9, START), "起号大于止号"),
        (row(3_100_000_001, 3_100_000_100), "不属于本省"),
        (row(3_299_999_999, 3_300_000_100), "不属于本省"),
        (row(START, START + 9_999_999), "一段最多 1000000 个号"),
        (row("=3200010001", START), "公式"),
        (row("32000I0001", START), "10 位数字"),
        (row(START, START + 9, kind="动物C"), "动物A"),
        (row(START, START + 9, body="没有这个局"), "没有“没有这个局”"),
        (row(START, START + 9, body=""), "都要填"),
        (row(START, START + 9, kind=""), "都要填"),
        (row(True, START + 9), "10 位数字"),
        (row(-5, START + 9), "10 位数字"),
    ],
)
def test_a_row_that_cannot_be_booked_says_why(db, levels, one, said):
    (found,) = judged(db, sheet(one))
    assert said in found.wrong


def test_numbers_as_text_in_full_width_as_floats_and_alone_are_read(db, levels):
    found = judged(
        db,
        sheet(
            row(str(START), str(START + 9)),
            row("３２０００２０００１", "３２０００２００１０", kind="Ａ"),
            row(float(START + 100), float(START + 109)),
            row(START + 200, None, kind="动物B"),
        ),
    )
    assert [one.wrong for one in found] == [""] * 4
    assert [one.count for one in found] == [10, 10, 10, 1]


def test_rows_of_one_list_may_not_overlap_and_merged_cells_are_refused(db, levels):
    found = judged(db, sheet(row(START, START + 9), row(START + 9, START + 20)))
    assert found[0].wrong == ""
    assert "与本表第 2 行" in found[1].wrong
    merged = judged(db, sheet(row(START, START + 9), row(START + 50, START + 60), merge="D2:D3"))
    assert ["合并" in one.wrong for one in merged] == [True, True]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip",
        "证书种类,起号\n".encode(),
        sheet(),
        sheet(row(1, 2), heads=("a", "b", "c", "d", "e")),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(db, levels, data):
    with pytest.raises(Invalid):
        read(db, data)


def test_the_confirmed_rows_are_booked_together_and_once(db, levels):
    data = sheet(
        row(START, START + 99),
        row(FIRST, FIRST + 9),
        row(START + 100, START + 199, body="示例市局"),
    )
    key = read(db, data)
    with pytest.raises(Invalid, match="第 3 行"), db.work(SYSTEM) as w:
        commands.book_list(w, key, [2, 3, 4])
    with db.look(SYSTEM) as look:
        assert queries.find_number(look, START).state == "unknown"
    with db.work(SYSTEM) as w:
        assert commands.book_list(w, key, [2, 4]) == 2
    with db.work(SYSTEM) as w:
        assert commands.book_list(w, key, [2, 4]) == 2
    assert read(db, data, "同一份.xlsx") == key
    with db.look(SYSTEM) as look:
        found, rows = commands.judge_list(look, key)
        assert found.booked == 2
        assert all(one.wrong for one in rows)
        assert queries.find_number(look, START + 150).holder == "示例市局"


def test_only_the_province_books_a_list(db, levels):
    keeper = make_person(db, "number_keeper", division=COUNTY)
    with pytest.raises(NotAllowed), db.work(keeper.actor) as w:
        commands.read_list(w, sheet(row(START, START)), "a.xlsx")


def test_the_template_is_read_back_as_an_empty_list(db, levels):
    with pytest.raises(Invalid) as caught:
        read(db, template())
    assert "没有号段" in caught.value.fields["file"]


def test_no_cell_of_an_export_is_a_formula():
    book = load_workbook(
        io.BytesIO(ledger_workbook([("=1+1", "+1", "-1", "@a", "b", 5, "", "", "", "")]))
    )
    cells = next(book.worksheets[0].iter_rows(min_row=2))
    assert [cell.data_type for cell in cells[:6]] == ["s", "s", "s", "s", "s", "n"]
    assert cells[0].value == "'=1+1"


def test_the_pages_of_the_list(client, db, levels):
    keeper = make_person(db, "number_keeper", division="320000")
    browser = signed_in(client, keeper)
    assert browser.get("/certificates/numbers/import").status_code == 200
    assert browser.get("/certificates/numbers/import/template.xlsx").data[:2] == b"PK"
    wrong = browser.post(
        "/certificates/numbers/import",
        data={"file": (io.BytesIO(b"nothing"), "a.xlsx"), "once": "a"},
    )
    assert wrong.status_code == 422
    data = sheet(row(START, START + 9, why="=cmd|' /C calc'!A0"), row(FIRST, FIRST + 9))
    sent = browser.post(
        "/certificates/numbers/import", data={"file": (io.BytesIO(data), "清单.xlsx"), "once": "b"}
    )
    assert sent.status_code == 302, sent.get_data(as_text=True)
    page = browser.get(sent.location).get_data(as_text=True)
    assert "公式" in page
    good = sheet(row(START, START + 9, why="'=1"), row(FIRST, FIRST + 9))
    sent = browser.post(
        "/certificates/numbers/import", data={"file": (io.BytesIO(good), "清单.xlsx"), "once": "c"}
    )
    page = browser.get(sent.location).get_data(as_text=True)
    assert "可以入库" in page
    assert "重叠" in page
    assert browser.post(sent.location, data={"once": "d"}).status_code == 422
    for _again in range(2):
        booked = browser.post(sent.location, data={"rows": ["2"], "once": "e"})
        assert booked.status_code == 302
    assert "已入库 1 段" in browser.get(sent.location).get_data(as_text=True)
    take(db, levels, 1)
    ledger = browser.get("/certificates/numbers/movements.xlsx")
    assert ledger.data[:2] == b"PK"
    values = [cell.value for line in load_workbook(io.BytesIO(ledger.data)).active for cell in line]
    assert not any(str(value).startswith("=") for value in values)
