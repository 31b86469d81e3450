"""Events: many reports of one occurrence, folded so that no order of arrival matters.

A report is one row of one feed file, normalised. An event's state is a pure function of the set of
its reports: they are ranked (day of the report first), and each field takes its value from the
highest report whose file carries that field. So a late, repeated or re-ordered file ends in the
same state as a punctual one, and a version beats arrival.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

Value = str | int | float | bool | list[Any] | dict[str, Any] | None
Values = Mapping[str, Value]
COORDINATE_PLACES = 6
"""Precision noise beyond about 0.1 m is no correction (numeric canon before the hash)."""


class Status(StrEnum):
    """How far the source says an event has come; `unsaid` when its file has no such column."""

    UNSAID = "unsaid"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    DENIED = "denied"


class Realm(StrEnum):
    """What kind of disease the source names; only an aquatic one of the catalogue can act."""

    AQUATIC = "aquatic"
    TERRESTRIAL = "terrestrial"
    UNMAPPED = "unmapped"


STATUS_WORDS: Mapping[Status, str] = {
    Status.UNSAID: "来源未说明",
    Status.SUSPECTED: "疑似",
    Status.CONFIRMED: "确认",
    Status.DENIED: "排除",
}
REALM_WORDS: Mapping[Realm, str] = {
    Realm.AQUATIC: "水生",
    Realm.TERRESTRIAL: "陆生，不起作用",
    Realm.UNMAPPED: "未对上病名",
}
FIELD_WORDS: Mapping[str, str] = {
    "admin1": "省级地名",
    "animals": "动物类别",
    "at_risk": "存栏",
    "cases": "发病数",
    "comment": "说明",
    "confirmed_on": "确诊日",
    "country": "国家",
    "deaths": "死亡数",
    "destroyed": "扑杀数",
    "diagnosis_source": "信息来源",
    "disease": "疫病",
    "disease_code": "对应病种",
    "element": "统计项",
    "ended_on": "结束日",
    "epi_unit": "流行病学单元",
    "event_ended_on": "事件结束日",
    "event_ref": "事件编号",
    "event_status": "事件进展",
    "human_deaths": "人死亡",
    "humans_affected": "人感染",
    "is_aquatic": "水生",
    "is_wild": "野生",
    "last_seen_on": "上次发生日",
    "latitude": "纬度",
    "locality": "地点",
    "longitude": "经度",
    "measures": "措施",
    "national_ref": "国内编号",
    "observed_on": "发现日",
    "outbreaks": "暴发点数",
    "period": "时期",
    "place": "地点全称",
    "quality": "定位精度",
    "reason": "通报原因",
    "realm": "水生陆生",
    "region": "大区",
    "report_kind": "报告类型",
    "report_no": "报告序号",
    "reported_on": "报告日",
    "reporting_level": "报告层级",
    "serotype": "血清型",
    "shape": "划定的区域",
    "slaughtered": "屠宰数",
    "species": "品种",
    "species_text": "品种原文",
    "status": "状态原文",
    "subregion": "分区",
    "unit": "单位",
    "vaccinated": "免疫数",
    "value": "数值",
    "verdict": "人工结论",
    "water": "水体",
    "wild_type": "野生类型",
}
RANKS = {Status.UNSAID: 0, Status.SUSPECTED: 1, Status.CONFIRMED: 2, Status.DENIED: 3}
STATUS_OF = {
    "confirmed": Status.CONFIRMED,
    "suspected": Status.SUSPECTED,
    "probable": Status.SUSPECTED,
    "denied": Status.DENIED,
    "not confirmed": Status.DENIED,
    "确认": Status.CONFIRMED,
    "确诊": Status.CONFIRMED,
    "疑似": Status.SUSPECTED,
    "排除": Status.DENIED,
}
SPACES = re.compile(r"\s+")
SPECIES_FIELD = "species:"
"""Several species of one outbreak: counts of each lie under a field of its own."""
BETWEEN = "\x01"
"""Stands between words while they are folded together: no name holds it."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain_name(text: str) -> str:
    """Return a name as names are compared: NFKC, one kind of space, no case. Nothing fuzzier."""
    if text.isascii():  # the same, four times as fast: NFKC leaves ASCII alone
        return " ".join(text.split()).lower()
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def status_of(written: Value) -> Status:
    """Return what a status cell says; an unknown word says nothing."""
    if written is None:
        return Status.UNSAID
    return STATUS_OF.get(plain_name(str(written or "")), Status.UNSAID)


