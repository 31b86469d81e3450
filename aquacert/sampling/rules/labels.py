"""Blind codes and the labels that carry them: random, so that no code names its farm or its unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, so that a code read aloud is the code meant."""
BLIND_CODE_LENGTH = 10
MOST_LABELS = 500
"""Labels handed out at once; a sheet of A4 holds 27."""


class LabelState(StrEnum):
    """Where one pre-printed label stands."""

    FREE = "free"
    USED = "used"
    VOID = "void"


LABEL_WORDS: Mapping[LabelState, str] = {
    LabelState.FREE: "未用",
    LabelState.USED: "已用",
    LabelState.VOID: "作废",
}


class LabelFault(StrEnum):
    """Why a label cannot be put on this sample."""

    UNREADABLE = "unreadable"
    NOT_ALIKE = "not_alike"
    NOT_TWICE = "not_twice"
    UNKNOWN = "unknown"
    OTHER_UNIT = "other_unit"
    USED = "used"
    VOID = "void"


SENTENCES: Mapping[LabelFault, str] = {
    LabelFault.UNREADABLE: "这不是盲样标签上的号码，请重新扫。",
    LabelFault.NOT_ALIKE: "两次扫到的号码不一样：管上和抽样单上必须是同一个号。",
    LabelFault.NOT_TWICE: "标签要扫两次：管上一次，抽样单上一次。",
    LabelFault.UNKNOWN: "系统里没有发过这张标签。",
    LabelFault.OTHER_UNIT: "这张标签发给了别的单位，不能在这里用。",
    LabelFault.USED: "这张标签用过了，一张标签只能贴一份样品。",
    LabelFault.VOID: "这张标签已经作废，请换一张。",
}


def blind_code(letters: bytes) -> str:
    """Return a blind code from random bytes: it says nothing about farm, place or order."""
    text = "".join(ALPHABET[byte % len(ALPHABET)] for byte in letters[:BLIND_CODE_LENGTH])
    return f"{text[:5]}-{text[5:]}"


def read_code(scanned: str) -> str | None:
    """Return the blind code a scanner or a hand gave; None for anything else.

    Spaces, small letters and the look-alikes O, I, L are mended (Crockford).
    """
    text = "".join(scanned.split()).upper().replace("-", "")
    text = text.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(text) != BLIND_CODE_LENGTH or not set(text) <= set(ALPHABET):
        return None
    return f"{text[:5]}-{text[5:]}"


def scanned_alike(tube: str, sheet: str) -> LabelFault | None:
    """Say what is wrong with the two scans of one label."""
    if not tube.strip() or not sheet.strip():
        return LabelFault.NOT_TWICE
    first, second = read_code(tube), read_code(sheet)
    if first is None or second is None:
        return LabelFault.UNREADABLE
    return None if first == second else LabelFault.NOT_ALIKE


def label_fault(
    state: LabelState | None, unit_id: UUID | None, mine: Collection[UUID]
) -> LabelFault | None:
    """Say why a label is refused here; `state` is None for one that was never issued."""
    if state is None:
        return LabelFault.UNKNOWN
    if unit_id not in mine:
        return LabelFault.OTHER_UNIT
    if state is LabelState.USED:
        return LabelFault.USED
    return LabelFault.VOID if state is LabelState.VOID else None
