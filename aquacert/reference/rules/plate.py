"""Number plates of road vehicles, GA 36-2018: ordinary, trailer (挂) and new-energy ones.

示 stands in for a province on demonstration vehicles, so that no real lorry appears in a demo.
"""

from __future__ import annotations

import re

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.masking import mask_plate as mask_plate  # noqa: PLC0414
from aquacert.reference.rules.text import code

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
DEMO = "示"
HEAD = f"[{PROVINCES}{DEMO}][A-HJ-Z]"
ORDINARY = re.compile(HEAD + "(?=[A-Z]*[0-9])[A-HJ-NP-Z0-9]{5}")
TRAILER = re.compile(HEAD + "[A-HJ-NP-Z0-9]{4}[挂学警港澳]")
# Small new-energy plates carry their letter first (D A B C E: electric; F G H J K: not only),
# large ones carry D or F last.
NEW_ENERGY = re.compile(HEAD + "(?:[DABCEFGHJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF])")
SENTENCE = "车牌号不对：应像 苏A12345、新能源 苏AD12345、挂车 苏A1234挂。"


def parse_plate(text: str, *, field: str = "plate") -> str:
    """Return the plate without spaces or dot, capitals; raise `Invalid` if no such plate exists."""
    value = code(text, field)
    if not any(kind.fullmatch(value) for kind in (ORDINARY, TRAILER, NEW_ENERGY)):
        hint = "车牌后五位没有字母 I 和 O，是不是数字 1 和 0？" if _has_io(value) else ""
        raise Invalid(SENTENCE + hint, **{field: SENTENCE + hint})
    return value


def show_plate(plate: str) -> str:
    """Return the plate as it is painted: `苏A·12345`."""
    return f"{plate[:2]}·{plate[2:]}"


def _has_io(value: str) -> bool:
    return len(value) in {7, 8} and any(c in "IO" for c in value[2:])
