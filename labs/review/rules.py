"""Who may verify a result, when many may pass at once, and what exactly a signature covers.

Two persons at least stand between the bench and a certificate, and a third authorises the report: whoever had a hand
in any version of a result, in its pool or in its run never verifies it (ISO/IEC 17025 6.2.6, 7.7.1; GLP's second pair
of eyes). A signature says what it means and covers a record byte for byte (21 CFR 11.50, 11.70).
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from labs.bench.rules import FINAL, OUTCOME_WORDS, Outcome

FLOOR = 1
"""Verifiers below whom no rule may go; the authoriser of the report comes on top."""
RECORD = "aquacert.lab.review/1"
WORDS_OF_MANY = "本人已核对原始数据、质控与判定规则，同意 {count} 份为“{outcome}”。"
WORDS_OF_ONE = "本人已核对原始数据、质控与判定规则，同意 {code} {disease} 为“{outcome}”。"


@dataclass(frozen=True, slots=True)
class Hands:
    """Everybody who had a hand in a result: `testers` in any version, pool or run; `verifiers` by signature."""

    testers: frozenset[object] = frozenset()
    verifiers: frozenset[object] = frozenset()


class Locked(StrEnum):
    """Why a person may not verify a result."""

    NOBODY = "nobody"
    OWN_ENTRY = "own_entry"
    SIGNED_ALREADY = "signed_already"
    NOT_FINAL = "not_final"


SENTENCES: Mapping[Locked, str] = {
    Locked.NOBODY: "复核须由实名的人完成，系统不能代为复核。",
    Locked.OWN_ENTRY: "这个结果您录入过或参与过检测（包括早先的版本、混样和运行），须由另一个人复核。",
    Locked.SIGNED_ALREADY: "您已为这个结果签过复核意见，还要另一位复核员。",
    Locked.NOT_FINAL: "灰区或废孔不能下结论，请退回复检",
}


def may_verify(person: object, hands: Hands, outcome: Outcome) -> Locked | None:
    """Return why this person may not verify the result; None when nothing stands against it."""
    if person is None:
        return Locked.NOBODY
    if person in hands.testers:
        return Locked.OWN_ENTRY
    if person in hands.verifiers:
        return Locked.SIGNED_ALREADY
    return None if outcome in FINAL else Locked.NOT_FINAL


def is_enough(verifiers: Collection[object], testers: Collection[object], level: int) -> bool:
    """Tell whether so many distinct persons, none of them a tester, suffice; never fewer than the floor."""
    distinct = {person for person in verifiers if person is not None} - set(testers)
    return len(distinct) >= max(FLOOR, level)


@dataclass(frozen=True, slots=True)
class Level:
    """How many persons verify a method's results from a day on."""

    verifiers: int
    from_on: date


def level_on(levels: Iterable[Level], on: date) -> int:
    """Return how many verifiers a day asks for; the floor where no rule was set."""
    begun = [level for level in levels if level.from_on <= on]
    last = max(begun, key=lambda level: level.from_on, default=None)
    return FLOOR if last is None else max(FLOOR, last.verifiers)


class Left(StrEnum):
    """Why a result does not pass together with its run's identical negatives."""

    NOT_NEGATIVE = "not_negative"
    TOUCHED = "touched"
    RUN_INVALID = "run_invalid"
    MANUAL = "manual"
    CORRECTED = "corrected"
    NO_WELLS = "no_wells"
    CQ_SEEN = "cq_seen"
    WELL_EXCLUDED = "well_excluded"
    IC_OUT = "ic_out"
    IC_MISSING = "ic_missing"


