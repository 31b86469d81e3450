"""The public pages as bytes: head and tail made once for each language, the middle per certificate.

The cache keeps middles only; `Frame.join` puts the moment of the answer into the tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aquacert.verification.documents.english import speaker
from aquacert.verification.documents.sheet import PageFacts
from aquacert.verification.rules.verdict import TONES, Tone, Verdict

TEMPLATES = Path(__file__).parents[3] / "templates"
LANGUAGES = ("zh_CN", "en")
NOW = b"%NOW%"
TITLE = b"%TITLE%"
PROOF = b"%PROOF%"
LINKS = b"%LINKS%"
Pieces = tuple[bytes, ...]
"""Parts of a page in order; parts that many pages share are one object in memory."""
MARKS = {
    Verdict.VALID: "check",
    Verdict.ARRIVED: "arrived",
    Verdict.SUSPENDED: "pause",
    Verdict.VOID: "x",
    Verdict.REPLACED: "swap",
    Verdict.RECALLED: "flag",
    Verdict.EXPIRED: "clock",
    Verdict.FORGED: "warn",
    Verdict.UNKNOWN: "ask",
    Verdict.UNSURE: "ask",
}
WORDS = {
    Verdict.VALID: "有效",
    Verdict.ARRIVED: "已到达",
    Verdict.SUSPENDED: "暂停（勿运）",
    Verdict.UNKNOWN: "查无此证",
    Verdict.UNSURE: "暂时无法核验",
}
"""The verdict in words; every other one is 无效."""
REFUSE = (
    ("先不要收货", ""),
    ("让货主联系签发机构", ""),
    ("已经收货的，单独暂养并打电话", ""),
)
NEXT_STEPS: dict[Verdict, Sequence[tuple[str, str]]] = {
    Verdict.REPLACED: (
        ("请司机出示新证的二维码", "新证一般已经发到货主手机上"),
        ("扫新证，再核对一遍", "重点看车牌、品种、数量"),
        ("拿不出新证，先不要收货", "可以打电话问，也可以反映问题"),
    ),
    Verdict.SUSPENDED: (
        ("先停下，不要装车、不要卸货", ""),
        ("打电话给签发机构，问复查什么时候结束", "电话印在证明上"),
        ("没有核实前，不要放苗入塘", "可以先单独暂养"),
    ),
    Verdict.UNSURE: (
        ("换个有信号的地方再试", "不用重新扫码，点上面的按钮"),
        ("打电话问签发机构", "电话印在证明上"),
        ("没有核实前，不要放苗入塘", "可以先单独暂养"),
    ),
    Verdict.UNKNOWN: (
        ("看清编号再扫一次", "二维码脏了就擦一擦，或用编号查验"),
        ("还是查不到，先不要收货", "可以打电话问，也可以反映问题"),
    ),
    Verdict.VOID: REFUSE,
    Verdict.RECALLED: REFUSE,
    Verdict.EXPIRED: REFUSE,
    Verdict.FORGED: REFUSE,
}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything the middle of a page needs. Sentences are Chinese sources; `line` is spoken."""

    verdict: Verdict
    line: str = ""
    """the one line under the word, already in the page's language"""
    why: str = ""
    more: str = ""
    facts: PageFacts | None = None
    successor: str = ""
    times: int = 0
    changes: Sequence[tuple[str, str, str]] = field(default_factory=list)
    rest_changed: bool = False

    @property
    def tone(self) -> Tone:
        """Shape and colour."""
        return TONES[self.verdict]

    @property
    def mark(self) -> str:
        """Name of the icon in the disc."""
        return MARKS[self.verdict]

    @property
    def word(self) -> str:
        """The verdict in words."""
        return WORDS.get(self.verdict, "无效")

    @property
    def todo(self) -> Sequence[tuple[str, str]]:
        """What to do now, as (act, how)."""
        return NEXT_STEPS.get(self.verdict, ())

    @property
    def is_live(self) -> bool:
        """Whether the facts are worth comparing with the goods."""
        return self.verdict is Verdict.VALID


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates of the public pages, escaping everything."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@dataclass(frozen=True)
class Frame:
    """Head and tail of one language, as bytes."""

    before_title: bytes
    after_title: bytes
    before_now: bytes
    after_now: bytes

    def join(self, title: bytes, own: Pieces, now: bytes) -> bytes:
        """Return the whole page."""
        return b"".join(
            (
                self.before_title,
                title,
                self.after_title,
                *own,
                self.before_now,
                now,
                self.after_now,
            )
        )


def frame(lang: str, host: str, script: str = "verify") -> Frame:
    """Return the frame of `lang` for an installation reached at `host`, with the page's script."""
    icons = environment().get_template("_parts/icons.html").module.ICONS  # type: ignore[attr-defined]
    common = {"lang": lang, "_": speaker(lang), "ICONS": icons, "host": host, "script": script}
    head = environment().get_template("verification/head.html").render(**common, title="%TITLE%")
    tail = environment().get_template("verification/tail.html").render(**common)
    before_title, _, after_title = head.encode().partition(TITLE)
    before_now, _, after_now = tail.encode().partition(NOW)
    return Frame(before_title, after_title, before_now, after_now)


def title_of(verdict: Verdict, lang: str) -> bytes:
    """Return the page's title: the verdict first, so that a list of tabs already answers."""
    say = speaker(lang)
    return f"{say(WORDS.get(verdict, '无效'))} · {say('检疫证明查验')}".encode()


def middle(sheet: Sheet, lang: str) -> Pieces:
    """Return the part of the page that belongs to one certificate."""
    template = environment().get_template("verification/certificate.html")
    own = template.render(s=sheet, lang=lang, _=speaker(lang)).encode()
    before, found, after = own.partition(PROOF)
    if not found:
        return (own,)
    between, _found, end = after.partition(LINKS)
    return (before, proof(lang, is_live=sheet.is_live), between, links(lang), end)


@lru_cache(maxsize=4)
def proof(lang: str, *, is_live: bool) -> bytes:
    """Return the lines that say who checked the signature: one object for all pages."""
    template = environment().get_template("verification/proof.html")
    return template.render(is_live=is_live, _=speaker(lang)).encode()


@lru_cache(maxsize=2)
def links(lang: str) -> bytes:
    """Return the ways on from a certificate's page: one object for all pages."""
    return environment().get_template("verification/links.html").render(_=speaker(lang)).encode()


def own_bytes(pieces: Pieces) -> int:
    """Return how many bytes of `pieces` are this page's alone."""
    return sum(len(piece) for piece in pieces[::2])


def ask_page(
    lang: str, number: str = "", code: str = "", wrong: tuple[str, str] | None = None
) -> Pieces:
    """Return the middle of the form; `wrong` is (what, how) when the last try gave nothing."""
    asked = bool(number or code)
    context = {
        "number": number,
        "code": code,
        "wrong": wrong,
        "bad_number": asked and not (number.isascii() and number.isdigit() and len(number) == 10),
        "bad_code": asked and len(code) != 6,
    }
    template = environment().get_template("verification/ask.html")
    return (template.render(**context, lang=lang, _=speaker(lang)).encode(),)
