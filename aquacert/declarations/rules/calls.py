"""What people call the office about, and what a record of a call must say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from aquacert.kernel.errors import Invalid

LONGEST = 1_000
EARLIEST = timedelta(days=60)


class Direction(StrEnum):
    """Who rang."""

    IN = "in"
    OUT = "out"


class Subject(StrEnum):
    """What the call was about; lists are counted by it."""

    HOW = "how"
    PROGRESS = "progress"
    MATERIALS = "materials"
    VISIT = "visit"
    REFUSAL = "refusal"
    CONSENT = "consent"
    COMPLAINT = "complaint"
    OTHER = "other"


DIRECTION_WORDS: Mapping[Direction, str] = {Direction.IN: "来电", Direction.OUT: "去电"}
SUBJECT_WORDS: Mapping[Subject, str] = {
    Subject.HOW: "怎样申报",
    Subject.PROGRESS: "问进度",
    Subject.MATERIALS: "补正和材料",
    Subject.VISIT: "到场时间",
    Subject.REFUSAL: "不予受理的理由",
    Subject.CONSENT: "委托代办",
    Subject.COMPLAINT: "投诉和建议",
    Subject.OTHER: "其他",
}


def check_call(
    said: str, answered: str, at: datetime, follow_up_on: date | None, now: datetime
) -> None:
    """Raise `Invalid` for a record that says nothing, or for a time that cannot be."""
    faults: dict[str, str] = {}
    if not 2 <= len(said.strip()) <= LONGEST:
        faults["said"] = f"请写对方问了什么，2 到 {LONGEST} 字。"
    if len(answered.strip()) > LONGEST:
        faults["answered"] = f"答复最多 {LONGEST} 字。"
    if not answered.strip() and follow_up_on is None:
        faults["answered"] = "请写怎样答复的；还没有答复的，请填哪天回电。"
    if at > now + timedelta(minutes=5):
        faults["at"] = "通话时间在以后，请核对。"
    elif at < now - EARLIEST:
        faults["at"] = "通话时间太早（60 天以前），请核对。"
    if faults:
        raise Invalid(f"有 {len(faults)} 处要改。", **faults)
