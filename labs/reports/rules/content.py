"""What a test report says. It is made under the blind code: who was tested stands in the sampling annex.

The customer (7.8.2.1 e) is the province's sampling desk: the laboratory never learns which office sent the sample,
for an office's name names a county, and a county with few farms names the farm.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

TITLE = "水产苗种疫病检测报告"
CUSTOMER_DESK = "水产苗种产地检疫盲样送检（实际送检机构记在抽样单附页，本实验室不知情）"
ONLY_THESE_ITEMS = "本报告结果仅对收到的样品负责。"
NO_PART = "未经本实验室批准，不得部分复制本报告。"
OWN_RESULTS = "全部结果由本实验室出具，没有外部提供方的结果。"
SAMPLING_PLAN = "按送样方的抽样方案抽取，方案、地点和抽样人见抽样单附页"
NO_TEMPERATURE = "送样方没有测水温"
NO_DEVIATION = "送样方没有报告偏离"
NOTHING = "无"


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One test of the item: what, by which method, when and with what result, as it was entered."""

    disease_code: str
    disease_name: str
    method_code: str
    method_standard: str
    decision_rule: str
    outcome: str
    cq: str
    tested_on: str
    run_number: str
    enterer: str
    verifier: str
    result_id: str
    disease_name_en: str = ""
    instrument: str = ""
    kit_lot: str = ""
    as_entered: str = ""
    lod: str = ""
    uncertainty: str = ""
    pool: str = ""
    """blind code of the pool whose negative this is; empty for a test of its own"""
    pool_words: str = ""
    """what the pool was, ready to print"""
    external: str = ""
    """the external provider of this result; empty for our own"""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report says, as text; days are ISO 8601 in Asia/Shanghai."""

    title: str
    lab_name: str
    lab_address: str
    cma_number: str
    cnas_number: str
    place_of_work: str
    number: str
    customer: str
    blind_code: str
    matrix: str
    individuals: int
    condition: str
    water_temperature: str
    received_on: str
    sampled_on: str
    issued_on: str
    sampling: str
    relates_only: str
    deviations: str
    authoriser: str
    external: str
    replaces: str
    lines: tuple[ContentLine, ...]
    lab_name_en: str = ""
    species: str = ""
    life_stage: str = ""
    environment: str = ""
    """conditions of sampling, 7.8.5 e: the water's temperature, or that nobody took it"""
    sampling_deviations: str = ""
    """7.8.5 f: departures from the sampling plan"""
    version: int = 1
    change: str = ""
    """what this version changes and why (7.8.8.2); empty for the first"""

    def plain(self) -> dict[str, Any]:
        """Return the content as JSON can hold it."""
        return {**asdict(self), "lines": [asdict(line) for line in self.lines]}


AMENDABLE = (
    *("lab_address", "place_of_work", "matrix", "species", "life_stage", "condition"),
    *("sampled_on", "environment", "sampling", "sampling_deviations", "deviations", "external"),
)
"""What an amendment may correct: words about the item and its way here, never a result."""
AMENDABLE_WORDS = {
    "lab_address": "实验室地址",
    "place_of_work": "检测地点",
    "matrix": "样品类型",
    "species": "品种",
    "life_stage": "发育阶段",
    "condition": "收样状态",
    "sampled_on": "抽样日期",
    "environment": "抽样环境",
    "sampling": "抽样方案",
    "sampling_deviations": "抽样偏离",
    "deviations": "检测偏离",
    "external": "外部结果",
}


def read(held: dict[str, Any]) -> Content:
    """Return the content that `Content.plain` wrote, now or by an earlier version of this module."""
    lines = tuple(ContentLine(**line) for line in held["lines"])
    return Content(**{**held, "lines": lines})


def corrected(content: Content, changes: dict[str, str]) -> Content:
    """Return the content with some of its amendable words replaced; raise `ValueError` for others."""
    if not set(changes) <= set(AMENDABLE):
        raise ValueError(", ".join(sorted(set(changes) - set(AMENDABLE))))
    return replace(content, **changes)  # type: ignore[arg-type] # amendable fields are texts


def is_day_of_sampling(content: Content) -> bool:
    """Tell whether the sampling day is one, and not after the receipt."""
    try:
        return date.fromisoformat(content.sampled_on) <= date.fromisoformat(content.received_on)
    except ValueError:
        return False


def changes_in_words(content: Content, changes: dict[str, str]) -> str:
    """Return each change as the new version prints it: what, from, to."""
    return "；".join(
        f"{AMENDABLE_WORDS[name]}：由“{getattr(content, name) or '（空）'}”改为“{value}”"
        for name, value in changes.items()
    )
