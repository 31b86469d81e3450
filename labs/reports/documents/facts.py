"""What a report's documents print: its content, who signed, how it stands, and the labels in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aquacert.trust.qr import REPORT, qr_url
from labs.reports.rules import Content, ContentLine

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "negative": ("阴性", "Negative"),
    "positive": ("阳性", "Positive"),
    "inconclusive": ("不能判定", "Inconclusive"),
}
TITLE_EN = "Test Report: Diseases of Aquatic Seed"
END = "—— 报告结束 End of report ——"
DEMO = "演示样张·无效"
NOT_SIGNED = (
    "本文件不含电子签名，以 PDF 和二维码为准。 This file carries no signature; the PDF does."
)


@dataclass(frozen=True)
class Mark:
    """How a report that no longer stands is marked, in both languages."""

    word: str
    english: str
    because: str
    newer: str
    """number of the report that replaced it, or empty"""

    @property
    def sentence(self) -> str:
        """Return the mark as the header and the page say it."""
        by = f"，由 {self.newer} 取代 (replaced by {self.newer})" if self.newer else ""
        return f"本报告{self.word} This report is {self.english}{by}。原因 Reason：{self.because}"


@dataclass(frozen=True)
class Facts:
    """Everything a report's documents need; `cose` is empty while it is not signed."""

    content: Content
    digest: str
    authorised_at: datetime
    signers: Mapping[str, str]
    is_demo: bool
    public_id: str
    base_url: str
    record: bytes = field(default=b"", repr=False)
    cose: bytes = field(default=b"", repr=False)
    mark: Mark | None = None
    is_draft: bool = False

    @property
    def url(self) -> str:
        """The address in the QR code; empty while there is nothing to carry."""
        if not (self.cose and self.public_id):
            return ""
        return qr_url(self.base_url, self.public_id, self.cose, page=REPORT)

    @property
    def watermark(self) -> str:
        """What stands across every page."""
        if self.is_draft:
            return "草稿·未签发"
        if self.mark is not None:
            return f"{self.mark.word} {self.mark.english.upper()}"
        return DEMO if self.is_demo else ""


def heads(content: Content) -> list[tuple[str, str, str]]:
    """Return (label, label in English, value) of who tested what: points b, c, e, g, h, k and 7.8.5."""
    marks = "　".join(
        f"{name} {number}"
        for name, number in (("CMA", content.cma_number), ("CNAS", content.cnas_number))
        if number
    )
    item = "，".join(
        part
        for part in (
            content.species,
            content.life_stage,
            content.matrix,
            f"{content.individuals} 个体 (n = {content.individuals})",
        )
        if part
    )
    rows = [
        ("检测机构", "Laboratory", _both(content.lab_name, content.lab_name_en)),
        ("地址", "Address", content.lab_address),
        ("资质编号", "Accreditation", marks or "未登记 None on record"),
        ("检测地点", "Place of testing", content.place_of_work),
        ("委托方", "Customer", content.customer),
        ("盲样号", "Sample (blind code)", content.blind_code),
        ("样品说明", "Sample description", item),
        ("收样状态", "Condition on receipt", content.condition),
        ("收样日期", "Received on", content.received_on),
        ("抽样日期", "Sampled on", content.sampled_on),
        ("抽样方案", "Sampling plan", content.sampling),
        ("抽样环境", "Conditions of sampling", content.environment or content.water_temperature),
        ("抽样偏离", "Deviations from the plan", content.sampling_deviations),
    ]
    return [row for row in rows if row[2]]


def tails(content: Content) -> list[tuple[str, str, str]]:
    """Return conclusion, deviations, outside results and statements: points l, n, p and 7.8.8."""
    rows = [
        ("结论", "Conclusion", conclusion(content)),
        ("检测偏离", "Deviations from the method", content.deviations),
        ("外部结果", "External providers", content.external),
        ("更正", "Amendment", content.change),
        ("替代", "Replaces", content.replaces),
        (
            "声明",
            "Statement",
            content.relates_only
            + " The results relate only to the item received. Not to be reproduced except in full.",
        ),
    ]
    return [row for row in rows if row[2]]


def hands(facts: Facts) -> list[tuple[str, str, str]]:
    """Return who tested, verified and authorised, and the day: points j and o."""
    lines = facts.content.lines
    tested = "、".join(dict.fromkeys(line.enterer for line in lines))
    verified = "、".join(dict.fromkeys(line.verifier for line in lines))
    authoriser = "" if facts.is_draft else facts.content.authoriser
    return [
        ("检测", "Tested by", facts.signers.get("enterer", tested)),
        ("审核", "Verified by", facts.signers.get("verifier", verified)),
        ("批准", "Authorised by", facts.signers.get("authoriser", authoriser)),
        ("签发日期", "Issued on", facts.content.issued_on),
    ]


def conclusion(content: Content) -> str:
    """Return every test with its outcome in both languages."""
    return "；".join(
        f"{line.disease_name} {outcome(line)[0]} {outcome(line)[1]}" for line in content.lines
    )


def outcome(line: ContentLine) -> tuple[str, str]:
    """Return a test's outcome in Chinese and English."""
    return OUTCOMES.get(line.outcome, (line.outcome, ""))


def remarks(content: Content) -> list[str]:
    """Return what is to be said of single tests: rule, limits as entered, pools, outside results."""
    found: dict[str, list[str]] = {}
    for place, line in enumerate(content.lines, start=1):
        for words in _of_line(line):
            found.setdefault(words, []).append(str(place))
    every = len(content.lines)
    return [
        f"{'全部 All' if every > 1 and len(places) == every else '、'.join(places)}）{words}"
        for words, places in found.items()
    ]


def _of_line(line: ContentLine) -> list[str]:
    said = [line.decision_rule]
    if line.as_entered:
        said.append(f"结果值 Value as entered：{line.as_entered}")
    if line.lod:
        said.append(f"检出限 LoD：{line.lod}")
    if line.uncertainty:
        said.append(f"测量不确定度 Uncertainty：{line.uncertainty}")
    if line.pool:
        words = line.pool_words or f"由混样 {line.pool} 检测为阴性而判定"
        said.append(f"{words} Negative by pool {line.pool}")
    if line.external:
        said.append(f"外部提供方的结果 Result of an external provider：{line.external}")
    return [words for words in said if words]


def _both(chinese: str, english: str) -> str:
    return f"{chinese} {english}" if english and english != chinese else chinese
