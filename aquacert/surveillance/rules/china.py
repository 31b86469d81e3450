"""The two templates that this house publishes for 测报 (monthly) and 监测 (samples): their columns.

The layout is ours: the columns of the official forms (SC/T 7020-2016; the plan's sample form)
could not be read, so the fields are those recalled of them (sureness: unverified). A file is read
by the names of its columns, in any order, with or without the unit in brackets; columns that are
not known stay in the raw row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kept(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    LIST = "list"
    COUNT = "count"
    AMOUNT = "amount"
    DEGREE = "degree"
    WARMTH = "warmth"
    DAY = "day"
    MONTH = "month"
    RESULT = "result"
    DATUM = "datum"


KEPT_WORDS: Mapping[Kept, str] = {
    Kept.TEXT: "文字",
    Kept.LIST: "文字，可以几项，用顿号隔开",
    Kept.COUNT: "不小于 0 的整数",
    Kept.AMOUNT: "不小于 0 的数，可以有小数",
    Kept.DEGREE: "度，最多 6 位小数",
    Kept.WARMTH: "摄氏度，如 24.5",
    Kept.DAY: "日期，如 2026-05-09",
    Kept.MONTH: "月份，如 2026-04",
    Kept.RESULT: "阳性、阴性或可疑",
    Kept.DATUM: "WGS84 或 GCJ02，不填就是 WGS84",
}


@dataclass(frozen=True)
class Column:
    """One column of a template."""

    field: str
    head: str
    kept: Kept
    note: str
    example: str
    is_needed: bool = False


@dataclass(frozen=True)
class Template:
    """One form: its file's name, the sheet's title, its columns."""

    name: str
    title: str
    columns: Sequence[Column]


NO_DISEASE = frozenset({"无", "无病", "未发病", "没有", "none"})
MONTHLY = Template(
    "china_monthly",
    "测报月报",
    (
        Column("point", "监测点编号", Kept.TEXT, "备案时给的编号", "320116-03", True),
        Column("period", "月份", Kept.MONTH, "报哪一个月", "2026-04", True),
        Column("species_text", "养殖品种", Kept.TEXT, "名称或代码", "凡纳滨对虾", True),
        Column("mode", "养殖方式", Kept.TEXT, "池塘、网箱、工厂化，海水或淡水", "淡水池塘", False),
        Column("monitored_area", "监测面积（亩）", Kept.AMOUNT, "这个品种的", "120.5", False),
        Column("stocked", "监测数量（尾）", Kept.COUNT, "这个品种的存塘数", "500000", False),
        Column("disease", "病名", Kept.TEXT, "名称或代码；没有发病写“无”", "白斑综合征", True),
        Column("diseased_area", "发病面积（亩）", Kept.AMOUNT, "不大于监测面积", "10", False),
        Column("area_stock", "发病区域数量（尾）", Kept.COUNT, "发病区域里养的", "40000", False),
        Column("cases", "发病数量（尾）", Kept.COUNT, "不多于发病区域里养的", "8000", False),
        Column("deaths", "死亡数量（尾）", Kept.COUNT, "不多于发病区域里养的", "3000", False),
        Column("water_temperature", "水温（℃）", Kept.WARMTH, "-2 到 45", "24.5", False),
        Column("loss", "经济损失（元）", Kept.AMOUNT, "", "12000", False),
        Column("measures", "处理措施", Kept.LIST, "", "消毒、送检", False),
        Column("basis", "诊断依据", Kept.LIST, "凭什么判断是这种病", "实验室报告", False),
        Column(
            "reported_on", "填报日期", Kept.DAY, "更正时写更正的日期：新的算数", "2026-05-03", False
        ),
        Column("comment", "备注", Kept.TEXT, "不要写人名和电话", "", False),
    ),
)
SAMPLES = Template(
    "china_samples",
    "监测样品结果",
    (
        Column("sample_no", "样品编号", Kept.TEXT, "一份样品一个", "NJ26-0117", True),
        Column("point", "监测点编号", Kept.TEXT, "备案时给的编号", "320116-03", False),
        Column("admin1", "省", Kept.TEXT, "", "江苏省", False),
        Column("place", "县（市、区）", Kept.TEXT, "名称或区划代码", "六合区", False),
        Column("locality", "地点", Kept.TEXT, "到乡镇，不写人名", "龙袍街道", False),
        Column("longitude", "经度", Kept.DEGREE, "", "118.95", False),
        Column("latitude", "纬度", Kept.DEGREE, "", "32.25", False),
        Column("datum", "坐标系", Kept.DATUM, "手机地图的坐标是 GCJ02", "WGS84", False),
        Column("sampled_on", "采样日期", Kept.DAY, "", "2026-04-20", True),
        Column("species_text", "品种", Kept.TEXT, "名称或代码", "凡纳滨对虾", False),
        Column("size", "规格", Kept.TEXT, "", "P10", False),
        Column("individuals", "个体数", Kept.COUNT, "这份样品有多少尾", "150", False),
        Column("water_temperature", "水温（℃）", Kept.WARMTH, "采样时", "24", False),
        Column("disease", "检测病种", Kept.TEXT, "一行一种病：名称或代码", "白斑综合征", True),
        Column("method", "检测方法", Kept.TEXT, "", "GB/T 28630.2", False),
        Column("lab", "检测单位", Kept.TEXT, "", "", False),
        Column("result", "检测结果", Kept.RESULT, "", "阴性", True),
        Column("genotype", "测序分型", Kept.TEXT, "阳性样品", "", False),
        Column(
            "reported_on", "报告日期", Kept.DAY, "更正时写更正的日期：新的算数", "2026-04-28", False
        ),
        Column("comment", "备注", Kept.TEXT, "不要写人名和电话", "", False),
    ),
)
RESULTS: Mapping[str, str] = {
    "阳性": "positive",
    "检出": "positive",
    "+": "positive",
    "positive": "positive",
    "阴性": "negative",
    "未检出": "negative",
    "negative": "negative",
    "可疑": "inconclusive",
    "疑似": "inconclusive",
    "不确定": "inconclusive",
    "±": "inconclusive",
    "inconclusive": "inconclusive",
}
"""A lone `-` is not here: it may mean negative, and it may mean that nothing was written."""


def plain_head(written: str) -> str:
    """Return a head as heads are compared: one width, no unit in brackets, no mark, no blanks."""
    folded = unicodedata.normalize("NFKC", written).casefold()
    return re.sub(r"\(.*?\)|[\s*]", "", folded)


def heads(template: Template) -> list[str]:
    """Return the head row of a template; `*` marks the columns that must be filled."""
    return [f"{one.head}*" if one.is_needed else one.head for one in template.columns]


def fields(template: Template) -> dict[str, Column]:
    """Return the columns by what a head may say: their Chinese head or the field's name."""
    found = {plain_head(one.head): one for one in template.columns}
    return found | {one.field: one for one in template.columns}
