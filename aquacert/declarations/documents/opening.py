"""申报单, 受理单, 不予受理通知书, 补正告知书: the forms of opening a case (domain.md §2.1, §2.2)."""

from __future__ import annotations

from datetime import date
from typing import Final

from aquacert.declarations.documents.facts import (
    AnswerFacts,
    ApplicationFacts,
    FormFacts,
    SupplementFacts,
)
from aquacert.declarations.rules.filing import FORM_WORDS, FormKind
from aquacert.kernel.sheets import SEAL, Block, Sheet, Signs, Tone, Words, pairs, table

STATEMENT: Final = (
    "申报人依照《中华人民共和国动物防疫法》、《动物检疫管理办法》有关规定，特申报检疫。"
    "并对所填信息的真实性、完整性负责，如与事实不符，官方兽医有权终止检疫，"
    "由此导致的后果由申报人自行负责。"
)
"""Statutory text of the declaration form (domain.md §2.1)."""
DECLARED: Final = "动物（水产苗种）"
TICKED, UNTICKED = "■", "□"
REMEDY: Final = (
    "如不服本决定，可以自收到本通知书之日起六十日内依法申请行政复议，"
    "或者自收到之日起六个月内依法提起行政诉讼。情况改变后，可以重新申报。"
)
"""The ways to object and how long they are open (recalled: 行政复议法 2023 Art. 20, 行政诉讼法 Art. 46).

A decision that names no time leaves the way open for a year.
"""
UNWRITTEN: Final = "　　　　"


def application(facts: ApplicationFacts, number: str) -> Sheet:
    """Return the 检疫申报单: the norm's lines, the statement, and every batch and load."""
    lines = pairs(
        ("货主", facts.owner, "联系电话", facts.phone),
        ("动物种类", facts.species, "数量及单位", facts.quantity),
        ("来源", facts.source, "用途", facts.purpose),
        ("启运地点", facts.origin),
        ("启运时间", facts.departs, "申报类型", DECLARED),
        ("到达地点", facts.destination),
        ("报检时间", facts.submitted, "网上申报号", facts.declaration_no),
        ("随附材料", facts.attached or "/"),
    )
    role = "代办人" if facts.is_proxy else "申报人"
    blocks: tuple[Block, ...] = (
        lines,
        Words(STATEMENT),
        Words(
            f"网上申报：{role} {facts.declared_by}，已于{facts.submitted}勾选上述声明。", Tone.NOTE
        ),
        Signs((("申报人签字（盖章）", ""), ("日期", day_words(facts.day)))),
        table(
            "附一　申报批次",
            (
                ("批", 1),
                ("动物种类", 4),
                ("规格", 3),
                ("数量及单位", 4),
                ("来源", 2.4),
                ("塘（池）", 2.6),
            ),
            facts.batches,
        ),
        table(
            "附二　运载",
            (
                *(("车", 1), ("装载", 4.6), ("到达地点", 4.4), ("启运时间", 3)),
                *(("运载工具", 2.8), ("装运前消毒", 2.4), ("用途", 1.8)),
            ),
            facts.loads,
        ),
        Words(f"受理机构：{facts.office}。本单由县级自行编号，一式两联。", Tone.NOTE),
    )
    return sheet(FormKind.APPLICATION, facts, number, blocks, under="（货主填写）")


def answer(facts: AnswerFacts, number: str) -> Sheet:
    """Return the 受理单 or the 不予受理通知书: when and where the body sends its people, or why not."""
    yes, no = (TICKED, UNTICKED) if facts.is_accepted else (UNTICKED, TICKED)
    accepted = (
        f"{yes} 受理：拟派员于{facts.visit_day or UNWRITTEN}到"
        f"{facts.visit_place or UNWRITTEN}实施检疫。"
    )
    refused = f"{no} 不受理，理由：{facts.reason}"
    blocks: list[Block] = [
        pairs(
            ("货主", facts.owner),
            ("网上申报号", facts.declaration_no),
            ("启运地点", facts.origin),
            ("申报处理结果", f"{accepted}\n{refused}".strip()),
            *((("预计到场时间", facts.visit_time),) if facts.visit_time else ()),
            *((("法定情形", f"{facts.ground}（{facts.article}）"),) if facts.ground else ()),
            ("经办人", facts.clerk, "经办人联系电话", facts.clerk_phone),
        )
    ]
    if not facts.is_accepted:
        blocks.append(Words(REMEDY))
    blocks += [
        Signs(((f"{facts.office}（盖章）", SEAL), ("日期", day_words(facts.day)))),
        Words("本单一式两联，第一联由动物卫生监督机构留存，第二联交货主。", Tone.NOTE),
    ]
    kind = FormKind.ACCEPTANCE if facts.is_accepted else FormKind.REFUSAL
    return sheet(kind, facts, number, tuple(blocks), under="（动物卫生监督机构填写）")


def supplement(facts: SupplementFacts, number: str) -> Sheet:
    """Return the 补正告知书: everything that is missing, told once, and until when."""
    rows = [(str(at), item) for at, item in enumerate(facts.asked, 1)]
    ask = f"你（单位）的检疫申报经审核，需要补正下列 {len(facts.asked)} 项，现一次性告知："
    until = (
        f"请于{facts.reply_due}前补正，不用重新申报。补正期间答复时限停止计算；"
        f"逾期不补正的，依照{facts.article}不予受理。"
    )
    blocks: list[Block] = [
        pairs(
            ("货主", facts.owner), ("网上申报号", facts.declaration_no), ("启运地点", facts.origin)
        ),
        Words(ask),
        table("", (("序", 1), ("需要补正的材料或内容", 14)), rows),
    ]
    if facts.note:
        blocks.append(Words(f"说明：{facts.note}"))
    if facts.reply_due:
        blocks.append(Words(until))
    blocks += [
        pairs(("经办人", facts.clerk, "经办人联系电话", facts.clerk_phone)),
        Signs(((f"{facts.office}（盖章）", SEAL), ("日期", day_words(facts.day)))),
        Words("本告知书一式两联，第一联由动物卫生监督机构留存，第二联交货主。", Tone.NOTE),
    ]
    return sheet(FormKind.SUPPLEMENT, facts, number, tuple(blocks))


def sheet(
    kind: FormKind, facts: FormFacts, number: str, blocks: tuple[Block, ...], under: str = ""
) -> Sheet:
    """Return a form's sheet under its title and number."""
    on = date.fromisoformat(facts.day)
    return Sheet(
        FORM_WORDS[kind],
        number,
        blocks,
        body=facts.office,
        under=under,
        is_demo=facts.is_demo,
        day=(on.year, on.month, on.day),
    )


def day_words(day: str) -> str:
    """Return 2026 年 5 月 9 日 for an ISO day; empty stays empty."""
    if not day:
        return ""
    on = date.fromisoformat(day)
    return f"{on.year} 年 {on.month} 月 {on.day} 日"
