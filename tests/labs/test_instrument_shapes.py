"""Every shape an instrument's file comes in: RDML of each version, plates of each form, curves, tables of each software."""

import io
import json
import zipfile
from decimal import Decimal
from importlib import import_module

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from aquacert.kernel.errors import Invalid
from labs.instruments.cli import labs
from labs.instruments.documents import write_rdml
from labs.instruments.parsers import rdml_walk, read_instrument_file
from labs.instruments.parsers.rdml_points import lifted
from labs.instruments.parsers.shipped import shipped
from labs.instruments.rules import RefusalCode, Role, Why
from labs.instruments.rules.profiles import BadProfile, ProfileRow, profile_of
from tests.labs.test_instrument_files import MADE_AT, plate, rdml, shared, workbook

POINTS = "<adp><cyc>1</cyc><fluor>0.5</fluor></adp><adp><cyc>40</cyc><fluor>2.5</fluor></adp>"


def one_run(react: str, plate_form: str = "", version: str = "1.2", head: str = "") -> bytes:
    return rdml(
        f'<sample id="S1"><type>unkn</type></sample><target id="T"/>{head}'
        f'<experiment id="e"><run id="r">{plate_form}{react}</run></experiment>',
        version,
    )


def react(identity: str, extra: str = "") -> str:
    return (
        f'<react id="{identity}"><sample id="S1"/><data><tar id="T"/><cq>21.123456</cq>{extra}'
        "</data></react>"
    )


def form(rows, columns, row="ABC", column="123"):
    return (
        f"<pcrFormat><rows>{rows}</rows><columns>{columns}</columns><rowLabel>{row}</rowLabel>"
        f"<columnLabel>{column}</columnLabel></pcrFormat>"
    )


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
def test_every_version_is_read_with_each_digit_and_each_point(version):
    read = read_instrument_file(one_run(react("A1", POINTS), version=version), "x", curves=True)
    [reading] = read.readings
    assert (reading.cq, reading.well, read.cycle_cap) == (Decimal("21.123456"), "A1", 40)
    assert reading.amplification == ((1.0, 0.5), (40.0, 2.5))


@pytest.mark.parametrize(
    ("plate_form", "identity", "well"),
    [
        (form(8, 12), "13", "B1"),
        (form(16, 24), "384", "P24"),
        (form(32, 48), "1536", "AF48"),
        (form(12, 8, "123", "ABC"), "2", "B1"),
        (form(72, 1, "123", "123"), "40", "40"),
        (form(2, 3, "ABC", "ABC"), "5", "B-B"),
        (form(32, 96, "A1a1", "A1a1"), "3072", "D12h8"),
        (form(-1, 1, "123", "123"), "7", "7"),
        ("<pcrFormat>384-well plate; A1-P24</pcrFormat>", "25", "B1"),
        ("<pcrFormat>384-well plate; A1-P24</pcrFormat>", "p24", "P24"),
        ("<pcrFormat>72-well rotor; 1-72</pcrFormat>", "72", "72"),
        ("<pcrFormat>free format</pcrFormat>", "tube 3", "tube 3"),
        ("", "5", "5"),
    ],
)
def test_a_reaction_stands_where_the_plate_says(plate_form, identity, well):
    [reading] = read_instrument_file(one_run(react(identity), plate_form), "x").readings
    assert reading.well == well


def test_excluded_means_excluded_however_it_is_written():
    for written in ("<excl>drop</excl>", "<excl/>", "<excl>false</excl>"):
        [reading] = read_instrument_file(one_run(react("A1", written)), "x").readings
        assert (reading.cq, reading.why) == (None, Why.EXCLUDED)


def test_runs_of_one_name_in_two_experiments_stay_two():
    run = f'<run id="1"><cqDetectionMethod>second derivative maximum</cqDetectionMethod>{react("A1")}</run>'
    body = f'<experiment id="a">{run}</experiment><experiment id="b">{run}</experiment>'
    read = read_instrument_file(rdml(body), "x")
    assert [r.run for r in read.readings] == ["a/1", "b/1"]
    assert (read.refusals, read.cq_method) == ((), "second derivative maximum")


