"""Typesetting: facts in, PDF bytes out. One typst compiler per process, fonts read once.

The same facts give the same bytes: the document's date is the instant of issue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

from aquacert.certificates.documents.attachments import attachments
from aquacert.certificates.documents.facts import CertificateFacts
from aquacert.certificates.documents.glyphs import missing_glyphs as _missing
from aquacert.kernel.clock import SHANGHAI
from aquacert.kernel.errors import Invalid, Misconfigured
from aquacert.trust.qr import qr_matrix, qr_svg

PROJECT = Path(__file__).resolve().parents[3]
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


@dataclass(frozen=True)
class Reprint:
    """A further printing of an issued certificate: a copy, and said to be one."""

    ordinal: int
    """1 for the first copy"""
    at: datetime

    def for_typst(self) -> dict[str, str]:
        """Return what the page says of it."""
        return {
            "ordinal": str(self.ordinal),
            "at": f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        }


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


def render_certificate(
    facts: CertificateFacts,
    record: bytes,
    cose: bytes,
    *,
    is_draft: bool = False,
    proofs: Mapping[str, bytes] | None = None,
    reprint: Reprint | None = None,
    fonts: Path = FONTS,
) -> bytes:
    """Return the certificate as PDF/A-3b, not yet signed, with record, code and proofs attached.

    A reprint is marked 副本 with its count and carries no attachment: the original is the signed
    file. Raise `Invalid` naming the characters when a text has one that no font can draw.
    """
    refuse_missing(facts, fonts)
    carried = [] if reprint else attachments(record, cose, proofs)
    inputs = {
        "facts": json.dumps(_for_print(facts, reprint), ensure_ascii=False, sort_keys=True),
        "attachments": json.dumps([one.for_typst() for one in carried]),
        "draft": "1" if is_draft else "",
    }
    return typesetter(fonts).pdf("certificate.typ", inputs, standard=STANDARD, is_tagged=True)


def refuse_missing(facts: CertificateFacts, fonts: Path = FONTS) -> None:
    """Raise `Invalid` on the fields whose text has a character that no font can draw."""
    wrong = {
        name: f"“{'、'.join(missing)}”字库里没有，印不出来。请用规范汉字，或联系管理员加字。"
        for name, text in facts.texts().items()
        if (missing := missing_glyphs(text, fonts))
    }
    if wrong:
        raise Invalid("有的字印不出来：" + "；".join(wrong.values()), **wrong)


@lru_cache(maxsize=256)
def seal_pdf(body: str, *, is_demo: bool, fonts: Path = FONTS) -> bytes:
    """Return the 41 mm seal of `body` as a one-page PDF, the appearance of its signature."""
    foot = DEMO_FOOT if is_demo else LOCAL_FOOT
    return typesetter(fonts).pdf("seal.typ", {"body": body, "foot": foot})


@lru_cache(maxsize=256)
def hand_pdf(vet: str, fonts: Path = FONTS) -> bytes:
    """Return the vet's name in Kai as a one-page PDF, the appearance of the vet's signature."""
    return typesetter(fonts).pdf("hand.typ", {"vet": vet})


def _for_print(facts: CertificateFacts, reprint: Reprint | None) -> dict[str, Any]:
    row = asdict(facts)
    del row["issued"]
    row["date"] = list(facts.issued.astimezone(UTC).timetuple()[:6])
    row["qr"] = qr_svg(qr_matrix(facts.qr_url))
    row["verify_alt"] = facts.qr_url.partition("#")[0]
    row["seal_note"] = SEAL_NOTE
    row["reprint"] = None if reprint is None else reprint.for_typst()
    return row
