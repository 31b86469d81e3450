"""A mapping by a person: guesses, day orders, problems, changes, and rows read by it. Tables."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from aquacert.kernel.errors import Invalid
from aquacert.surveillance.parsers.mapped import read_mapped
from aquacert.surveillance.parsers.shape import Asked, BadRow, Code
from aquacert.surveillance.parsers.tables import sheet_titles, table_rows
from aquacert.surveillance.rules.mapping.changes import changes
from aquacert.surveillance.rules.mapping.days import Doubt, Order, read_day, seen
from aquacert.surveillance.rules.mapping.guess import field_of, guess, kind_of, looks_swapped
from aquacert.surveillance.rules.mapping.spec import Column, Spec, names_of, spec_of, wrong_with

TODAY = date(2026, 5, 12)


def spec(*columns: Column, key: tuple[str, ...] = ("编号",), **more) -> Spec:
    """Return a mapping of events with a disease column and these besides."""
    return Spec(more.pop("kind", "event"), (Column("病", "disease"), *columns), key, **more)


def read(text: str | bytes, by: Spec) -> list:
    """Return what each row says: its values with the key, or the `BadRow`."""
    data = text.encode() if isinstance(text, str) else text
    opened = read_mapped(io.BytesIO(data), Asked(TODAY, mapping=by.as_dict()))
    return [
        row.said if isinstance(row.said, BadRow) else {**row.said[0].values, "key": row.said[0].key}
        for row in opened.rows
    ]


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2026-04-30", "2026/4/3", "2026年4月3日", "20260403", ""], Order.YMD),
        ([date(2026, 4, 3), datetime(2026, 4, 3, 8, 0)], Order.YMD),
        (["30/04/2026", "03/04/2026"], Order.DMY),
        (["03/04/2026", "04/30/2026"], Order.MDY),
        (["03-04-2026", "2.5.2026"], Doubt.BOTH),
        (["2026-04-30", "03/04/2026"], Doubt.BOTH),
        (["04/04/2026"], Order.YMD),
        (["30/04/2026", "04/30/2026"], Doubt.MIXED),
        (["", " "], Doubt.EMPTY),
        (["四月", "99/99/2026", "30/04/26"], Doubt.NONE),
    ],
)
def test_the_order_of_days_is_told_by_the_whole_column_or_not_at_all(cells, order):
    assert seen(cells).order is order


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2026", Order.DMY, date(2026, 4, 3)),
        ("03/04/2026", Order.MDY, date(2026, 3, 4)),
        ("03/04/2026", Order.YMD, None),
        ("2026-04-03", Order.MDY, date(2026, 4, 3)),
        ("2026年4月3日", Order.YMD, date(2026, 4, 3)),
        ("2026-04-03 08:15:00", Order.YMD, date(2026, 4, 3)),
        ("31/04/2026", Order.DMY, None),
        ("2026-04-03x", Order.YMD, None),
    ],
)
def test_a_day_is_read_in_its_order_only(text, order, day):
    assert read_day(text, order) == day


@pytest.mark.parametrize(
    ("head", "kind", "field"),
    [
        ("疫病名称", "event", "disease"),
        ("发病数（尾）", "event", "cases"),
        ("发病日期：", "event", "observed_on"),
        ("speciesDescription", "event", "species_text"),
        ("sumAtRisk", "event", "at_risk"),
        ("Outbreak_start_date", "event", "observed_on"),
        ("检测结果", "sample", "result"),
        ("检测结果", "event", None),
        ("塘口", "event", None),
    ],
)
def test_a_head_is_guessed_by_its_words_only(head, kind, field):
    assert field_of(kind, head) == field


def test_a_guess_leaves_what_it_cannot_tell():
    heads = [
        "序号",
        "省",
        "县",
        "病名",
        "确认状态",
        "发现时间",
        "报告日期",
        "发病数",
        "发病尾数",
        "负责人",
    ]
    rows = [
        ["1", "江苏省", "六合区", "白斑综合征", "确诊", "03/04/2026", "30/04/2026", "3", "3", "×"]
    ]
    found = guess(kind_of(heads), heads, rows)
    by_name = {one.name: one for one in found.columns}
    assert by_name["确认状态"].codes == {"确诊": "confirmed"}
    assert by_name["报告日期"].order == "dmy"
    assert by_name["发现时间"].order == ""  # both ways: a person says
    assert "发病尾数" not in by_name  # 发病数 came first
    assert by_name["负责人"].field == "person"  # not kept unless a person says otherwise
    assert found.key == ("序号",)
    assert found.constants == {"country": "中国"}  # our own table names no country
    assert guess("event", ["Id", "disease"], []).constants == {}
    assert "日期是哪种写法" in " ".join(p.sentence for p in wrong_with(found, heads))
    assert kind_of(["样品编号", "采样日期", "结果"]) == "sample"
    assert kind_of(["指标", "数值", "时期"]) == "figure"


@pytest.mark.parametrize(
    ("by", "heads", "sentence"),
    [
        (spec(Column("名", "disease")), ["编号", "病", "名"], "2 列都当作了“疫病”"),
        (spec(), ["编号", "病", "病"], "分不清用哪一列"),
        (spec(), ["编号"], "没有“病”这一列"),
        (spec(key=()), ["编号", "病"], "认得出同一件事"),
        (spec(Column("日", "observed_on")), ["编号", "病", "日"], "哪种写法"),
        (spec(Column("纬", "latitude")), ["编号", "病", "纬"], "要么都读"),
        (spec(Column("态", "status", codes={"a": "x"})), ["编号", "病", "态"], "不认得的代码"),
        (spec(constants={"disease": "x"}), ["编号", "病"], "不能又填固定内容"),
        (Spec("event", (), ("编号",)), ["编号"], "还没有哪一列是“疫病”"),
        (spec(kind="thing"), ["编号", "病"], "一行是什么"),
        (spec(constants={"country": "中国"}), ["编号", "病", "别的"], ""),
    ],
)
def test_what_stands_in_the_way_is_said_in_one_sentence(by, heads, sentence):
    problems = [one.sentence for one in wrong_with(by, heads)]
    assert problems == [] if not sentence else any(sentence in one for one in problems)


def test_versions_differ_in_sentences():
    old = spec(
        Column("日", "observed_on", "dmy"), Column("态", "status", codes={"确": "confirmed"})
    )
    new = spec(
        Column("日", "observed_on", "mdy"),
        Column("态", "status", codes={"确": "confirmed", "疑": "suspected"}),
        Column("数", "cases", zero_unknown=True),
        datum="gcj02",
        constants={"country": "中国"},
    )
    said = "\n".join(changes(old, new))
    assert "“日”列的日期：日/月/年 → 月/日/年" in said
    assert "“疑”：没有列入 → 疑似" in said
    assert "“数”列：新增，当作“发病数”" in said
    assert "坐标系：WGS84 → GCJ02" in said
    assert "“国家”：无 → 中国" in said
    assert changes(new, spec_of(new.as_dict())) == []
    assert spec_of(new.as_dict()).digest == new.digest != old.digest


def test_swapped_columns_are_noticed_where_they_can_be():
    assert looks_swapped([118.8, 119.1], [32.3, 32.1])
    assert looks_swapped([87.6], [43.8])  # both within ± 90: only China the other way round
    assert not looks_swapped([32.3, 0], [118.8, 0])
    assert not looks_swapped([-33.0], [70.0])


FULL = spec(
    Column("日", "observed_on", "dmy"),
    Column("态", "status", codes={"确诊": "confirmed", "无": ""}),
    Column("数", "cases", zero_unknown=True),
    Column("野", "is_wild"),
    Column("种", "species_text", separator="、"),
    Column("纬", "latitude"),
    Column("经", "longitude"),
    constants={"country": "中国"},
)
HEAD = "编号;病;日;态;数;野;种;纬;经;;"


def test_every_way_of_writing_a_cell_is_read_and_the_bad_rows_are_named():
    rows = [
        "1;鲤春病毒血症 ;30/04/2026;确诊;0;VRAI;鲤、鲫;32,34;118,84;;",
        "2;X;2026-04-01;无;5;FAUX;;;;",
        "3;X;04/30/2026;;;;;;",
        "4;X;;待定;;;;;;",
        "5;X;;;1,000;;;;;",
        "6;X;;;;peut-être;;;;",
        "7;X;;;;;;118.8;32.3;",
        "8;;;;;;;;;",
        "9;X;;;=1+1;;;;;",
        ";X;;;;;;;;",
        "11;X;13/05/2026;;;;;;;",
        "12;X",
    ]
    text = "\ufeff" + "\r\n".join([HEAD, *rows])
    found = read(text.encode("utf-16"), FULL)
    assert found == read(text.lstrip("\ufeff").encode("gb18030"), FULL)
    assert found == read(text.replace(";", "\t"), FULL)
    assert found[0] == {
        "country": "中国",
        "disease": "鲤春病毒血症",
        "observed_on": "2026-04-30",
        "status": "confirmed",
        "cases": None,
        "is_wild": True,
        "species_text": "鲤、鲫",
        "species": [{"kind": "", "name": one, "latin": ""} for one in ("鲤", "鲫")],
        "latitude": 32.34,
        "longitude": 118.84,
        "key": "1",
    }
    assert found[1]["status"] is None
    assert found[1]["cases"] == 5
    assert [(one.code, one.column) for one in found[2:]] == [
        (Code.DATE, "日"),
        (Code.CHOICE, "态"),
        (Code.NUMBER, "数"),
        (Code.CHOICE, "野"),
        (Code.SWAPPED, "纬"),
        (Code.MISSING, "病"),
        (Code.FORMULA, "数"),
        (Code.MISSING, "编号"),
        (Code.FUTURE, "日"),
        (Code.COLUMNS, ""),
    ]


def test_a_file_whose_days_are_the_other_way_round_is_refused_whole():
    with pytest.raises(Invalid, match="不是约定的 日/月/年（看第 3 行）"):
        read("编号,病,日\n1,X,03/04/2026\n2,X,04/30/2026", spec(Column("日", "observed_on", "dmy")))
    with pytest.raises(Invalid, match="没有“病”这一列"):
        read("编号,疾病\n1,X", spec())


def test_several_columns_make_a_key_a_version_outranks_and_gcj02_is_converted_once():
    by = Spec(
        "event",
        (
            Column("病", "disease"),
            Column("日", "observed_on", "mdy"),
            Column("版", "version"),
            Column("y", "latitude"),
            Column("x", "longitude"),
        ),
        ("县", "病", "日"),
        datum="gcj02",
    )
    text = "县,病,日,版,y,x,另\n六合区,WSD,04/30/2026,2,32.0,118.8,z\n,WSD,04/30/2026,2,,,z"
    opened = read_mapped(io.BytesIO(text.encode()), Asked(TODAY, mapping=by.as_dict()))
    good, bad = (row.said for row in opened.rows)
    [said] = good
    assert said.key == "六合区 | WSD | 2026-04-30"
    assert said.rank.startswith("v00000000000000000002 ")
    assert said.values["latitude"] != 32.0
    assert abs(said.values["latitude"] - 32.0) < 0.01
    assert "version" not in said.values
    assert (bad.code, bad.column) == (Code.MISSING, "县")


def test_figures_and_samples_are_read_by_their_own_fields():
    figure = Spec(
        "figure",
        (Column("指标", "element"), Column("数值", "value"), Column("月份", "period")),
        ("指标", "月份"),
        decimal_comma=True,
    )
    found = read("指标;数值;月份\n发病面积;3,5;2026年4月\n死亡;1.200;2026-04\n死亡;1;四月", figure)
    assert [one["value"] for one in found[:2]] == ["3.5", 1200]
    assert found[0]["period"] == "2026-04"
    assert found[2].code is Code.PERIOD
    sample = Spec(
        "sample",
        (
            Column("病", "disease"),
            Column("结果", "result", codes={"+": "positive", "-": "negative"}),
            Column("日", "sampled_on", "ymd"),
        ),
        ("样号",),
    )
    found = read("样号,病,结果,日\na1,WSD,-,2026/4/3\na2,WSD,+,2026/4/3\na3,WSD,,2026/4/3", sample)
    assert [one["result"] for one in found[:2]] == ["negative", "positive"]
    assert found[0]["result_written"] == "-"
    assert (found[2].code, found[2].column) == (Code.MISSING, "结果")


def test_a_workbook_is_read_from_the_sheet_and_row_that_the_mapping_names():
    book = Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("五月")
    for row in (
        ["某县水产疫情"],
        [],
        ["编号", "病", "日", "数"],
        [1, "白斑综合征", datetime(2026, 4, 3), 12.0],
        [2, "白斑综合征", date(2026, 4, 4), "=1+1"],
        [3, "白斑综合征"],
    ):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    by = spec(Column("日", "observed_on", "dmy"), Column("数", "cases"), header_row=3, sheet="五月")
    assert sheet_titles(io.BytesIO(kept.getvalue())) == ["说明", "五月"]
    one, two, three = read(kept.getvalue(), by)
    assert (one["key"], one["observed_on"], one["cases"]) == ("1", "2026-04-03", 12)
    assert (two.code, two.value) == (Code.FORMULA, "=1+1")
    assert three["observed_on"] is None
    with pytest.raises(Invalid, match="没有名为“六月”的工作表"):
        list(table_rows(io.BytesIO(kept.getvalue()), "六月"))


def test_heads_are_named_trimmed_and_by_place():
    assert names_of([" 病 \n名", None, "数", "", None]) == ["病 名", "第2列", "数"]