def test_prefixes_encodings_and_melting_points_change_nothing():
    body = (
        '<r:rdml xmlns:r="http://www.rdml.org" version="1.2"><r:sample id="{s}"><r:type>unkn</r:type>'
        '</r:sample><r:experiment id="e"><r:run id="1"><r:react id="A1"><r:sample id="{s}"/><r:data>'
        '<r:tar id="T"/><r:cq>20</r:cq><r:adp><r:cyc>40</r:cyc><r:fluor>3</r:fluor></r:adp>'
        "<r:mdp><r:tmp>60</r:tmp><r:fluor>4</r:fluor></r:mdp></r:data></r:react></r:run>"
        "</r:experiment></r:rdml>"
    ).replace("{s}", "盲样")
    for coding in ("utf-8", "gb18030", "utf-16"):
        text = f'<?xml version="1.0" encoding="{coding}"?>{body}'
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("任意.dat", text.encode(coding))
        [reading] = read_instrument_file(buffer.getvalue(), "x", curves=True).readings
        assert (reading.sample, reading.cq) == ("盲样", Decimal(20))
        assert (reading.amplification, reading.melt) == (((40.0, 3.0),), ((60.0, 4.0),))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<adp><cyc>1</cyc><fluor>0.5</fluor></adp>",
                "<adp>\n <cyc>2</cyc>\n <tmp>60.1</tmp><fluor>1e-3</fluor></adp>",
                "<adp><cyc>3</cyc><fluor>NaN</fluor></adp>",
                "<adp><fluor>3</fluor><cyc>3</cyc></adp>",
                "<mdp><tmp>70.5</tmp><fluor>9</fluor></mdp>",
                "<adp note='x'><cyc>4</cyc><fluor>4</fluor></adp>",
                "<adp><cyc>&#53;</cyc><fluor>5</fluor></adp>",
                "<!-- <adp><cyc>6</cyc><fluor>6</fluor></adp> -->",
                "<adp><cyc>7</cyc><fluor></fluor></adp>",
                "<?x <adp><cyc>8</cyc><fluor>8</fluor></adp> ?>",
                "<![CDATA[<adp><cyc>9</cyc><fluor>9</fluor></adp>]]>",
                '<adp curve-lifted="0"/>',
                "<adp><cyc>1e999</cyc><fluor>9</fluor></adp>",
                "<adp><cyc>1.2.3</cyc><fluor>9</fluor></adp>",
                " ",
            ]
        ),
        max_size=12,
    )
)
def test_lifting_the_curves_out_changes_nothing_that_is_read(points):
    data = one_run(react("A1", "".join(points)) + react("A2", "".join(reversed(points))))
    quick = rdml_walk.walked(data).experiments[0].runs[0]
    rdml_walk.lifted = lambda xml: (xml, [])
    try:
        slow = rdml_walk.walked(data).experiments[0].runs[0]
    finally:
        rdml_walk.lifted = lifted
    for ours, theirs in zip(quick.measured, slow.measured, strict=True):
        assert ours == theirs
    assert quick.last_cycle == slow.last_cycle


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<rdml version="1.2">' + b"<a>" * 5000, "层次太深"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rdml version="1.2">&a;</rdml>', "不允许"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><rdml version="1.2"/>', "不允许"),
        (b'<rdml version="1.2">&nope;</rdml>', "中途断了"),
        (b'<?xml version="1.0" encoding="klingon"?><rdml version="1.2"/>', "中途断了"),
    ],
)
def test_hostile_xml_is_a_sentence(data, words):
    with pytest.raises(Invalid, match=words):
        read_instrument_file(data, "x")


def test_a_zip_in_a_zip_is_not_opened():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.zip", write_rdml(plate(), made_at=MADE_AT))
    with pytest.raises(Invalid, match="没有 RDML"):
        read_instrument_file(inner.getvalue(), "x.rdml")


def table(text: str) -> bytes:
    return text.encode()


def test_a_blank_cq_is_nothing_detected_only_where_the_software_is_known_to_write_it_so():
    quantstudio = table("Well Position,Sample Name,Target Name,Task,CT\nA1,S1,T,UNKNOWN,\n")
    assert read_instrument_file(quantstudio, "x").readings[0].why is Why.NO_CQ
    other = table("Well,Sample,Target,Task,Ct\nA1,S1,T,UNKNOWN,\n")
    assert read_instrument_file(other, "x").refusals[0].code is RefusalCode.CQ_BLANK
    newer = "Well Position,Omit,Sample,Target,Task,Amp Status,Cq,Cq Mean\n"
    newer += "A1,false,S1,T,UNKNOWN,No Amp,UNDETERMINED,\nA2,true,S1,T,UNKNOWN,Amp,22.1,22\n"
    read = read_instrument_file(table(newer), "x")
    assert read.profile == "quantstudio-da v1"
    assert [r.why for r in read.readings] == [Why.NO_CQ, Why.EXCLUDED]


def test_the_amplification_sheet_gives_the_curves():
    data = workbook(
        [["Well Position", "Sample Name", "Target Name", "CT"], ["A1", "S1", "T", 20]],
        [
            ["Well", "Well Position", "Cycle", "Target Name", "Rn", "Delta Rn"],
            [1, "A1", 1, "T", "1,234.5", 3],
        ],
    )
    [reading] = read_instrument_file(data, "x.xlsx", curves=True).readings
    assert reading.amplification == ((1.0, 1234.5),)


