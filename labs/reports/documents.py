"""The report as .docx (检测报告): the sixteen points of ISO/IEC 17025 7.8.2.1 that apply, nothing of its own.

Everything printed comes from the stored content, whose SHA-256 stands in the footer of every page.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

FONT = "Noto Serif CJK SC"
WORDS: Mapping[str, str] = {"negative": "阴性", "positive": "阳性"}
HEADS = ("检测项目", "方法标准号", "Cq（循环）", "结果", "检测日期", "运行编号")
DEMO = "演示样张·无效"
WITHDRAWN = "本报告已撤回，不再有效"


def report_docx(
    content: Mapping[str, Any],
    digest: str,
    *,
    is_demo: bool,
    withdrawn_because: str = "",
    signers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the report as a Word file. `signers` gives the names to print for enterer, verifier and authoriser."""
    document = Document()
    _page(document, content, digest, is_demo=is_demo)
    _centred(document, str(content["title"]), 18)
    _centred(document, f"报告编号：{content['number']}", 11)
    if withdrawn_because:
        _centred(document, f"{WITHDRAWN}（原因：{withdrawn_because}）", 12)
    if content["replaces"]:
        document.add_paragraph(str(content["replaces"]))
    _facts(document, _head_facts(content))
    document.add_paragraph()
    _results(document, content["lines"])
    for rule in dict.fromkeys(str(line["decision_rule"]) for line in content["lines"]):
        document.add_paragraph(rule)
    _facts(document, _foot_facts(content, signers or {}))
    _centred(document, "—— 报告结束 ——", 10)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(
    document: DocumentType, content: Mapping[str, Any], digest: str, *, is_demo: bool
) -> None:
    """Set the font, the margins, and what stands on every page: number, demo mark, digest."""
    style: Any = document.styles["Normal"]
    style.font.name = FONT
    style.font.size = Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    mark = f"　{DEMO}" if is_demo else ""
    section.header.paragraphs[0].text = f"{content['lab_name']}　{content['number']}{mark}"
    section.footer.paragraphs[0].text = f"内容摘要（SHA-256）：{digest}"


def _head_facts(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return who tested what: points b, c, e, g, h, k."""
    marks = "　".join(
        f"{name} {content[key]}"
        for name, key in (("CMA", "cma_number"), ("CNAS", "cnas_number"))
        if content[key]
    )
    rows = [
        ("检测机构", str(content["lab_name"])),
        ("地址", str(content["lab_address"])),
        ("资质编号", marks or "未登记"),
        ("检测地点", str(content["place_of_work"])),
        ("委托方", str(content["customer"])),
        ("样品编号（盲样号）", str(content["blind_code"])),
        ("样品说明", f"{content['matrix']}，{content['individuals']} 个体"),
        ("收样状态", str(content["condition"])),
        ("抽样", str(content["sampling"])),
        ("接样日期", str(content["received_on"])),
    ]
    if content["water_temperature"]:
        rows.append(("抽样时水温", str(content["water_temperature"])))
    return rows


def _foot_facts(content: Mapping[str, Any], signers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return deviations, outside results, hands and date: points j, l, n, o, p."""
    lines: Sequence[Mapping[str, Any]] = content["lines"]
    conclusion = "；".join(
        f"{line['disease_name']} {WORDS.get(str(line['outcome']), str(line['outcome']))}"
        for line in lines
    )
    enterers = "、".join(dict.fromkeys(str(line["enterer"]) for line in lines))
    verifiers = "、".join(dict.fromkeys(str(line["verifier"]) for line in lines))
    return [
        ("结论", conclusion),
        ("偏离", str(content["deviations"])),
        ("外部结果", str(content["external"])),
        ("检测", signers.get("enterer", enterers)),
        ("审核", signers.get("verifier", verifiers)),
        ("批准（授权签字人）", signers.get("authoriser", str(content["authoriser"]))),
        ("签发日期", str(content["issued_on"])),
        ("声明", str(content["relates_only"])),
    ]


def _centred(document: DocumentType, text: str, points: int) -> Paragraph:
    """Add a centred paragraph."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(points)
    run.bold = points > 12
    return paragraph


def _facts(document: DocumentType, rows: Sequence[tuple[str, str]]) -> None:
    """Add a two-column table of names and values."""
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for name, value in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
        cells[0].width, cells[1].width = Cm(4), Cm(12.6)


def _results(document: DocumentType, lines: Sequence[Mapping[str, Any]]) -> None:
    """Add the table of results: points f, i, m."""
    table = document.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, HEADS, strict=True):
        cell.text = head
    for line in lines:
        values = (
            line["disease_name"],
            line["method_standard"],
            line["cq"],
            WORDS.get(str(line["outcome"]), str(line["outcome"])),
            line["tested_on"],
            line["run_number"],
        )
        for cell, value in zip(table.add_row().cells, values, strict=True):
            cell.text = str(value)