def canonical(values: object) -> str:
    """Return values as one text: sorted, compact JSON, as the database keeps it too."""
    return _ENCODER.encode(values)


def digest_of(text: str) -> str:
    """Return the SHA-256 (hex) of values in their canonical text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def content_hash(values: Values) -> str:
    """Return the SHA-256 (hex) of normalised values; which columns are carried is part of it."""
    return digest_of(canonical(values))


def rank(values: Values, digest: str) -> str:
    """Return the place of a report among its event's reports, as text that sorts.

    The day of the report decides. Within one day a decision outranks a suspicion, higher counts
    (they are cumulative) outrank lower ones, and the digest settles the rest: a total order on
    content alone, the same whatever came first.
    """
    day = str(values.get("reported_on") or values.get("observed_on") or "0000-00-00")
    cases, deaths = counts_of(values)
    step = RANKS[status_of(values.get("status"))]
    return f"{day} {step} {cases or 0:020d} {deaths or 0:020d} {digest}"


def folded(reports: Iterable[tuple[str, Values]]) -> dict[str, Value]:
    """Return the event's values: (rank, values) pairs in any order, field by field."""
    state: dict[str, Value] = {}
    for _rank, values in sorted(reports, key=lambda pair: pair[0]):
        state.update(values)
    return state


def difference(old: Values, new: Values) -> dict[str, list[Value]]:
    """Return the fields that differ, each with its value before and after.

    A species is told count by count, as `species:<name>/<count>`.
    """
    before, after = _flat(old), _flat(new)
    return {
        name: [before.get(name), after.get(name)]
        for name in sorted({*before, *after})
        if not _is_same(before.get(name), after.get(name))
    }


def _flat(values: Values) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in values.items():
        if name.startswith(SPECIES_FIELD) and isinstance(value, dict):
            found |= {f"{name}/{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return found


def count_of(values: Values, name: str) -> int | None:
    """Return a count of the event: its plain field, else the sum over its species."""
    return _count(values, name, _by_species(values))


def counts_of(values: Values) -> tuple[int | None, int | None]:
    """Return (cases, deaths) of the event."""
    species = _by_species(values)
    return _count(values, "cases", species), _count(values, "deaths", species)


def _by_species(values: Values) -> list[Value]:
    return [values[field] for field in values if field[:8] == SPECIES_FIELD]


def _count(values: Values, name: str, species: list[Value]) -> int | None:
    plain = values.get(name)
    if isinstance(plain, int) and not isinstance(plain, bool):
        return max(plain, 0)
    found = [
        max(one, 0)
        for each in species
        if isinstance(each, dict)
        and isinstance(one := each.get(name), int)
        and not isinstance(one, bool)
    ]
    return sum(found) if found else None


def day_of(values: Values, name: str) -> date | None:
    """Return a day that the values hold as ISO text."""
    text = values.get(name)
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def is_confirmed(status: Status, verdict: Status | None) -> bool:
    """Say whether an event counts as confirmed: an officer's verdict outranks the source."""
    return (verdict or status) is Status.CONFIRMED


def search_words(values: Values, *more: str) -> str:
    """Return what an event is searched by: disease, place, species, as one folded text."""
    names: Sequence[str] = ("disease", "serotype", "locality", "admin1", "country", "species_text")
    written = [str(values.get(name) or "") for name in names]
    written += [name.removeprefix(SPECIES_FIELD) for name in values if SPECIES_FIELD in name]
    together = BETWEEN.join(word for word in (*written, *more) if word)
    if together.isascii():
        together = together.lower()
    else:
        together = unicodedata.normalize("NFKC", together).casefold()
    return "".join(together.split()).replace(BETWEEN, " ")[:600]


def _is_same(one: Value, other: Value) -> bool:
    """Say whether two values are one text: True is not 1, and 1.0 is not 1."""
    if one is other or (isinstance(one, str) and isinstance(other, str)):
        return one == other
    return canonical(one) == canonical(other)
