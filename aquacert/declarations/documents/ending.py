"""检疫处理通知单 and 无害化处理记录: the forms of a batch that failed (domain.md §1.3, §2.4)."""

from __future__ import annotations

from typing import Final

from aquacert.declarations.documents.facts import DisposalFacts, TreatmentFacts
from aquacert.declarations.documents.opening import day_words, sheet
from aquacert.declarations.rules.filing import FormKind
from aquacert.kernel.sheets import SEAL, Block, Sheet, Signs, Tone, Words, pairs

ORDINALS: Final = "一二三四五六七八九十"


def treatment(facts: TreatmentFacts, number: str) -> Sheet:
    """Return the notice in the words of the norm: what failed, by which article, what is to be done."""
    decided = (
        f"按照{facts.procedure}有关规定，你（单位）的{facts.goods}经检疫不合格（{facts.failing}），"
        f"根据{facts.law}之规定，决定进行如下处理："
    )
    measures = tuple(
        Words(f"{ordinal}、{measure}")
        for ordinal, measure in zip(ORDINALS, facts.measures, strict=False)
    )
    blocks: tuple[Block, ...] = (
        Words(f"{facts.owner}："),
        Words(decided),
        *measures,
        pairs(
            ("无害化处理方法", facts.method or "/"),
            ("申报单编号", facts.declaration_no, "官方兽医", facts.vet),
            ("机构联系电话", facts.office_phone, "当事人联系电话", facts.owner_phone),
        ),
        Signs(
            (
                *((f"{facts.office}（公章）", SEAL), ("日期", day_words(facts.day))),
                *(("官方兽医签名", ""), ("当事人签收", facts.received)),
            )
        ),
        Words("本通知单一式两联，第一联由动物卫生监督机构留存，第二联交当事人。", Tone.NOTE),
    )
    return sheet(FormKind.TREATMENT, facts, number, blocks)


def disposal(facts: DisposalFacts, number: str) -> Sheet:
    """Return the record of a disposal: what, how much, how, who did it and who stood by."""
    blocks: tuple[Block, ...] = (
        pairs(
            ("货主", facts.owner),
            ("养殖场所", facts.place),
            ("申报单编号", facts.declaration_no, "处理通知单编号", facts.notice_number or "/"),
            ("动物种类", facts.goods, "处理数量", facts.quantity),
            ("处理原因", facts.cause),
            ("处理方法", facts.method),
            ("处理时间", facts.done_at, "处理地点", facts.done_place),
            ("处理人", facts.operator, "现场照片", facts.photos or "/"),
            ("监督的官方兽医", facts.vet),
            ("备注", facts.note or "/"),
        ),
        Signs((("处理人签字", ""), ("货主签字", ""), ("官方兽医签字", ""), ("日期", ""))),
        Words(f"监督机构：{facts.office}。由货主在官方兽医监督下进行无害化处理。", Tone.NOTE),
    )
    return sheet(FormKind.DISPOSAL, facts, number, blocks)
