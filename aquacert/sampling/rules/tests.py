"""Which tests a batch needs.

As shipped every disease is checked clinically and tested on suspicion or by the province's plan
(procedures 2011 §4.5; 农渔发〔2020〕7号 forbids a county to widen the scope). A row of the disease
table may ask for more ("always", a must-check category); nobody below the province can add one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Because(StrEnum):
    """Why a test is asked for."""

    ALWAYS = "always"
    CATEGORY = "category"
    """The batch is of a must-check category; kept as ALWAYS where an order is stored."""
    SUSPICION = "suspicion"
    PLAN = "plan"
    VET = "vet"
    DRAW = "draw"
    """Drawn by lot beyond the rules (双随机); kept as VET where an order is stored."""
    ZONE = "zone"
    """The farm lies in a surveillance zone (监视区); kept as ALWAYS where an order is stored."""
    PAST = "past"
    """The farm had a positive in the months of the clean check; kept as ALWAYS."""

    @property
    def stored(self) -> Because:
        """The reason as an order keeps it: tables older than the category know no such word."""
        return STORED.get(self, self)


STORED: Mapping[Because, Because] = {
    Because.CATEGORY: Because.ALWAYS,
    Because.DRAW: Because.VET,
    Because.ZONE: Because.ALWAYS,
    Because.PAST: Because.ALWAYS,
}


class Purpose(StrEnum):
    """What a sample was taken for. A self-test (自检) has its own table and is none of these."""

    OFFICIAL = "official"
    PLAN = "plan"


PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.OFFICIAL: "产地检疫",
    Purpose.PLAN: "监测计划",
}
BECAUSE_WORDS: Mapping[Because, str] = {
    Because.ALWAYS: "规则要求每批都检",
    Because.CATEGORY: "属于必检类别",
    Because.SUSPICION: "临床检查可疑",
    Because.PLAN: "省级监测计划",
    Because.VET: "官方兽医决定",
    Because.DRAW: "双随机抽签加抽",
    Because.ZONE: "苗种场在疫病监视区",
    Because.PAST: "回溯期内检出过阳性",
}


@dataclass(frozen=True)
class RequiredTest:
    """A disease that this batch must be tested for, and why."""

    disease_code: str
    because: Because


def required(
    triggers: Mapping[str, str],
    suspected: Collection[str],
    planned: Collection[str],
    ordered: Iterable[tuple[str, Because]] = (),
    *,
    in_category: bool = False,
    drawn: Collection[str] = (),
    zoned: Collection[str] = (),
    past: Collection[str] = (),
) -> tuple[RequiredTest, ...]:
    """Return the tests a batch needs, one for each disease, the weightiest reason first.

    `triggers` is disease → trigger of the dated rules for this species; `planned` holds the
    diseases a provincial plan asks for today; `ordered` what was ordered already (never forgotten);
    `in_category` says that the batch is of a must-check category (必检类别); `drawn` holds what the
    draw asks for beyond all that: it adds, and never takes away; `zoned` what surveillance zones ask a
    fresh negative of; `past` what the farm was positive for within the months of the clean check.
    """
    found: dict[str, Because] = {}
    for code, trigger in triggers.items():
        if trigger == Because.ALWAYS:
            found[code] = Because.ALWAYS
        elif trigger == Because.CATEGORY and in_category:
            found[code] = Because.CATEGORY
    more = (
        (suspected, Because.SUSPICION),
        (set(planned) & set(triggers), Because.PLAN),
        (zoned, Because.ZONE),
        (past, Because.PAST),
        (drawn, Because.DRAW),
    )
    for codes, because in more:
        found |= {code: because for code in sorted(codes) if code not in found}
    for code, because in ordered:
        found.setdefault(code, because)
    return tuple(RequiredTest(code, because) for code, because in sorted(found.items()))