LEFT_WORDS: Mapping[Left, tuple[str, str]] = {
    Left.NOT_NEGATIVE: ("不是阴性", "须单独复核"),
    Left.TOUCHED: ("您参与过检测，或已签过", "由另一位复核员办理"),
    Left.RUN_INVALID: ("运行、批号或仪器有问题", "处理好以后再复核"),
    Left.MANUAL: ("有手工改动", "须单独复核"),
    Left.CORRECTED: ("更正版", "看过差异再单独复核"),
    Left.NO_WELLS: ("没有孔的记录", "须单独复核"),
    Left.CQ_SEEN: ("有孔出现 Cq", "须单独复核"),
    Left.WELL_EXCLUDED: ("有废孔", "须单独复核"),
    Left.IC_OUT: ("内参超出范围", "退回重测"),
    Left.IC_MISSING: ("内参没有 Cq", "退回重测"),
}
"""What a tag says, and what is to be done."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The part of a result that decides whether it is one of many identical negatives.

    `is_changed`: a value of it, of its internal control or of its run's controls was replaced after it was written, two
    persons typed it, or it was typed without a worksheet that says what lies where. Cq in cycles, None = nothing detected; `controls` are those of the internal control, `window` its limits.
    """

    outcome: Outcome
    is_touched: bool
    is_run_valid: bool
    is_changed: bool
    version: int
    targets: tuple[float | None, ...]
    excluded: int = 0
    controls: tuple[float | None, ...] = ()
    window: tuple[float | None, float | None] | None = None


def left(result: Plain) -> Left | None:
    """Return why a result must be looked at by itself; None when it is one of the identical negatives."""
    asked: tuple[tuple[bool, Left], ...] = (
        (result.is_touched, Left.TOUCHED),
        (not result.is_run_valid, Left.RUN_INVALID),
        (result.outcome is not Outcome.NEGATIVE, Left.NOT_NEGATIVE),
        (result.is_changed, Left.MANUAL),
        (result.version > 1, Left.CORRECTED),
        (not result.targets, Left.NO_WELLS),
        (bool(result.excluded), Left.WELL_EXCLUDED),
        (any(cq is not None for cq in result.targets), Left.CQ_SEEN),
    )
    found = next((why for holds, why in asked if holds), None)
    return found or _control(result)


def _control(result: Plain) -> Left | None:
    """Hold the internal control against its window, where the rule has one."""
    if result.window is None:
        return None
    low, high = result.window
    if not result.controls or any(cq is None for cq in result.controls):
        return Left.IC_MISSING
    read = [cq for cq in result.controls if cq is not None]
    is_out = any((low is not None and cq < low) or (high is not None and cq > high) for cq in read)
    return Left.IC_OUT if is_out else None


def digest_of(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a record as canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def meaning_of(results: Sequence[tuple[str, str, str]]) -> str:
    """Say what the signature under these results (blind code, disease, outcome) means."""
    if len(results) == 1:
        [(code, disease, outcome)] = results
        return WORDS_OF_ONE.format(code=code, disease=disease, outcome=word_of(outcome))
    outcomes = "、".join(sorted({word_of(outcome) for _code, _disease, outcome in results}))
    return WORDS_OF_MANY.format(count=len(results), outcome=outcomes)


def word_of(outcome: str) -> str:
    """Return an outcome as people read it."""
    return OUTCOME_WORDS[Outcome(outcome)]


@dataclass(frozen=True, slots=True)
class Face:
    """What one version of a result shows, field by field; `because` is why the version before it came back.

    `is_seen`: this is the version as somebody saw it earlier.
    """

    title: str
    values: Mapping[str, str]
    because: str = ""
    is_seen: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One field over all versions. `values` stand in the versions' order; `because` where the last one differs."""

    name: str
    original: str
    values: tuple[str, ...]
    is_changed: bool
    because: str = field(default="")


NOTHING = "—"


def changes(original: Mapping[str, str], faces: Sequence[Face]) -> list[Change]:
    """Return every field of every version side by side, in the order in which fields first appear."""
    names = dict.fromkeys(
        [*original, *(name for face in faces for name in face.values)],
    )
    found: list[Change] = []
    for name in names:
        values = tuple(face.values.get(name, NOTHING) for face in faces)
        is_changed = len(values) > 1 and values[-1] != values[-2]
        reason = faces[-1].because if is_changed else ""
        found.append(Change(name, original.get(name, NOTHING), values, is_changed, reason))
    return found
