"""The .docx rendition: the same facts in a table, for offices that file Word documents.

It carries no signature and says so; the PDF and the QR code are what can be verified.
"""

from __future__ import annotations

import io
from typing import Any

from aquacert.certificates.documents.facts import MODES, CertificateFacts
from aquacert.kernel.typesetting import SEAL_NOTE
from aquacert.trust.qr import qr_matrix, qr_png

SONG = "Noto Serif SC"
TICKED, EMPTY = "☑", "□"
LABEL_MM, VALUE_MM, QR_MM = 36, 138, 31
COPIES = {1: "第一联　机构留存", 2: "第二联　随货同行"}
DEMO_MARK = "演示样张·无效"


def certificate_docx(facts: CertificateFacts) -> bytes:
    """Return the certificate as a Word document: heading, QR code, one row per statutory field."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(18), Mm(15)
    section.top_margin = section.bottom_margin = Mm(11)
    _set_font(document.styles["Normal"], Pt(11))
    _head(document, facts)
    rows = rows_of(facts)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(LABEL_MM), Mm(VALUE_MM)
        cells[0].text, cells[1].text = label, value
    _notes(document, facts)
    _properties(document, facts)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rows_of(facts: CertificateFacts) -> list[tuple[str, str]]:
    """Return label and text of every statutory field, in the order of form A or form B."""
    goods = [
        ("货主", facts.owner),
        ("联系电话", facts.owner_phone),
        ("动物种类", facts.species),
        ("数量及单位", facts.quantity_words),
        ("用途", facts.purpose),
        ("启运地点", f"{facts.origin}{facts.origin_place}"),
        ("到达地点", f"{facts.destination}{facts.destination_place}"),
    ]
    road = [
        ("承运人", facts.carrier),
        ("承运人电话", facts.carrier_phone),
        ("运载方式", _modes(facts.transport_mode)),
        ("运载工具牌号", facts.plate),
        ("运载工具消毒情况", f"装运前经 {facts.disinfectant} 消毒"),
    ]
    close = [
        ("时效", f"本批动物经检疫合格，应于{facts.valid_words}日内到达有效。"),
        ("牲畜耳标号", "/"),
        *([("动物卫生监督检查站签章", "")] if facts.kind == "A" else []),
        ("备注", facts.remarks),
        ("官方兽医签字", facts.vet),
        ("签发日期", facts.issued_words),
        ("动物检疫专用章", facts.body),
    ]
    return [*goods, *(road if facts.kind == "A" else []), *close]


def _head(document: Any, facts: CertificateFacts) -> None:  # noqa: ANN401 (python-docx's factory)
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    if facts.is_demo:
        mark = document.sections[0].header.paragraphs[0].add_run(DEMO_MARK)
        mark.bold, mark.font.size, mark.font.color.rgb = True, Pt(16), RGBColor(0xC8, 0x16, 0x1D)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    words = title.add_run(f"动物检疫证明（动物{facts.kind}）")
    words.bold, words.font.size = True, Pt(22)
    code = document.add_paragraph()
    code.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    picture = io.BytesIO(qr_png(qr_matrix(facts.qr_url)))
    code.add_run().add_picture(picture, width=Mm(QR_MM))
    number = document.add_paragraph()
    number.add_run(f"编号：{facts.number}").bold = True
    number.add_run(f"　　校验码 {facts.check_code}　　{COPIES[facts.copy]}")


def _notes(document: Any, facts: CertificateFacts) -> None:  # noqa: ANN401
    from docx.shared import Pt

    second = (
        f"跨省调运动物到达目的地后，货主或承运人应在 {facts.arrival_hours} 小时内"
        "向输入地动物卫生监督机构报告。"
        if facts.kind == "A"
        else "本证书限省境内使用。"
    )
    first = "本证书一式两联，第一联由动物卫生监督机构留存，第二联随货同行。"
    third = f"动物卫生监督机构联系电话：{facts.body_phone}。涂改无效，一证一运。"
    check = f"查验：{facts.verify_host}　记录摘要 {facts.digest}"
    issued = f"签发 {facts.issued_at}　官方兽医编号 {facts.vet_number}"
    lines = (
        f"注：1. {first}2. {second}3. {third}",
        f"本文件不含电子签名，以 PDF 和二维码为准。{check}",
        issued,
        SEAL_NOTE,
    )
    for line in lines:
        document.add_paragraph().add_run(line).font.size = Pt(9)


def _properties(document: Any, facts: CertificateFacts) -> None:  # noqa: ANN401
    """Dates are the instant of issue: the same facts name the same document."""
    said = document.core_properties
    said.title = f"动物检疫证明（动物{facts.kind}）{facts.number}"
    said.author = said.last_modified_by = facts.body
    said.created = said.modified = facts.issued.replace(tzinfo=None)


def _set_font(style: Any, size: Any) -> None:  # noqa: ANN401
    """Set Latin and East Asian font alike: Word keeps them apart."""
    from docx.oxml.ns import qn

    style.font.name, style.font.size = SONG, size
    style.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)


def _modes(chosen: str) -> str:
    return "　".join(f"{TICKED if mode == chosen else EMPTY} {mode}" for mode in MODES)
