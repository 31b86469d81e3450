"""The fields that a column can be, by what the rows are about: an event, a figure, a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Shape(StrEnum):
    """How a field's cells are read."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    DEGREE = "degree"
    FLAG = "flag"
    CODE = "code"
    SPECIES = "species"
    PERIOD = "period"
    FIGURE = "figure"
    VERSION = "version"
    PERSON = "person"
    """Names natural persons: taken out before anything is kept."""


@dataclass(frozen=True)
class Field:
    """One field: its name in the values of a report, what people call it, how it is read."""

    name: str
    title: str
    shape: Shape = Shape.TEXT
    codes: Mapping[str, str] = field(default_factory=dict)
    """Ours → its word, for a field with a code list."""
    hint: str = ""


STATUSES: Mapping[str, str] = {"confirmed": "确诊", "suspected": "疑似", "denied": "排除"}
RESULTS: Mapping[str, str] = {
    "positive": "阳性",
    "negative": "阴性",
    "inconclusive": "可疑、需复检",
}
WATERS: Mapping[str, str] = {"fresh": "淡水", "brackish": "半咸水", "marine": "海水"}
KNOWN: Mapping[str, Mapping[str, str]] = {
    "status": {
        "确诊": "confirmed",
        "确认": "confirmed",
        "confirmed": "confirmed",
        "疑似": "suspected",
        "suspected": "suspected",
        "排除": "denied",
        "denied": "denied",
        "not confirmed": "denied",
    },
    "result": {
        "阳性": "positive",
        "positive": "positive",
        "+": "positive",
        "阴性": "negative",
        "negative": "negative",
        "-": "negative",
        "可疑": "inconclusive",
        "inconclusive": "inconclusive",
    },
    "water": {
        "淡水": "fresh",
        "freshwater": "fresh",
        "fresh": "fresh",
        "海水": "marine",
        "marine": "marine",
        "半咸水": "brackish",
        "brackish": "brackish",
    },
}
"""Words that mean one thing only: proposed for a column's code list, never applied unseen."""

WITHHELD = Field(
    "person",
    "含个人信息，不留",
    Shape.PERSON,
    hint="姓名、电话、身份证号、门牌号：读进来以前就去掉，存下的文件和原始行里都没有",
)
PLACES = (
    Field("country", "国家"),
    Field("admin1", "省（自治区、直辖市）"),
    Field("locality", "县（市、区）或地点", hint="写到县，才能对上本省的区划"),
    Field("place", "地点全称"),
    Field("latitude", "纬度", Shape.DEGREE, hint="中国在 18 到 54 之间"),
    Field("longitude", "经度", Shape.DEGREE, hint="中国在 73 到 135 之间"),
)
EVENT = (
    Field("disease", "疫病", hint="原样写法；怎么对到本国名录由病名对照表管"),
    Field("status", "状态（确诊、疑似、排除）", Shape.CODE, STATUSES),
    Field("serotype", "血清型"),
    *PLACES,
    Field("region", "大区"),
    Field("quality", "定位精度"),
    Field("observed_on", "发现日（发病日）", Shape.DAY),
    Field("confirmed_on", "确诊日", Shape.DAY),
    Field("reported_on", "报告日", Shape.DAY, hint="同一件事以报告日新的为准"),
    Field("ended_on", "结束日", Shape.DAY),
    Field("species_text", "品种", Shape.SPECIES),
    Field("at_risk", "存栏（易感）数", Shape.COUNT),
    Field("cases", "发病数", Shape.COUNT),
    Field("deaths", "死亡数", Shape.COUNT),
    Field("destroyed", "扑杀数", Shape.COUNT),
    Field("slaughtered", "屠宰数", Shape.COUNT),
    Field("vaccinated", "免疫数", Shape.COUNT),
    Field("diagnosis_source", "信息来源"),
    Field("water", "水体", Shape.CODE, WATERS),
    Field("is_wild", "是否野生", Shape.FLAG),
    Field("is_aquatic", "是否水生", Shape.FLAG),
    Field("reason", "报告原因"),
    Field("report_no", "报告号"),
    Field("event_ref", "事件编号（来源的）"),
    Field("national_ref", "国内编号"),
    Field("epi_unit", "流行病学单元"),
    Field("measures", "采取的措施"),
    Field("comment", "备注"),
    Field("version", "版本号（第几次报告）", Shape.VERSION, hint="有版本号的，版本大的为准"),
    WITHHELD,
)
FIGURE = (
    Field("element", "统计的是什么"),
    Field("value", "数值", Shape.FIGURE),
    Field("unit", "单位"),
    Field("period", "时期", Shape.PERIOD, hint="例如 2026-04、2026年4月、2026-Q2、2026"),
    Field("disease", "疫病"),
    Field("species", "品种"),
    *PLACES[:4],
    Field("org_unit", "填报单位"),
    Field("status", "状态"),
    Field("reported_on", "报告日", Shape.DAY),
    Field("comment", "备注"),
    Field("version", "版本号（第几次报告）", Shape.VERSION),
    WITHHELD,
)
SAMPLE = (
    Field("sample_no", "样品编号"),
    Field("point", "监测点编号"),
    Field("disease", "检测的疫病"),
    Field("result", "结果（阳性、阴性）", Shape.CODE, RESULTS),
    Field("species_text", "品种", Shape.SPECIES),
    Field("sampled_on", "采样日", Shape.DAY),
    Field("reported_on", "报告日", Shape.DAY),
    Field("individuals", "尾数（个体数）", Shape.COUNT),
    *PLACES,
    Field("method", "检测方法"),
    Field("lab", "检测单位"),
    Field("comment", "备注"),
    Field("version", "版本号（第几次报告）", Shape.VERSION),
    WITHHELD,
)
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "event": {one.name: one for one in EVENT},
    "figure": {one.name: one for one in FIGURE},
    "sample": {one.name: one for one in SAMPLE},
}
"""What rows are about → its fields by name. The names are those of `shape.Kind`."""
KIND_WORDS: Mapping[str, str] = {
    "event": "疫情：一行是一起疫病",
    "sample": "监测检测结果：一行是一份样品",
    "figure": "统计数：一行是一个数",
}
NEEDED: Mapping[str, frozenset[str]] = {
    "event": frozenset({"disease"}),
    "figure": frozenset({"element", "value", "period"}),
    "sample": frozenset({"disease", "result", "sampled_on"}),
}
"""Fields that a column or a constant must give."""
