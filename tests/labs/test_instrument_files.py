"""Instrument files: our own real ones, the shared ones where present, and the bad ones."""

import io
import zipfile
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from aquacert.kernel.errors import Invalid
from labs.instruments.documents import write_rdml
from labs.instruments.parsers import read_instrument_file
from labs.instruments.rules import RefusalCode, Role, WellReading, Why

SHARED = Path(__file__).parents[3] / "shared" / "data"
MADE_AT = datetime(2026, 5, 12, 1, 41, tzinfo=UTC)


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    return path.read_bytes()


def plate() -> list[WellReading]:
    def well(place, sample, role, cq, why):
        return WellReading("R1", place, sample, role, "DIV1", cq and Decimal(cq), why)

    return [
        well("A1", "M7K2-0001", Role.UNKNOWN, None, Why.NO_CQ),
        well("A2", "M7K2-0002", Role.UNKNOWN, "28.613", Why.DETECTED),
        well("B3", "M7K2-0003", Role.UNKNOWN, None, Why.EXCLUDED),
        well("G12", "PC", Role.POSITIVE, "24.800", Why.DETECTED),
        well("H12", "NTC", Role.NTC, None, Why.AT_CAP),
    ]


def rdml(body: str, version: str = "1.2") -> bytes:
    return f'<rdml xmlns="http://www.rdml.org" version="{version}">{body}</rdml>'.encode()


def one_react(data: str, sample: str = '<sample id="S1"><type>unkn</type></sample>') -> bytes:
    run = f'<run id="r"><react id="A1"><sample id="S1"/>{data}</react></run>'
    return rdml(f'{sample}<target id="T"/><experiment id="e">{run}</experiment>')


def test_what_we_write_as_rdml_is_read_back_the_same():
    read = read_instrument_file(write_rdml(plate(), made_at=MADE_AT), "run.rdml")
    assert read.readings == tuple(plate())
    assert (read.source, read.cycle_cap, read.refusals) == ("RDML 1.2", 40, ())


def test_the_inner_name_of_an_rdml_file_does_not_matter():
    data = write_rdml(plate(), made_at=MADE_AT, inner_name="结果/whatever.bin")
    assert len(read_instrument_file(data, "x.zip").readings) == 5


def test_stepone_writes_the_cycle_cap_for_wells_where_nothing_came_up():
    read = read_instrument_file(shared("stepone_std.rdml"), "stepone_std.rdml")
    assert (read.source, len(read.readings), read.refusals, read.cycle_cap) == (
        "RDML 1.0",
        24,
        (),
        40,
    )
    ntc = [r for r in read.readings if r.role is Role.NTC]
    assert [r.well for r in ntc] == ["A1", "A2", "A3"]
    assert {(r.cq, r.why) for r in ntc} == {(None, Why.AT_CAP)}


def test_lightcycler_gives_four_dyes_in_ninety_six_wells():
    read = read_instrument_file(shared("lc96_bACTXY.rdml"), "lc96_bACTXY.rdml")
    assert (read.source, len(read.readings), read.cycle_cap) == ("RDML 1.1", 384, 50)
    assert len({r.well for r in read.readings}) == 96
    assert {r.well for r in read.readings} >= {"A1", "H12"}
    assert "Sample 39" in {r.sample for r in read.readings}
    assert all(r.cq < 50 for r in read.readings if r.cq is not None)
    assert any(r.cq > 45 for r in read.readings if r.cq is not None)
    assert Counter(r.why for r in read.readings)[Why.AT_CAP] == 64


def test_the_quantstudio_table_is_found_below_its_ragged_rows():
    read = read_instrument_file(shared("quantstudio5-results.xlsx"), "q.xlsx")
    assert [(r.well, r.role, r.cq) for r in read.readings] == [
        ("A1", Role.STANDARD, Decimal("22.100")),
        ("A2", Role.NTC, None),
        ("A3", Role.UNKNOWN, Decimal("28.400")),
        ("A4", Role.UNKNOWN, None),
    ]


def test_a_malformed_table_is_refused_row_by_row():
    read = read_instrument_file(shared("malformed-results.csv"), "malformed-results.csv")
    assert read.readings == ()
    assert [(r.row, r.code) for r in read.refusals] == [
        (n, RefusalCode.ROW_LENGTH) for n in (2, 3, 4, 5)
    ]


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_quantstudio_results_on_the_third_sheet_are_found():
    header = ["Well", "Well Position", "Sample Name", "Target Name", "Task", "Cт", "Ct Mean"]
    table = [
        ["Instrument Type", "QuantStudio 5"],
        [],
        header,
        [1, "A1", "M7K2-0001", "WSSV", "UNKNOWN", None],
    ]
    read = read_instrument_file(workbook([["说明"]], [["Well", "x"]], table), "q.xlsx")
    assert [(r.sample, r.why) for r in read.readings] == [("M7K2-0001", Why.NO_CQ)]
    assert read.instrument == "QuantStudio 5"