def test_merged_cells_are_refused_with_their_rows():
    book = Workbook()
    sheet = book.active
    for row in (["Sample", "Target", "Ct"], ["S1", "T", 20], ["S2", "T", 21], ["S3", "T", 22]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    buffer = io.BytesIO()
    book.save(buffer)
    read = read_instrument_file(buffer.getvalue(), "x.xlsx")
    assert [(r.row, r.code) for r in read.refusals] == [
        (n, RefusalCode.MERGED_CELLS) for n in (2, 3)
    ]
    assert [r.sample for r in read.readings] == ["S3"]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Well,Sample,Target,Ct", "24.{n},S{n},T,A{n}"),
        ("Well,Sample,Target,Ct", "M7K2-000{n},A{n},T,24.{n}"),
        ("Well,Sample,Target,Ct", "A{n},S{n},24.{n},T"),
    ],
)
def test_swapped_columns_are_said_once_for_the_file(head, line):
    text = "\n".join([head, *(line.format(n=n) for n in range(1, 9))])
    read = read_instrument_file(table(text), "x")
    assert read.readings == ()
    assert [(r.row, r.code) for r in read.refusals] == [(0, RefusalCode.COLUMNS_SWAPPED)]


@pytest.mark.parametrize(
    "word", ["阴 性", "阴性", "<LOD", "ND", "N/A", "-", "neg", "≤35", ">40", "1e1"]
)
def test_no_word_is_read_as_negative_unless_a_profile_says_so(word):
    read = read_instrument_file(table(f"Sample,Target,Ct\nS1,T,{word}\n"), "x")
    assert read.readings == ()
    assert read.refusals[0].value == word


ROWS = [
    ProfileRow("column", "sample", 1, "编码"),
    ProfileRow("column", "target", 1, "通道"),
    ProfileRow("column", "cq", 1, "值"),
    ProfileRow("column", "well", 1, "位"),
    ProfileRow("column", "role", 1, "类"),
    ProfileRow("no_cq", "", 1, "NoSignal"),
    ProfileRow("task", "空", 1, "ntc"),
    ProfileRow("setting", "decimal", 1, ","),
    ProfileRow("setting", "wells", 1, "number384"),
    ProfileRow("setting", "cycle_cap", 1, "45"),
]


def test_a_laboratorys_own_profile_reads_its_own_table():
    text = "位\t编码\t通道\t类\t值\n25\tS1\tT\t\t36,8\n26\tS2\tT\t空\tNoSignal\n27\tS3\tT\t\t45\n"
    read = read_instrument_file(table(text), "x", profiles=[profile_of("own", 3, ROWS)])
    assert read.profile == "own v3"
    assert [(r.well, r.role, r.cq, r.why) for r in read.readings] == [
        ("B1", Role.UNKNOWN, Decimal("36.8"), Why.DETECTED),
        ("B2", Role.NTC, None, Why.NO_CQ),
        ("B3", Role.UNKNOWN, None, Why.AT_CAP),
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ProfileRow("no_cq", "", 1, "0"), "no_cq"),
        (ProfileRow("no_cq", "", 1, "<LOD"), "no_cq"),
        (ProfileRow("no_cq", "", 1, "ND"), "no_cq"),
        (ProfileRow("no_cq", "", 1, "阴性"), "no_cq"),
        (ProfileRow("no_cq", "", 1, "Error"), "no_cq"),
        (ProfileRow("column", "target", 1, "值"), "target"),
        (ProfileRow("task", "x", 1, "maybe"), "tasks"),
        (ProfileRow("setting", "cycle_cap", 1, "400"), "cycle_cap"),
    ],
)
def test_rows_that_make_no_profile_are_refused_at_their_field(row, field):
    rows = [each for each in ROWS if each[:2] != row[:2] or each.kind in {"no_cq", "column"}]
    with pytest.raises(BadProfile) as refused:
        profile_of("own", 1, [*rows, row])
    assert refused.value.field_name == field


def test_the_shipped_profiles_are_whole():
    assert [profile.label for profile in shipped()] == [
        "quantstudio v1",
        "quantstudio-da v1",
        "plain v1",
    ]


@pytest.mark.parametrize("name", ["stepone_std.rdml", "lc96_bACTXY.rdml"])
def test_the_shared_files_say_the_same_as_the_reference_reader(name, tmp_path):
    reference = import_module("rdmlpython")
    path = tmp_path / name
    path.write_bytes(shared(name))
    told = CliRunner().invoke(
        labs, ["read", "--json", "--curves", str(path)], catch_exceptions=False
    )
    ours = json.loads(told.output)["readings"]
    runs = [run for e in reference.Rdml(str(path)).experiments() for run in e.runs()]
    theirs = [
        (float(data["cq"]), [[float(p[0]), float(p[1])] for p in data["adps"]])
        for run in runs
        for each in run.getreactjson()["reacts"]
        for data in each["datas"]
    ]
    assert [each["amplification"] for each in ours] == [points for _, points in theirs]
    assert all(
        mine["cq"] == cq if mine["cq"] is not None else cq >= 40
        for mine, (cq, _) in zip(ours, theirs, strict=True)
    )
