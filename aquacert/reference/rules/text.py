"""Text as people paste it: controls stripped, width folded where it is safe, rare characters kept.

NFKC is right for codes and for search, and wrong for names: it would turn a compatibility
ideograph on somebody's identity card into another character. So names keep theirs.
"""

from __future__ import annotations

import re
import unicodedata

from aquacert.kernel.errors import Invalid

LONGEST = 200
# Zero-width marks, the byte order mark, the soft hyphen, and everything that turns the reading
# direction (UAX #9): invisible on a certificate, and able to make 00001 look like 10000.
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
JOINERS = re.compile("(?<![\u200c\u200d\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]|[\u200c\u200d]$")
CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
BREAKS = re.compile("\r\n|[\r\u2028\u2029]")
PUNCTUATION = re.compile(r"[\s\-–—_./·•,:;()\u3000]+")
COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the begin of a formula (OWASP, CSV injection), full width too."""


def clean(text: str, *, field: str = "text", longest: int = LONGEST, lines: bool = False) -> str:
    """Return `text` as it is kept: no invisible marks, one kind of space, nothing else changed.

    `lines` keeps line breaks (remarks); without it a break is a space. Raises `Invalid` on NUL, on
    half of a surrogate pair (neither can be stored) and on more than `longest` characters.
    """
    refuse_unstorable(text, field)
    text = BREAKS.sub("\n", text)
    text = CONTROLS.sub("", JOINERS.sub("", INVISIBLE.sub("", text)))
    text = "\n".join(SPACES.sub(" ", line).strip() for line in text.split("\n"))
    if not lines:
        text = " ".join(text.split("\n"))
    text = _composed(text.strip())
    if len(text) > longest:
        sentence = f"太长了：最多 {longest} 个字，现在 {len(text)} 个字。"
        raise Invalid(sentence, **{field: sentence})
    return text


def refuse_unstorable(text: str, field: str) -> None:
    """Raise `Invalid` if `text` holds NUL or half a surrogate pair."""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        sentence = "含有存不下的控制字符，请删掉后重新填写。"
        raise Invalid(sentence, **{field: sentence})


def code(text: str, field: str = "code") -> str:
    """Return `text` as a code is compared: NFKC, upper case, no spaces and no punctuation."""
    refuse_unstorable(text, field)
    folded = unicodedata.normalize("NFKC", text)
    return PUNCTUATION.sub("", CONTROLS.sub("", INVISIBLE.sub("", folded))).upper()


def folded(text: str) -> str:
    """Return `text` as it is searched: NFKC, lower case, no spaces and no punctuation.

    Never raises; what cannot be stored is dropped, so that a search box finds nothing instead.
    """
    shown = INVISIBLE.sub("", storable(text))
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", shown)).casefold()


def storable(text: str) -> str:
    """Return `text` without NUL and halves of surrogate pairs: what a query may carry."""
    return "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")


def plain_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: such text gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def search_words(text: str) -> list[str]:
    """Return the folded words of a search; one of punctuation alone stands for itself."""
    words = [word for word in map(folded, text.split()) if word]
    rest = storable(text).strip()
    return words or ([rest] if rest else [])


def _composed(text: str) -> str:
    """Return NFC of `text`, leaving compatibility ideographs as they were typed."""
    parts = COMPATIBILITY.split(text)
    return "".join(
        part if COMPATIBILITY.fullmatch(part) else unicodedata.normalize("NFC", part)
        for part in parts
    )