def test_two_columns_for_one_field_refuse_the_file():
    text = "Sample Name,Target Name,CT,Cq\nS1,WSSV,21,无\n"
    with pytest.raises(Invalid, match="两列"):
        read_instrument_file(text.encode(), "x.csv")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_usual_encoding(coding):
    text = "孔位,样品编号,靶标,用途,Ct值\nA01,盲样𠮷一,白斑,待测,无\nA02,阳性,白斑,阳性对照,24.1\n"
    read = read_instrument_file(text.encode(coding), "x.csv")
    assert [(r.well, r.sample, r.role, r.cq) for r in read.readings] == [
        ("A1", "盲样𠮷一", Role.UNKNOWN, None),
        ("A2", "阳性", Role.POSITIVE, Decimal("24.100")),
    ]


def test_semicolons_bring_decimal_commas():
    read = read_instrument_file(b"Sample;Target;Cq\nS1;WSSV;36,8\n", "x.csv")
    assert read.readings[0].cq == Decimal("36.800")


def test_headings_of_ones_own_can_be_mapped():
    read = read_instrument_file(
        "编码,物质,数\nS1,WSSV,21\n".encode(),
        "x.csv",
        {"sample": "编码", "target": "物质", "cq": "数"},
    )
    assert read.readings[0].cq == Decimal(21)


def test_bad_rows_are_refused_with_their_line_and_the_good_ones_kept():
    text = "Well,Sample,Target,Task,Ct\n" + "".join(
        f"{row}\n"
        for row in [
            "A1,S1,WSSV,UNKNOWN,阴 性",
            "A2,S2,WSSV,UNKNOWN,",
            "Z,S3,WSSV,UNKNOWN,21",
            "A4,,WSSV,UNKNOWN,21",
            "A5,S5,WSSV,MAYBE,21",
            "A6,S6,WSSV,UNKNOWN,21",
            "A6,S6,WSSV,UNKNOWN,22",
            ",,,,",
        ]
    )
    read = read_instrument_file(text.encode(), "x.csv")
    assert [r.sample for r in read.readings] == ["S6"]
    assert [(r.row, r.column, r.code, r.value) for r in read.refusals] == [
        (2, "cq", RefusalCode.CQ_UNREADABLE, "阴 性"),
        (3, "cq", RefusalCode.CQ_BLANK, ""),
        (4, "well", RefusalCode.WELL_UNREADABLE, "Z"),
        (5, "sample", RefusalCode.SAMPLE_MISSING, "A4"),
        (6, "role", RefusalCode.TASK_UNKNOWN, "maybe"),
        (8, "well", RefusalCode.DUPLICATE_ROW, "A6"),
    ]
    assert all(r.sentence for r in read.refusals)


def test_a_formula_in_a_cell_is_text_and_refused():
    read = read_instrument_file(b"Sample,Target,Ct\n=cmd|'/c calc'!A0,WSSV,=1+1\n", "x.csv")
    assert [r.code for r in read.refusals] == [RefusalCode.CQ_UNREADABLE]


def test_sample_types_may_differ_by_target():
    sample = '<sample id="S1"><type>pos</type><type targetId="T">ntc</type></sample>'
    data = one_react(
        '<data><tar id="T"/><cq>21</cq></data><data><tar id="U"/><cq>21</cq></data>', sample
    )
    assert [r.role for r in read_instrument_file(data, "x").readings] == [Role.NTC, Role.POSITIVE]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("<data><tar id='T'/><cq>-1.0</cq></data>", RefusalCode.CQ_NOT_AVAILABLE),
        ("<data><tar id='T'/><cq/></data>", RefusalCode.CQ_BLANK),
        ("<data><tar id='T'/><cq>n.d.</cq></data>", RefusalCode.CQ_UNREADABLE),
        ("<data><cq>21</cq></data>", RefusalCode.TARGET_MISSING),
        ("<partitions/>", RefusalCode.PARTITIONS),
    ],
)
def test_rdml_data_that_cannot_be_read_is_refused(data, code):
    assert [r.code for r in read_instrument_file(one_react(data), "x").refusals] == [code]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"<html></html>", "不是 RDML"),
        (rdml("", "9.9"), "版本"),
        (b'<rdml version="1.1"><sample', "中途断了"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><rdml version="1.1"/>', "不允许"),
        (write_rdml(plate(), made_at=MADE_AT)[:900], "打不开"),
        (b"\x00\x01\x02\x03" * 40, "不是文本"),
        ("品名,价钱\n鱼,3\n".encode(), "找不到表头"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(data, words):
    with pytest.raises(Invalid, match=words):
        read_instrument_file(data, "x")


@pytest.mark.parametrize("inner", ["rdml_data.xml", "[Content_Types].xml"])
def test_a_zip_bomb_is_refused_before_it_opens(inner):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inner, b"<rdml version='1.1'>" + b" " * 90_000_000)
    with pytest.raises(Invalid, match="太大"):
        read_instrument_file(buffer.getvalue(), "bomb.rdml")


def test_damaged_compressed_bytes_are_a_sentence():
    data = bytearray(write_rdml(plate(), made_at=MADE_AT))
    data[200:400] = bytes(200)
    with pytest.raises(Invalid, match="损坏"):
        read_instrument_file(bytes(data), "x.rdml")
