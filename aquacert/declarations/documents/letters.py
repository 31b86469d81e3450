"""The papers of a declaration as .docx: 申报单, 受理单, 补正告知, 不予受理 (domain.md §2.1, §2.2).

Facts in, bytes out: the same facts give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from aquacert.declarations.rules.grounds import GROUND_ARTICLE
from aquacert.kernel.clock import SHANGHAI

STATEMENT = (
    "申报人依照《中华人民共和国动物防疫法》、《动物检疫管理办法》有关规定，特申报检疫。"
    "并对所填信息的真实性、完整性负责，如与事实不符，官方兽医有权终止检疫，"
    "由此导致的后果由申报人自行负责。"
)
"""Statutory text of the declaration form (domain.md §2.1)."""
DEMO = "演示样张·无效"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class BatchRow:
    """One batch on paper; `quantity` in capitals with its unit (伍拾万尾)."""

    number: int
    species: str
    size: str
    quantity: str
    source: str
    pond: str


@dataclass(frozen=True)
class LoadRow:
    """One load on paper."""

    number: int
    contents: str
    destination: str
    consignee: str
    carrier: str
    vehicle: str
    disinfectant: str
    departs_at: datetime
    purpose: str


@dataclass(frozen=True)
class PaperFacts:
    """What the papers say. Instants are aware; empty texts print as an empty line."""

    number: str
    office: str
    owner: str
    phone: str
    origin: str
    submitted_at: datetime
    declared_by: str
    batches: tuple[BatchRow, ...]
    loads: tuple[LoadRow, ...]
    answered_at: datetime | None = None
    clerk: str = ""
    clerk_phone: str = ""
    visit_at: datetime | None = None
    visit_place: str = ""
    asked_at: datetime | None = None
    asked: tuple[str, ...] = ()
    asked_note: str = ""
    reply_due_at: datetime | None = None
    ground: str = ""
    reason: str = ""
    is_demo: bool = False


def application(facts: PaperFacts) -> bytes:
    """Return the 检疫申报单 with every batch and load and the statutory statement."""
    paper = _begin("检疫申报单", facts)
    _pairs(
        paper,
        (
            ("货主", facts.owner),
            ("联系电话", facts.phone),
            ("申报类型", "动物（水产苗种）"),
            ("启运地点", facts.origin),
            ("报检时间", chinese_time(facts.submitted_at)),
        ),
    )
    paper.add_paragraph("一、申报批次")
    _table(
        paper,
        ("批", "动物种类", "规格", "数量及单位", "来源", "塘口"),
        [
            (str(one.number), one.species, one.size, one.quantity, one.source, one.pond)
            for one in facts.batches
        ],
    )
    paper.add_paragraph("二、运载")
    for load in facts.loads:
        _pairs(
            paper,
            (
                (f"第 {load.number} 车", load.contents),
                ("用途", load.purpose),
                ("启运时间", chinese_time(load.departs_at)),
                ("到达地点", load.destination),
                ("收货人", load.consignee),
                ("承运人", load.carrier),
                ("运载工具", load.vehicle),
                ("消毒情况", f"装运前经{load.disinfectant}消毒"),
            ),
        )
        paper.add_paragraph("")
    paper.add_paragraph(STATEMENT)
    _right(paper, f"申报人签字（盖章）：{facts.declared_by}")
    _right(paper, chinese_day(facts.submitted_at))
    return _bytes(paper)


def acceptance(facts: PaperFacts) -> bytes:
    """Return the 检疫申报受理单: when and where the body sends its people."""
    paper = _begin("检疫申报受理单", facts)
    paper.add_paragraph("申报处理结果（动物卫生监督机构填写）")
    when = chinese_day(facts.visit_at) if facts.visit_at else "　　年　　月　　日"
    paper.add_paragraph("☑ 受理　□ 不受理")
    paper.add_paragraph(f"拟派员于{when}到{facts.visit_place or '　　　　'}实施检疫。")
    if facts.visit_at:
        paper.add_paragraph(f"预计到场：{chinese_time(facts.visit_at)}")
    _close(paper, facts)
    return _bytes(paper)


def refusal(facts: PaperFacts) -> bytes:
    """Return the 不予受理通知书 with its lawful ground and the reason in words."""
    paper = _begin("检疫申报不予受理通知书", facts)
    paper.add_paragraph("申报处理结果（动物卫生监督机构填写）")
    paper.add_paragraph("□ 受理　☑ 不受理")
    paper.add_paragraph(f"法定情形：{facts.ground}（{GROUND_ARTICLE}）")
    paper.add_paragraph(f"理由：{facts.reason}")
    paper.add_paragraph(
        "如不服本决定，可以依法申请行政复议或者提起行政诉讼。情况改变后，可以重新申报。"
    )
    _close(paper, facts)
    return _bytes(paper)


def supplement(facts: PaperFacts) -> bytes:
    """Return the 补正告知书: everything that is missing, told once, and until when."""
    paper = _begin("检疫申报材料补正告知书", facts)
    paper.add_paragraph(
        f"你（单位）的申报经审核，需要补正下列 {len(facts.asked)} 项，现一次性告知："
    )
    for at, item in enumerate(facts.asked, 1):
        paper.add_paragraph(f"{at}. {item}")
    if facts.asked_note:
        paper.add_paragraph(f"说明：{facts.asked_note}")
    if facts.reply_due_at:
        paper.add_paragraph(
            f"请于{chinese_time(facts.reply_due_at)}前补正，不用重新申报。补正期间答复时限停止计算；"
            f"逾期不补正的，依照{GROUND_ARTICLE}不予受理。"
        )
    _close(paper, facts, facts.asked_at)
    return _bytes(paper)


def chinese_day(instant: datetime) -> str:
    """Return 2026 年 5 月 9 日 in Asia/Shanghai."""
    day = instant.astimezone(SHANGHAI)
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def chinese_time(instant: datetime) -> str:
    """Return 2026 年 5 月 9 日 16:00 in Asia/Shanghai."""
    return f"{chinese_day(instant)} {instant.astimezone(SHANGHAI):%H:%M}"


def _begin(title: str, facts: PaperFacts) -> Docx:
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif CJK SC", Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    head = paper.add_heading(title, level=1)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if facts.is_demo:
        mark = paper.add_paragraph(DEMO)
        mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        section.header.paragraphs[0].text = DEMO
    _right(paper, f"编号：{facts.number}")
    paper.add_paragraph(f"货主：{facts.owner}　　启运地点：{facts.origin}")
    paper.core_properties.title = f"{title} {facts.number}"
    paper.core_properties.author = facts.office
    return paper


def _close(paper: Docx, facts: PaperFacts, at: datetime | None = None) -> None:
    paper.add_paragraph(f"经办人：{facts.clerk}")
    paper.add_paragraph(f"经办人联系电话：{facts.clerk_phone}")
    _right(paper, f"{facts.office}（盖章）")
    instant = at or facts.answered_at
    _right(paper, chinese_day(instant) if instant else "")


def _right(paper: Docx, text: str) -> None:
    paper.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _pairs(paper: Docx, rows: Sequence[tuple[str, str]]) -> None:
    table = paper.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
        cells[0].width, cells[1].width = Mm(32), Mm(128)


def _table(paper: Docx, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value


def _bytes(paper: Docx) -> bytes:
    """Return the file with every entry dated alike, so that the bytes depend on the facts only."""
    first, out = io.BytesIO(), io.BytesIO()
    paper.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
