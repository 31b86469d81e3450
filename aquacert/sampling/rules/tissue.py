"""What goes into the tube, by life stage and size, and how it is kept on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Matrix(StrEnum):
    """What is in the tube."""

    WHOLE = "whole"
    GILL = "gill"
    KIDNEY_SPLEEN = "kidney_spleen"
    HEPATOPANCREAS = "hepatopancreas"
    PLEOPOD = "pleopod"
    MANTLE = "mantle"
    EGGS = "eggs"
    WATER = "water"


MATRIX_WORDS: Mapping[Matrix, str] = {
    Matrix.WHOLE: "全苗（整尾）",
    Matrix.GILL: "鳃",
    Matrix.KIDNEY_SPLEEN: "脾肾",
    Matrix.HEPATOPANCREAS: "肝胰腺",
    Matrix.PLEOPOD: "游泳足",
    Matrix.MANTLE: "外套膜",
    Matrix.EGGS: "卵",
    Matrix.WATER: "水样",
}


class Tissue(StrEnum):
    """What the procedure has taken, finer than `Matrix`."""

    WHOLE = "whole"
    WHOLE_NO_YOLK = "whole_no_yolk"
    WHOLE_NO_EYESTALK = "whole_no_eyestalk"
    VISCERA_BRAIN = "viscera_brain"
    KIDNEY_SPLEEN = "kidney_spleen"
    KIDNEY_SPLEEN_BRAIN_GILL = "kidney_spleen_brain_gill"
    GILL = "gill"
    HEPATOPANCREAS = "hepatopancreas"
    PLEOPOD = "pleopod"
    MANTLE = "mantle"
    GONAD_FLUID = "gonad_fluid"
    EGGS = "eggs"
    WATER = "water"


TISSUE_WORDS: Mapping[Tissue, str] = {
    Tissue.WHOLE: "全苗（整尾）",
    Tissue.WHOLE_NO_YOLK: "全苗（去卵黄囊）",
    Tissue.WHOLE_NO_EYESTALK: "全苗（去眼柄）",
    Tissue.VISCERA_BRAIN: "内脏（含肾）和脑",
    Tissue.KIDNEY_SPLEEN: "脾肾",
    Tissue.KIDNEY_SPLEEN_BRAIN_GILL: "肾、脾、脑、鳃",
    Tissue.GILL: "鳃",
    Tissue.HEPATOPANCREAS: "肝胰腺",
    Tissue.PLEOPOD: "游泳足",
    Tissue.MANTLE: "外套膜",
    Tissue.GONAD_FLUID: "卵巢液或精液",
    Tissue.EGGS: "卵",
    Tissue.WATER: "水样",
}
COARSE: Mapping[Tissue, Matrix] = {
    Tissue.WHOLE: Matrix.WHOLE,
    Tissue.WHOLE_NO_YOLK: Matrix.WHOLE,
    Tissue.WHOLE_NO_EYESTALK: Matrix.WHOLE,
    Tissue.VISCERA_BRAIN: Matrix.KIDNEY_SPLEEN,
    Tissue.KIDNEY_SPLEEN: Matrix.KIDNEY_SPLEEN,
    Tissue.KIDNEY_SPLEEN_BRAIN_GILL: Matrix.KIDNEY_SPLEEN,
    Tissue.GILL: Matrix.GILL,
    Tissue.HEPATOPANCREAS: Matrix.HEPATOPANCREAS,
    Tissue.PLEOPOD: Matrix.PLEOPOD,
    Tissue.MANTLE: Matrix.MANTLE,
    Tissue.GONAD_FLUID: Matrix.EGGS,
    Tissue.EGGS: Matrix.EGGS,
    Tissue.WATER: Matrix.WATER,
}
"""The matrix a tissue is counted as."""


class LifeStage(StrEnum):
    """How old the animals are, as far as sampling cares."""

    EGGS = "eggs"
    LARVA = "larva"
    JUVENILE = "juvenile"
    BROODSTOCK = "broodstock"
    UNKNOWN = ""


STAGES: tuple[tuple[LifeStage, re.Pattern[str]], ...] = (
    (LifeStage.EGGS, re.compile(r"卵")),
    (LifeStage.BROODSTOCK, re.compile(r"亲|种虾|种鱼|种蟹|种贝|后备")),
    (
        LifeStage.JUVENILE,
        re.compile(r"夏花|寸片|鱼种|春片|秋片|冬片|幼鱼|幼虾|幼蟹|豆蟹|扣蟹|幼贝|稚"),
    ),
    (
        LifeStage.LARVA,
        re.compile(r"水花|乌仔|仔|苗|幼体|溞状|糠虾|无节|大眼|^\s*P[Ll]?\s*\d", re.IGNORECASE),
    ),
)


def stage_of(words: str) -> LifeStage:
    """Return the stage that a farm's own word means (P5, 夏花, 亲虾); UNKNOWN when it says none."""
    return next((stage for stage, pattern in STAGES if pattern.search(words)), LifeStage.UNKNOWN)


