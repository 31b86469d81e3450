"""Telephone numbers of the mainland: 11-digit mobiles and landlines with their area code."""

from __future__ import annotations

import re
import unicodedata

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.masking import mask_phone as mask_phone  # noqa: PLC0414
from aquacert.reference.rules.text import INVISIBLE, refuse_unstorable

MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Three-digit area codes are 010 and 02x; the others have four (YD/T numbering plan, 0[3-9]xx).
LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})(?:转(\d{1,6}))?", re.ASCII)
SERVICE = re.compile(r"[48]00[0-9]{7}")
COUNTRY = re.compile(r"^(?:\+|00)86")
EXTENSION = re.compile(r"(?:转|分机|ext\.?|[#])", re.IGNORECASE)
SENTENCE = "电话不对：手机号是 11 位（如 138 0000 8000），座机要带区号（如 0512-6522 1234）。"


def parse_phone(text: str, *, field: str = "phone") -> str:
    """Return the number as it is kept: `13800008000`, or `0512-65221234` (`转8` when extended).

    Spaces, hyphens, brackets, full-width digits and +86 are forgiven; anything else is `Invalid`.
    """
    refuse_unstorable(text, field)
    value = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    value = EXTENSION.sub("转", value)
    value = re.sub(r"[\s\-–—‐‑()·.]+", "", value)
    value = COUNTRY.sub("", value)
    if not value.isascii() and "转" not in value:
        raise Invalid(SENTENCE, **{field: SENTENCE})
    if MOBILE.fullmatch(value) or SERVICE.fullmatch(value):
        return value
    found = LANDLINE.fullmatch(value) or LANDLINE.fullmatch(f"0{value}")
    if found is None:
        raise Invalid(SENTENCE, **{field: SENTENCE})
    area, number, extension = found.groups()
    return f"{area}-{number}" + (f"转{extension}" if extension else "")
