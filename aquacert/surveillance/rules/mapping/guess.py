"""What a column may be, by its head and its first cells: a proposal that a person confirms.

Header words in Chinese, English and those that WAHIS and EMPRES-i files carry. A head that fits two
fields proposes neither; two columns that fit one field propose it for the first only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aquacert.surveillance.rules.mapping.days import Order, seen
from aquacert.surveillance.rules.mapping.fields import FIELDS, KNOWN, WITHHELD, Field, Shape
from aquacert.surveillance.rules.mapping.spec import Column, Spec, bare

WORDS: Mapping[str, str] = {
    "disease": "疫病 疾病 病名 病种 疫病名称 疾病名称 检测疫病 检测项目 发生疫病 disease disease_eng"
    " disease_name diseasename maladie",
    "status": "状态 确认状态 诊断状态 诊断结论 是否确诊 status eventstatus diagnosis_status",
    "serotype": "血清型 基因型 serotype serotypes strain sero_sub_genotype_eng",
    "country": "国家 国别 country country_name iso_code pays",
    "admin1": "省 省份 省市 省级 所在省 admin1 province state level1_name level_1",
    "locality": "县 区县 县区 县市区 县（市、区） 市县 地点 发生地点 发病地点 养殖场所在地 locality"
    " localityname location_name city admin2 district county",
    "place": "地址 详细地址 发生地址 address place location",
    "region": "大区 region world_region",
    "latitude": "纬度 北纬 lat latitude y",
    "longitude": "经度 东经 lon lng long longitude x",
    "quality": "定位精度 localityquality location_approx quality",
    "observed_on": "发病日期 发现日期 发生日期 发病时间 发现时间 发生时间 observationdate"
    " observation_date event_start_date outbreak_start_date start_date onset_date date_observed",
    "confirmed_on": "确诊日期 确诊时间 确认日期 event_confirm_date confirmation_date confirmed_date",
    "reported_on": "报告日期 报告时间 上报日期 上报时间 填报日期 填报时间 reportingdate report_date"
    " submission_date reporting_date date_reported",
    "ended_on": "结束日期 扑灭日期 解除日期 outbreak_end_date end_date event_closing_date",
    "species_text": "品种 养殖品种 发病品种 动物 种类 易感动物 species speciesdescription animal host",
    "at_risk": "存栏 存栏数 存塘 存塘量 易感数 养殖数量 sumatrisk susceptible at_risk",
    "cases": "发病数 发病数量 发病尾数 病例数 sumcases cases",
    "deaths": "死亡数 死亡数量 死亡尾数 死亡 sumdeaths deaths dead",
    "destroyed": "扑杀数 销毁数 无害化处理数 sumdestroyed killed_disposed destroyed",
    "slaughtered": "屠宰数 sumslaughtered slaughtered",
    "vaccinated": "免疫数 接种数 vaccinated",
    "diagnosis_source": "信息来源 来源 数据来源 source diagnosis source diagnosis_source",
    "water": "水体 水体类型 water watertype",
    "is_wild": "是否野生 野生 is_wild wild",
    "is_aquatic": "是否水生 is_aquatic",
    "reason": "报告原因 reason event_reason",
    "report_no": "报告号 报告编号 文号 report_id report_no",
    "event_ref": "事件编号 疫情编号 event_id epi_event_id",
    "national_ref": "国内编号 national_ref oie_reference ob_national_reference",
    "epi_unit": "流行病学单元 epi_unit epidemiological_unit",
    "measures": "措施 处置措施 防控措施 measures control_measures",
    "comment": "备注 说明 comment comments remark remarks note",
    "version": "版本 版本号 version report_number",
    "element": "指标 统计项目 项目 element dataelement indicator",
    "value": "数值 值 数量 value count",
    "unit": "单位 计量单位 unit",
    "period": "时期 月份 报告期 统计期 年月 period month",
    "org_unit": "填报单位 上报单位 机构 orgunit org_unit organisation",
    "species": "品种 养殖品种 种类 species",
    "sample_no": "样品编号 样品号 样本编号 样编号 sample_no sample_id sampleid labsampleid",
    "point": "监测点 监测点编号 监测点号 监测点代码 采样点 point point_code site",
    "result": "结果 检测结果 检验结果 result testresult",
    "sampled_on": "采样日期 抽样日期 采样时间 抽样时间 sampled_on sample_date sampling_date",
    "individuals": "尾数 样品数量 采样数量 采样尾数 individuals number_sampled",
    "method": "检测方法 检验方法 方法 method test_method",
    "lab": "检测单位 检验单位 实验室 检测机构 lab laboratory testlabname",
    "person": "姓名 户主 养殖户 养殖户姓名 负责人 法人 法定代表人 联系人 联系方式 联系电话 电话 手机"
    " 手机号 手机号码 电话号码 身份证 身份证号 身份证号码 门牌号 填报人 填表人 报告人 上报人 采样人"
    " 送样人 检测人 审核人 签名 farmer owner contact phone telephone mobile tel reporter email"
    " storedby",
}
"""Field → words for it, parted by blanks."""
KEYS = frozenset(
    [
        "编号",
        "序号",
        "id",
        "事件编号",
        "疫情编号",
        "样品编号",
        "样品号",
        "样本编号",
        "记录编号",
        "报告编号",
        "event",
        "id",
        "event_id",
        "outbreak_id",
        "sample_no",
        "sample_id",
        "sampleid",
        "uid",
        "key",
    ]
)
"""Heads that commonly name the subject; a plain running number is proposed last."""
UNITS = re.compile(r"[（(\[【].*?[）)\]】]|[:：*＊]|\s+")


def guess(kind: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Spec:
    """Return a proposed mapping: what each head and the first rows suggest, gaps where they do not."""
    columns: list[Column] = []
    taken: set[str] = set()
    for place, head in enumerate(heads):
        name = field_of(kind, head)
        if name is None or (name in taken and name != WITHHELD.name) or heads.count(head) > 1:
            continue
        taken.add(name)
        cells = [row[place] if place < len(row) else None for row in rows]
        columns.append(column_of(FIELDS[kind][name], head, cells))
    return Spec(kind, tuple(columns), key_of(kind, heads, columns), _constants(kind, heads, taken))


def kind_of(heads: Sequence[str]) -> str:
    """Return what the rows seem to be about: the kind that knows most of the heads."""
    own = {
        "sample": {"result", "sampled_on", "sample_no"},
        "figure": {"value", "element", "period"},
    }
    for kind, fields in own.items():
        if len(fields & {field_of(kind, head) for head in heads}) >= 2:
            return kind
    return "event"


def field_of(kind: str, head: str) -> str | None:
    """Return the one field of this kind that a head names, or None."""
    words = {bare(head), UNITS.sub("", bare(head)), bare(head).replace(" ", "_")}
    found = {name for name in FIELDS[kind] if words & _words(name)}
    return found.pop() if len(found) == 1 else None


def column_of(known: Field, head: str, cells: Sequence[object]) -> Column:
    """Return a column as proposed for its field: day order and codes where its cells settle them."""
    order = seen(cells).order if known.shape is Shape.DAY else ""
    return Column(
        name=head,
        field=known.name,
        order=order.value if isinstance(order, Order) else "",
        codes=codes_of(known, cells),
        separator=_separator(cells) if known.shape is Shape.SPECIES else "",
    )


def codes_of(known: Field, cells: Sequence[object]) -> dict[str, str]:
    """Return the written values that mean one thing only, with what they mean."""
    table = KNOWN.get(known.name, {}) if known.codes else {}
    written = {bare(str(cell)) for cell in cells if cell is not None}
    return {one: table[one] for one in sorted(written) if one in table}


def key_of(kind: str, heads: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the heads proposed as key: a number of its own, else place, disease and first day."""
    own = [head for head in heads if bare(head) in KEYS and heads.count(head) == 1]
    own.sort(key=lambda head: bare(head) == "序号")
    if own:
        return (own[0],)
    wanted = {
        "event": ("admin1", "locality", "place", "disease", "observed_on"),
        "sample": ("point", "disease", "sampled_on"),
        "figure": ("org_unit", "element", "disease", "period"),
    }[kind]
    by_field = {one.field: one.name for one in columns}
    found = tuple(by_field[name] for name in wanted if name in by_field)
    return found if len(found) > 1 else ()