STAGE_WORDS: Mapping[LifeStage, str] = {
    LifeStage.EGGS: "卵",
    LifeStage.LARVA: "早期苗",
    LifeStage.JUVENILE: "大规格苗",
    LifeStage.BROODSTOCK: "亲本",
    LifeStage.UNKNOWN: "",
}
KNOWN_STAGES = re.compile(
    r"发眼卵|受精卵|水花|乌仔|夏花|寸片|鱼种|春片|秋片|冬片|幼鱼|幼虾|幼蟹|幼贝|稚[鱼虾蟹贝参鳖]"
    r"|豆蟹|扣蟹|大眼幼体|溞状幼体|糠虾幼体|无节幼体|担轮幼虫|面盘幼虫|仔[鱼虾蟹]|[虾鱼蟹]苗"
    r"|亲[本鱼虾蟹贝]|种[虾鱼蟹贝]|后备亲|(?<![A-Za-z0-9])[Pp][Ll]?\s?\d{1,2}(?![A-Za-z0-9])"
)


def blind_stage(words: str) -> str:
    """Return only what a farm's own words say of the stage, for who must not learn of the farm.

    The stage is written freely, and a farm may write its own name beside it.
    """
    known = " ".join(dict.fromkeys(KNOWN_STAGES.findall(words)))
    return known or STAGE_WORDS[stage_of(words)]


@dataclass(frozen=True)
class TissueRule:
    """What to take from a group at a stage or total length (mm, from inclusive, below exclusive)."""

    group: str
    stage: str
    disease_code: str
    from_mm: int | None
    below_mm: int | None
    tissue: Tissue
    note: str
    from_on: date
    until_on: date | None
    sureness: str


def tissue_rule(
    rules: Iterable[TissueRule],
    *,
    group: str,
    stage: LifeStage,
    disease_code: str,
    length_mm: int | None,
    on: date,
) -> TissueRule | None:
    """Return the first rule that fits; a rule by length needs a length. Rows stand in order."""
    for rule in rules:
        if rule.group != group or not _dated(rule, on):
            continue
        if rule.stage not in {"*", stage.value} or rule.disease_code not in {"*", disease_code}:
            continue
        if _fits(rule, length_mm):
            return rule
    return None


def knows_tissue(
    rules: Iterable[TissueRule], *, group: str, disease_code: str, tissue: Tissue, on: date
) -> bool:
    """Say whether any rule takes such a tissue of a group for a disease, at whatever stage, or names it beside its own."""
    return any(
        COARSE[tissue] is COARSE[rule.tissue] or TISSUE_WORDS[tissue] in rule.note
        for rule in rules
        if rule.group == group and rule.disease_code in {"*", disease_code} and _dated(rule, on)
    )


def _dated(rule: TissueRule, on: date) -> bool:
    return rule.from_on <= on and (rule.until_on is None or on <= rule.until_on)


def _fits(rule: TissueRule, length_mm: int | None) -> bool:
    if rule.from_mm is None and rule.below_mm is None:
        return True
    if length_mm is None:
        return False
    return (rule.from_mm or 0) <= length_mm and (rule.below_mm is None or length_mm < rule.below_mm)


class Preservation(StrEnum):
    """How a sample is kept on the way."""

    LIVE = "live"
    ICE = "ice"
    ETHANOL = "ethanol"
    RNA = "rna"


PRESERVATION_WORDS: Mapping[Preservation, str] = {
    Preservation.LIVE: "活体",
    Preservation.ICE: "冰上冷藏",
    Preservation.ETHANOL: "95% 乙醇",
    Preservation.RNA: "RNA 保护剂",
}
FRESH_FOR = timedelta(hours=24)
"""Live or on ice a sample should be at the laboratory within this time (recalled)."""


def keeps_until_late(kept: str, travel: timedelta) -> bool:
    """Say whether a sample kept so can travel that long: fixed ones can, fresh ones 24 hours."""
    return kept in {Preservation.ETHANOL, Preservation.RNA} or travel <= FRESH_FOR
