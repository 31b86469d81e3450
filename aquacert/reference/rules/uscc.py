"""Unified social credit code, GB 32100-2015: 18 characters, the last one a check (mod 31)."""

from __future__ import annotations

from aquacert.kernel.errors import Invalid
from aquacert.reference.rules.text import code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015 table 1: digits and capitals without I, O, S, V, Z."""
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
LOOKS_LIKE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters: (31 - sum of weights) mod 31.

    31 is prime and no weight is a multiple of it, so one wrong character is always found.
    """
    total = sum(w * ALPHABET.index(c) for w, c in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % 31]


def parse_uscc(text: str, *, field: str = "uscc") -> str:
    """Return the code in 18 capitals and digits; raise `Invalid` saying what is wrong with it."""
    value = code(text, field)
    if wrong := _fault(value):
        raise Invalid(wrong, **{field: wrong})
    return value


def _fault(value: str) -> str:
    if len(value) != 18:
        return f"统一社会信用代码是 18 位，现在是 {len(value)} 位。"
    for position, character in enumerate(value, 1):
        if character not in ALPHABET:
            return _strange(position, character)
    if not value[2:8].isdigit():
        return "统一社会信用代码第 3 至 8 位是行政区划，只能是数字。"
    if check_character(value[:17]) != value[17]:
        return "统一社会信用代码的校验位对不上，请照营业执照逐位核对。"
    return ""


def _strange(position: int, character: str) -> str:
    sentence = f"统一社会信用代码第 {position} 位“{character}”不对：代码里没有字母 I、O、S、V、Z。"
    like = LOOKS_LIKE.get(character)
    return sentence + (f"是不是“{like}”？" if like else "")
