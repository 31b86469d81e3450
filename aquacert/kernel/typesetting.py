"""Typesetting for every room: one typst compiler per process, fonts read once, glyphs checked first.

A room gives a template of templates/documents and its inputs; what is printed is the room's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

from aquacert.kernel.errors import Invalid, Misconfigured
from aquacert.kernel.glyphs import missing_glyphs as _missing

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "templates" / "documents"
FONTS = PROJECT / "aquacert" / "http" / "static" / "vendor" / "fonts"
"""Where set-up puts NotoSerifSC and NotoSansSC, Regular and Bold."""
KAI_FOLDERS = (Path("/usr/share/fonts/truetype/lxgw-wenkai"),)
"""LXGW WenKai, where the machine has it (Debian fonts-lxgw-wenkai); else signatures are in Song."""
WRITTEN_IN = (
    "NotoSerifSC-Regular.ttf",
    "NotoSerifSC-Bold.ttf",
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Bold.ttf",
)
STANDARD: Final = "a-3b"
"""PDF/A-3b: archival, and may carry the record as an attached file."""
SEAL_NOTE = "印章由本系统生成，未接入有权机关的电子印章平台，不具有法律效力。"
DEMO_FOOT = "演示样张无效"
LOCAL_FOOT = "系统制无法律效力"


class Typesetter:
    """The process's one compiler; typst is not made for threads, so a lock serves them in turn."""

    def __init__(self, fonts: Path = FONTS) -> None:
        import typst

        font_files(fonts)
        folders = [str(fonts), *(str(folder) for folder in KAI_FOLDERS if folder.is_dir())]
        self._lock = Lock()
        self._compiler = typst.Compiler(
            root=str(TEMPLATES), font_paths=folders, ignore_system_fonts=True
        )

    def pdf(
        self,
        template: str,
        inputs: dict[str, str],
        *,
        standard: Literal["a-3b"] | None = None,
        is_tagged: bool = False,
    ) -> bytes:
        """Return `template` (a file of templates/documents) set with `inputs`.

        Tagged, it can be read aloud in order, with the words for its pictures (ISO 32000-1 §14.8).
        """
        with self._lock:
            result: Any = self._compiler.compile(
                input=str(TEMPLATES / template),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=standard,
                pdf_tags=is_tagged,
            )
        return bytes(result)


@lru_cache(maxsize=4)
def font_files(fonts: Path = FONTS) -> tuple[Path, ...]:
    """Return the fonts that documents are written in; raise `Misconfigured` naming the absent."""
    files = tuple(fonts / name for name in WRITTEN_IN)
    absent = [font.name for font in files if not font.is_file()]
    if absent:
        raise Misconfigured(f"缺少字体：{'、'.join(absent)}。请先运行 make setup。")
    return files


@lru_cache(maxsize=4)
def typesetter(fonts: Path = FONTS) -> Typesetter:
    """Return the process's typesetter for one font folder."""
    return Typesetter(fonts)


def missing_glyphs(text: str, fonts: Path = FONTS) -> list[str]:
    """Return the characters of `text` that the documents' fonts cannot draw."""
    return _missing(text, font_files(fonts))


def refuse_missing(texts: Mapping[str, str], fonts: Path = FONTS) -> None:
    """Raise `Invalid` on the fields whose text has a character that no font can draw."""
    wrong = {
        name: f"“{'、'.join(missing)}”字库里没有，印不出来。请用规范汉字，或联系管理员加字。"
        for name, text in texts.items()
        if (missing := missing_glyphs(text, fonts))
    }
    if wrong:
        raise Invalid("有的字印不出来：" + "；".join(wrong.values()), **wrong)


@lru_cache(maxsize=256)
def seal_pdf(body: str, *, is_demo: bool, title: str = "", fonts: Path = FONTS) -> bytes:
    """Return the 41 mm seal of `body` as a one-page PDF, the appearance of its signature.

    `title` stands beneath the star; empty for the quarantine body's own, 动物检疫专用章.
    """
    inputs = {"body": body, "foot": DEMO_FOOT if is_demo else LOCAL_FOOT}
    return typesetter(fonts).pdf("seal.typ", inputs | ({"title": title} if title else {}))