def looks_swapped(latitudes: Sequence[float | None], longitudes: Sequence[float | None]) -> bool:
    """Say whether two columns of degrees are longitude and latitude the wrong way round.

    True when one "latitude" lies beyond 90, or when every point would lie in China only if swapped.
    """
    pairs = [
        (lat, lon)
        for lat, lon in zip(latitudes, longitudes, strict=False)
        if lat is not None and lon is not None and (lat, lon) != (0, 0)
    ]
    if not pairs:
        return False
    if all(abs(lat) > 90 >= abs(lon) for lat, lon in pairs):
        return True
    return all(_in_china(lon, lat) and not _in_china(lat, lon) for lat, lon in pairs)


def _constants(kind: str, heads: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Propose China for a table with Chinese heads and no column for the country: most are our own."""
    is_ours = any("\u4e00" <= sign <= "\u9fff" for head in heads for sign in head)
    names_it = "country" not in FIELDS[kind] or "country" in taken
    return {"country": "中国"} if is_ours and not names_it else {}


def _in_china(latitude: float, longitude: float) -> bool:
    return 3 <= latitude <= 54 and 73 <= longitude <= 136


def _separator(cells: Sequence[object]) -> str:
    text = " ".join(str(cell) for cell in cells if cell)
    return next((one for one in ("、", "；", "，", ";", "|") if one in text), "")


def _words(name: str) -> frozenset[str]:
    return SPLIT[name]


SPLIT = {name: frozenset(words.split(" ")) for name, words in WORDS.items()}
