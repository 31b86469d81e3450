"""A form as PDF/A by typst. The same sheet gives the same bytes.

A character that no font of ours has is printed as 〓 (the printers' mark for a missing sort) and
the page says so: a farm is never refused its form for a rare character in a name.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from aquacert.kernel.sheets import DEMO_MARK, NUMBER, Block, Grid, Sheet, Signs, printable, words_of
from aquacert.kernel.typesetting import FONTS, missing_glyphs, typesetter

TEMPLATE: Final = "form.typ"
STANDARD: Final = "a-3b"
MISSING: Final = "〓"
MEDIA_TYPE: Final = "application/pdf"


def pdf_of(sheet: Sheet, fonts: Path = FONTS) -> bytes:
    """Return the sheet as a PDF of A4 pages, tagged so that it can be read aloud in order."""
    sheet = printable(sheet)
    absent = missing_glyphs("".join(words_of(sheet)).replace("\n", ""), fonts)
    said = json.dumps(_plain(sheet, absent), ensure_ascii=False, sort_keys=True)
    for character in absent:
        said = said.replace(character, MISSING)
    return typesetter(fonts).pdf(TEMPLATE, {"sheet": said}, standard=STANDARD, is_tagged=True)


def _plain(sheet: Sheet, absent: list[str]) -> dict[str, Any]:
    shown = replace(sheet, blocks=())
    number = f"{NUMBER}{sheet.number}" if sheet.number else ""
    missing = "有字库里没有的字，以〓代替；原字见同号的 Word 文件。" if absent else ""
    return asdict(shown) | {
        "number_line": number,
        "mark": DEMO_MARK if sheet.is_demo else "",
        "missing": missing,
        "blocks": [_block(block) for block in sheet.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Grid):
        return {"kind": "grid"} | asdict(block)
    if isinstance(block, Signs):
        return {"kind": "signs", "lines": list(block.lines())}
    return {"kind": "words", "text": block.text, "tone": block.tone.value}
