"""The sampling sheet 抽样单."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.papers import Paper, docx


@dataclass(frozen=True)
class SheetFacts:
    """Everything a sampling sheet says (domain notes §2.8; no national form was found)."""

    number: str
    declaration_no: str
    farm: str
    pond: str
    species: str
    latin: str
    stage: str
    batch_quantity: str
    individuals: int
    matrix: str
    water_temperature: str
    seal_number: str
    blind_code: str
    diseases: Sequence[tuple[str, str]]
    taken_at: datetime
    samplers: str
    lab: str
    is_demo: bool
    length: str = ""
    """Mean total length, with its unit."""
    pools: str = ""
    preservation: str = ""
    live_count: str = ""
    plan: str = ""
    """What the plan rests on and achieves, in one sentence."""
    plan_because: str = ""
    warned: str = ""
    """Diseases whose temperatures the water missed; empty when none."""
    purpose: str = ""
    photos: str = ""


def sampling_sheet(facts: SheetFacts) -> bytes:
    """Return the sampling sheet as .docx."""
    size = "，".join(part for part in (facts.stage, facts.length) if part)
    return docx(
        Paper(
            title="水产苗种产地检疫抽样单",
            number=facts.number,
            rows=[
                ("申报单编号", facts.declaration_no),
                ("抽样目的", facts.purpose),
                ("被抽样单位", facts.farm),
                ("塘（池）号", facts.pond),
                ("品种（学名）", f"{facts.species}（{facts.latin}）"),
                ("规格", size),
                ("批次数量", facts.batch_quantity),
                ("抽样数", str(facts.individuals)),
                ("其中活的", facts.live_count),
                ("样品数（混样管）", facts.pools),
                ("样品类型", facts.matrix),
                ("保存方式", facts.preservation),
                ("水温", facts.water_temperature),
                ("抽样方案", facts.plan),
                ("与规则不同的原因", facts.plan_because),
                ("封样号", facts.seal_number),
                ("盲样号", facts.blind_code),
                ("照片", facts.photos),
                ("抽样时间", _when(facts.taken_at)),
                ("抽样人", facts.samplers),
                ("送检单位", facts.lab),
            ],
            tables=[("检测项目", ("疫病", "检测方法"), facts.diseases)],
            statements=[facts.warned] if facts.warned else [],
            signatures=("抽样人（一）签字", "抽样人（二）签字", "货主签字"),
            is_demo=facts.is_demo,
        )
    )


def _when(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
