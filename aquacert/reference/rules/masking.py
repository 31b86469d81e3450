"""What a stranger may see of a person: enough to compare, never enough to find them.

Masked pieces from different places can be put together again, so an identity number shows nothing
at all (PIPL art. 25 and 51).
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = "已隐藏"
LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){9,}[ -]?[0-9Xx](?![0-9A-Za-z])")
"""Eleven digits or more, blanks and hyphens among them: a telephone, an identity number."""
BODY = re.compile(
    "场|公司|厂|社|店|部|户|中心|站|所|院|局|处|基地|集团|合作|养殖|渔业|水产|车队|运输|码头"
)
"""What a name of a body holds and a name of a person does not."""
SHORTEST_BODY = 3


def mask_name(text: str) -> str:
    """Return the first character and a star: 张*; a single character becomes a star."""
    name = text.strip()
    head = _first(name)
    return f"{head}*" if len(name) > len(head) else "*"


def mask_party(text: str) -> str:
    """Return a body's name whole (public by law) and a person's masked: 甲县水产公司, 李*.

    Three characters or fewer are a person's whatever they are: 王处一, 李社.
    """
    is_body = len(text.strip()) > SHORTEST_BODY and BODY.search(text)
    return text if is_body else mask_name(text)


def mask_phone(text: str) -> str:
    """Return 138****8000, or 0512-****1234; a number too short to mask shows nothing."""
    area, dash, number = text.partition("-")
    if dash:
        number = re.sub(r"\D.*", "", number)
        return f"{area}-****{number[-4:]}" if len(number) > 6 else "****"
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 10 else "****"


def mask_plate(text: str) -> str:
    """Return 苏A·1**45: place, first and last two of the rest, so that it can be compared."""
    plate = text.replace("·", "").replace(" ", "")
    rest = plate[2:]
    if len(rest) < 4:
        return "***"
    return f"{plate[:2]}·{rest[0]}{'*' * (len(rest) - 3)}{rest[-2:]}"


def mask_numbers(text: str) -> str:
    """Return free words with everything that could be a telephone or an identity number hidden."""
    return LONG_NUMBER.sub(HIDDEN, unicodedata.normalize("NFC", text))


def mask_identity(text: str) -> str:
    """Return the same word whatever the number: no digit of it leaves the house."""
    del text
    return HIDDEN


def _first(name: str) -> str:
    """Return the first character with the marks that belong to it (variation selectors too)."""
    end = 1
    while end < len(name) and (
        unicodedata.combining(name[end]) or unicodedata.category(name[end]) == "Mn"
    ):
        end += 1
    return name[:end]
