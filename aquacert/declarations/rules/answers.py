"""What a declarant typed, kept as typed: a draft loses nothing, not even a wrong value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.quantity import parse_quantity


class Source(StrEnum):
    """Where the seed comes from (来源 of the 申报单, domain.md §2.1)."""

    FARMED = "farmed"
    WILD = "wild"


class Purpose(StrEnum):
    """What the seed is for (用途, domain.md §2.1)."""

    FARMING = "farming"
    RELEASE = "release"
    BREEDING = "breeding"
    ORNAMENTAL = "ornamental"
    RESEARCH = "research"


class Mode(StrEnum):
    """How it travels (运载方式 of certificate A)."""

    ROAD = "road"
    RAIL = "rail"
    WATER = "water"
    AIR = "air"


YES, NO = "yes", "no"
"""What a question of yes or no is answered with; an empty text is no answer yet."""
YES_WORDS: Mapping[str, str] = {YES: "是", NO: "否"}
SITES: Mapping[str, str] = {
    "site_apart": "暂养场所和其他养殖场所有物理隔离",
    "site_water": "有独立的进排水、废水无害化处理和专用渔具",
    "site_other": "符合农业农村部规定的其他防疫条件",
}
"""The three conditions of the place where wild seed waits (Measures 2010, Art. 29)."""
SOURCE_WORDS: Mapping[Source, str] = {Source.FARMED: "人工饲养", Source.WILD: "合法捕获"}
PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.FARMING: "养殖",
    Purpose.RELEASE: "增殖放流",
    Purpose.BREEDING: "种用",
    Purpose.ORNAMENTAL: "观赏",
    Purpose.RESEARCH: "科研",
}
MODE_WORDS: Mapping[Mode, str] = {
    Mode.ROAD: "公路",
    Mode.RAIL: "铁路",
    Mode.WATER: "水路",
    Mode.AIR: "航空",
}


@dataclass(frozen=True)
class BatchAnswer:
    """One batch as typed. `species` may stay empty: the lot then says it."""

    lot: str = ""
    quantity: str = ""
    unit: str = ""
    species: str = ""
    variety: str = ""
    life_stage: str = ""
    source: str = Source.FARMED.value
    captured_on: str = ""
    capture_place: str = ""
    site_apart: str = ""
    site_water: str = ""
    site_other: str = ""
    brought: str = NO
    brought_certificate: str = ""
    brought_province: str = ""
    brought_on: str = ""


@dataclass(frozen=True)
class LoadAnswer:
    """One load as typed. `quantities` are per batch; an empty one takes what is left."""

    destination: str = ""
    place: str = ""
    consignee: str = ""
    consignee_phone: str = ""
    carrier: str = ""
    carrier_phone: str = ""
    mode: str = Mode.ROAD.value
    plate: str = ""
    disinfectant: str = ""
    departs_at: str = ""
    travel_days: str = "1"
    purpose: str = Purpose.FARMING.value
    release_plan: str = ""
    release_water: str = ""
    native_stock: str = ""
    protected: str = ""
    protected_permit: str = ""
    parents: str = ""
    isolation_place: str = ""
    via: str = ""
    """Counties passed through, as typed; may stay empty."""
    quantities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """The whole form as typed."""

    batches: tuple[BatchAnswer, ...] = (BatchAnswer(),)
    loads: tuple[LoadAnswer, ...] = (LoadAnswer(),)
    phone: str = ""
    """Telephone for this visit; empty means the one on the hatchery's record."""

    def to_json(self) -> str:
        """Return the answers as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Answers:
    """Read what `to_json` wrote; fields that are unknown today are passed over."""
    return from_mapping(json.loads(text) if text else {})


def from_mapping(raw: Mapping[str, Any]) -> Answers:
    """Build answers from a mapping (the API's body, or JSON read back), all values as text."""
    batches = tuple(BatchAnswer(**_known(BatchAnswer, one)) for one in _rows(raw, "batches"))
    loads = tuple(
        LoadAnswer(
            **_known(LoadAnswer, one),
            quantities=tuple(_text(q) for q in _list(one.get("quantities"))),
        )
        for one in _rows(raw, "loads")
    )
    return Answers(
        batches=batches or (BatchAnswer(),),
        loads=loads or (LoadAnswer(),),
        phone=_text(raw.get("phone")),
    )


def copied(answers: Answers) -> Answers:
    """Return the answers of a new declaration like this one: all but when it leaves (再报一次).

    What is true of one catch only (its day, the conditions of the waiting place) is asked anew.
    """
    loads = tuple(replace(load, departs_at="") for load in answers.loads)
    batches = tuple(
        replace(batch, captured_on="", **dict.fromkeys(SITES, "")) for batch in answers.batches
    )
    return replace(answers, loads=loads, batches=batches)


def differences(before: Answers, now: Answers) -> dict[str, str]:
    """Return field → old value for each answer that differs from the copied one."""
    old, new = flat(before), flat(now)
    return {
        name: old.get(name, "")
        for name, value in new.items()
        if old.get(name, "") != value and _meant(name, old.get(name, "")) != _meant(name, value)
    }


def _meant(name: str, text: str) -> str | int:
    """Return what a quantity means, however it is spelled (10万, 十万); other texts as they are."""
    if not (name.endswith("-quantity") or "-quantities-" in name):
        return text
    try:
        return parse_quantity(text, unit=text.strip()[-1:])
    except Invalid:
        return text


def flat(answers: Answers) -> dict[str, str]:
    """Return the answers under the names their fields have in the form (`loads-0-plate`)."""
    found = {"phone": answers.phone}
    for at, batch in enumerate(answers.batches):
        found |= {f"batches-{at}-{name}": value for name, value in asdict(batch).items()}
    for at, load in enumerate(answers.loads):
        values = asdict(load)
        for index, quantity in enumerate(values.pop("quantities")):
            found[f"loads-{at}-quantities-{index}"] = quantity
        found |= {f"loads-{at}-{name}": value for name, value in values.items()}
    return found


def _known(kind: type[BatchAnswer | LoadAnswer], raw: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)} - {"quantities"}
    return {name: _text(value) for name, value in raw.items() if name in names}


def _rows(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in _list(raw.get(name)) if isinstance(one, Mapping)]


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)
