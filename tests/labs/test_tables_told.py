"""What a table holds and a reader cannot know is told: formulas, a second table, a second opinion, columns mixed up."""

import io

import pytest
from openpyxl import Workbook

from aquacert.kernel.errors import Invalid
from labs.bench.commands import stage_file
from labs.bench.models import InstrumentFile
from labs.bench.queries.plan import plan_of_file
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import RefusalCode, Why
from labs.instruments.rules.conclusions import contradicts
from labs.instruments.rules.swaps import swapped
from tests.make.labs import make_items, make_lab

QUANTSTUDIO = ["Well", "Well Position", "Sample Name", "Target Name", "Task", "CT"]


def book(*sheets):
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def said(run):
    return [(r.row, r.code) for r in run.refusals]


def test_a_formula_without_a_stored_value_is_never_a_well_without_a_cq():
    rows = [
        QUANTSTUDIO,
        [1, "A1", "S1", "T", "UNKNOWN", "=1/0"],
        [2, "A2", "S2", "T", "UNKNOWN", '=IF(1=1,"","x")'],
        [3, "A3", "S3", "T", "UNKNOWN", None],
        [4, "A4", "=A1", "T", "UNKNOWN", 22.5],
    ]
    read = read_instrument_file(book(("Results", rows)), "x.xlsx")
    assert said(read) == [(n, RefusalCode.FORMULA_EMPTY) for n in (2, 3, 5)]
    assert [(r.sample, r.why) for r in read.readings] == [("S3", Why.NO_CQ)]


def test_a_second_sheet_with_results_is_told_and_an_empty_table_says_so():
    head, row = ["Sample", "Target", "Ct"], ["S1", "T", 20]
    two = read_instrument_file(book(("一", [head, row]), ("二", [head, row])), "x.xlsx")
    assert said(two) == [(0, RefusalCode.SECOND_TABLE)]
    assert (two.refusals[0].value, len(two.readings)) == ("二", 1)
    assert said(read_instrument_file(book(("一", [head, row]), ("二", [head])), "x.xlsx")) == []
    assert said(read_instrument_file(b"Sample,Target,Ct\n", "x.csv")) == [(0, RefusalCode.NO_ROWS)]


def test_a_result_column_is_not_taken_and_must_not_contradict_the_cq():
    text = "Sample,Target,Ct,Result\nS1,T,25.1,阴 性\nS2,T,25.1,阳性\nS3,T,无,Positive\nS4,T,无,阴性\nS5,T,30,31\n"
    read = read_instrument_file(text.encode(), "x.csv")
    assert said(read) == [(n, RefusalCode.RESULT_CONTRADICTS) for n in (2, 4, 6)]
    assert [r.sample for r in read.readings] == ["S2", "S4"]
    assert not contradicts(None, "复检")


@pytest.mark.parametrize("well", ["S1", "Z99", "A25", "AA1", "Q1"])
def test_a_well_that_is_on_no_plate_is_refused(well):
    rows = f"Well,Sample,Target,Ct\n{well},B,T,20\nP24,C,T,20\n"
    assert said(read_instrument_file(rows.encode(), "x.csv")) == [(2, RefusalCode.WELL_UNREADABLE)]


def test_two_columns_are_called_swapped_only_where_each_holds_the_others_kind():
    one = "Well,Sample,Target,Task,Cq\nS1,A1,WSSV,UNKNOWN,25\n"
    assert said(read_instrument_file(one.encode(), "x.csv")) == [(0, RefusalCode.COLUMNS_SWAPPED)]
    assert swapped({"sample": ["1.5", "2.5", "3.5"], "cq": ["无", "无", "无"]}, {"无"}) is None
    assert swapped({"sample": ["1.5", "2.5", "3.5"], "cq": ["20", "21", "22"]}) is None
    assert swapped({"sample": ["1.5", "2.5", "3.5"], "cq": ["S1", "S2", "S3"]}) == ("cq", "sample")


def test_a_file_without_a_header_is_told_which_headings_are_known_and_what_it_lacks():
    with pytest.raises(Invalid) as refused:
        read_instrument_file(
            "孔位,样品编号,检测靶标,类型,Ct值\nA1,S1,T,样品,20\n".encode("gb18030"), "x"
        )
    assert "认出了样品号、Cq，缺靶标" in refused.value.sentence
    assert "检测项目" in refused.value.sentence


@pytest.mark.parametrize("turned", [False, True])
def test_samples_and_targets_are_called_swapped_only_where_the_laboratory_knows_them(db, turned):
    lab = make_lab(db)
    codes = make_items(db, lab, 2)
    unknown = [f"A{n},S{n},WSSV,25" for n in (1, 2, 3)]
    rows = [f"A{n},DIV1-ATPase,{code},25" for n, code in enumerate(codes, 1)] if turned else unknown
    data = "\n".join(["Well,Sample,Target,Ct", *rows]).encode()
    with db.work(lab.technician.actor) as w:
        file_id = stage_file(w, lab.lab_id, data, "x.csv")
    with db.look(lab.technician.actor) as look:
        plan = plan_of_file(look, look.get(InstrumentFile, file_id))
    if turned:
        assert said(plan) == [(0, RefusalCode.COLUMNS_SWAPPED)]
    else:
        assert said(plan) == [(n, RefusalCode.SAMPLE_UNKNOWN) for n in (2, 3, 4)]
