"""现场记录单 and 抽样单: the forms of the visit (domain.md §2.3, §2.8)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from aquacert.declarations.documents.facts import RecordFacts, SamplingFacts
from aquacert.declarations.documents.opening import sheet
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.sheets import Block, Sheet, Signs, Tone, Words, pairs, table

FINDINGS: Final = (("批", 0.8), ("部分", 2.2), ("检查项", 5), ("结果", 1.3))


def record(facts: RecordFacts, number: str) -> Sheet:
    """Return the record: the procedures' minimum (2011, §6.2), verdicts, and the whole checklist."""
    blocks: tuple[Block, ...] = (
        pairs(
            ("货主姓名", facts.owner, "地址", facts.address),
            ("申报单编号", facts.declaration_no),
            ("检疫申报时间", facts.declared, "检疫时间", facts.checked),
            ("检疫地点", facts.place),
            ("检疫动物种类", facts.species, "数量", facts.quantity),
            ("用途", facts.purpose, "来源", facts.source),
            ("启运地点", facts.origin, "到达地点", facts.destination),
            ("运载工具", facts.vehicle, "现场照片", facts.photos),
            ("检疫处理", facts.treatment),
            ("检疫证明编号", facts.certificates),
        ),
        table(
            "各批检疫结论",
            (("批", 1), ("种类", 4), ("实查数量", 4), ("结论", 2), ("可疑病种", 3), ("说明", 5)),
            facts.batches,
        ),
        table("查验内容", FINDINGS * 2, _halved(facts.findings)),
        pairs(("检疫人员", f"官方兽医 {facts.vet}")),
        Signs((("检疫人员签字", ""), ("时间", ""), ("货主签字", ""), ("时间", ""))),
        Words("本记录单由动物卫生监督机构存档，保存期不少于 24 个月。", Tone.NOTE),
    )
    return sheet(FormKind.RECORD, facts, number, blocks)


def sampling(facts: SamplingFacts, number: str) -> Sheet:
    """Return the sampling sheet that vet, helper and owner sign at the pond."""
    blocks: list[Block] = [
        pairs(
            ("申报单编号", facts.declaration_no, "抽样编号", facts.sheet_number),
            ("抽样目的", facts.purpose, "抽样时间", facts.taken),
            ("被抽样单位", facts.owner, "塘（池）号", facts.farm_pond),
            ("品种（学名）", facts.species, "规格", facts.size),
            ("批次数量", facts.batch_quantity, "抽样数", facts.individuals),
            ("其中活的", facts.live_count, "样品数（混样管）", facts.pools),
            ("样品类型", facts.matrix, "保存方式", facts.preservation),
            ("水温", facts.water_temperature, "封样号", facts.seal_number),
            ("盲样号", facts.blind_code, "送检单位", facts.lab),
            ("抽样人", facts.samplers),
            ("抽样方案", facts.plan or "/"),
            *((("与规则不同的原因", facts.plan_because),) if facts.plan_because else ()),
        ),
        table("检测项目", (("疫病", 1), ("检测方法", 1)), facts.tests),
    ]
    if facts.warned:
        blocks.append(Words(facts.warned))
    blocks += [
        Signs(
            (
                *(("抽样人（一）签字", ""), ("抽样人（二）签字", "")),
                *(("货主签字", ""), ("日期", "")),
            )
        ),
        Words(
            "一式三联：抽样单位存档、被抽样单位留存、随卷归档。实验室只凭盲样号收样。", Tone.NOTE
        ),
    ]
    return sheet(FormKind.SAMPLING, facts, number, tuple(blocks))


def _halved(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the rows two by two beside each other, so that a visit fits on one page."""
    half = (len(rows) + 1) // 2
    blank = ("",) * len(FINDINGS)
    return [
        (*left, *right) for left, right in zip_longest(rows[:half], rows[half:], fillvalue=blank)
    ]
