"""Rules of the sync, pure: what a device sends, what it hears back, how findings merge.

A device works for hours without a network and then sends its records in the order they were made.
Each record is judged alone; its id serves once for ever; the server's clock counts and the device's
is evidence. `rules/day.py` holds the other direction, the download of the day.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NotRequired, TypedDict
from uuid import UUID

from aquacert.kernel.errors import Invalid

MOST_RECORDS: Final = 200
"""Records in one request; a device with more sends several."""
MOST_BYTES: Final = 1 << 20
"""Bytes of one request of records; files go another way."""
LARGEST_RECORD: Final = 64 << 10
"""Bytes of one record's body, as JSON."""
DEEPEST: Final = 8
"""Levels of brackets in a body; nothing of ours has more than four."""
LONGEST_AWAY: Final = timedelta(days=30)
"""A device that says a record is older than this, or from the future, has a clock to be ignored."""


class Kind(StrEnum):
    """What a record does."""

    VISIT_START = "visit.start"
    ARRIVED = "arrived"
    FINDINGS = "findings"
    PHOTO = "photo"
    CLIP = "clip"
    SUSPICION = "suspicion"
    VERDICT = "verdict"


class Outcome(StrEnum):
    """What became of a record. `same` answers a repetition: the first outcome stands beside it."""

    ACCEPTED = "accepted"
    SAME = "same"
    CONFLICT = "conflict"
    REFUSED = "refused"


KIND_WORDS: Mapping[Kind, str] = {
    Kind.VISIT_START: "开始查验",
    Kind.ARRIVED: "到场",
    Kind.FINDINGS: "检查结果",
    Kind.PHOTO: "照片",
    Kind.CLIP: "录像",
    Kind.SUSPICION: "可疑病种",
    Kind.VERDICT: "检疫结论",
}
OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "已收",
    Outcome.SAME: "重复",
    Outcome.CONFLICT: "两边不一样",
    Outcome.REFUSED: "未采用",
}
OF_VISIT: Final = frozenset({Kind.VISIT_START, Kind.ARRIVED})
"""Kinds whose body names a declaration; the others name a batch."""


class Result(TypedDict):
    """What became of one record: an answer in the order of what was sent.

    `first` is the outcome of the first time when `outcome` is "same". `retry` true: nothing was
    decided and nothing is kept here (its file is not there yet); the device keeps the record and
    sends it again. `version` is the check's version now. `mine` and `theirs` hold, item by item or
    field by field, what the device said and what stands on the server. `kept` names the items of
    a conflict that were taken in all the same. `checks` and `versions` answer a visit.start: batch → check id, batch → version.
    `settles` repeats which record's conflict this one ends.
    """

    id: str
    outcome: str
    first: NotRequired[str]
    reason: NotRequired[str]
    retry: NotRequired[bool]
    version: NotRequired[int]
    mine: NotRequired[dict[str, Any]]
    theirs: NotRequired[dict[str, Any]]
    kept: NotRequired[list[str]]
    checks: NotRequired[dict[str, str]]
    versions: NotRequired[dict[str, int]]
    settles: NotRequired[str]


class Reply(TypedDict):
    """The answer to one request of records.

    A record without a result stays on the device: the server had to stop before it, and `stopped`
    says why.
    """

    server_time: str
    results: list[Result]
    stopped: NotRequired[str]


@dataclass(frozen=True)
class Record:
    """One record as it was sent. `at` is the device's clock; `fault` says why it cannot be read."""

    id: UUID
    kind: Kind | None
    base_version: int | None
    at: datetime | None
    elapsed_ms: int | None
    run: str
    """Which opening of the app: elapsed times compare within one opening only."""
    body: Mapping[str, Any]
    declaration_id: UUID | None
    batch_id: UUID | None
    digest: str
    fault: str = ""


@dataclass(frozen=True)
class Batch:
    """What one request holds."""

    device: UUID
    people: frozenset[UUID]
    """Who made it, as the device says; more than one, or another than who sends, is refused."""
    sent_at: datetime | None
    elapsed_ms: int | None
    run: str
    records: tuple[Record, ...]


def read_batch(values: Mapping[str, Any]) -> Batch:
    """Return what was sent; raise `Invalid` only for what no single record is to blame for."""
    records = values.get("records")
    if not isinstance(records, list):
        raise Invalid("请求里要有记录清单 records。", records="一个清单")
    if len(records) > MOST_RECORDS:
        raise Invalid(
            f"一次最多送 {MOST_RECORDS} 条记录，请分几次。", records=f"最多 {MOST_RECORDS} 条"
        )
    device = _uuid(values.get("device"))
    if device is None:
        raise Invalid("请求里要有设备编号 device。", device="UUID")
    makers = [
        values.get("person"),
        *(one.get("person") for one in records if isinstance(one, Mapping)),
    ]
    named = {_uuid(text) for text in makers if text is not None}
    if None in named:
        raise Invalid("请求里的人的编号不对。", person="UUID")
    return Batch(
        device=device,
        people=frozenset(one for one in named if one is not None),
        sent_at=_instant(values.get("sent_at")),
        elapsed_ms=_whole(values.get("elapsed_ms")),
        run=_words(values.get("run")),
        records=tuple(_record(one) for one in records),
    )


def _record(value: object) -> Record:
    """Return one record; a fault is said in it, for one bad record must not stop the others."""
    values: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    key = _uuid(values.get("id"))
    if key is None:
        raise Invalid("每条记录都要有编号 id。", records="每条都要有 id")
    told = values.get("body")
    is_sound = _is_sound(told)
    body: Mapping[str, Any] = told if isinstance(told, Mapping) and is_sound else {}
    name = values.get("kind") if isinstance(values.get("kind"), str) else None
    text = canonical({"kind": name, "body": told if is_sound else None})
    kind = Kind(name) if name in set(Kind) else None
    subject = "declaration_id" if kind in OF_VISIT else "batch_id"
    fault = ""
    if kind is None:
        fault = "系统不认识这种记录，请更新应用。"
    elif not is_sound:
        fault = "这条记录里有不是数的数，或者括号套得太深。"
    elif len(text) > LARGEST_RECORD:
        fault = "这条记录太大了。"
    elif not is_storable(text):
        fault = "这条记录里有存不下的控制字符，请删掉后重做。"
    elif _uuid(body.get(subject)) is None:
        fault = "这条记录没有写明是哪一批。"
    return Record(
        id=key,
        kind=kind,
        base_version=_whole(values.get("base_version")),
        at=_instant(values.get("at")),
        elapsed_ms=_whole(values.get("elapsed_ms")),
        run=_words(values.get("run")),
        body=body if len(text) <= LARGEST_RECORD and is_storable(text) else {},
        declaration_id=_uuid(body.get("declaration_id")),
        batch_id=_uuid(body.get("batch_id")),
        digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        fault=fault,
    )


def is_storable(text: str) -> bool:
    """Say whether JSON text holds no NUL and no half of a surrogate pair: no database keeps these."""
    return "\\u0000" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_sound(value: object, depth: int = 0) -> bool:
    """Say whether JSON is flat enough and holds no NaN or Infinity, which no answer could give back."""
    if depth > DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(_is_sound(one, depth + 1) for one in value.values())
    if isinstance(value, list):
        return all(_is_sound(one, depth + 1) for one in value)
    return not isinstance(value, float) or math.isfinite(value)


def canonical(value: object) -> str:
    """Return JSON text that is the same for the same content."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def about_when(received: datetime, batch: Batch, record: Record) -> datetime | None:
    """Return about when a record was made, by the server's clock; None when nothing tells.

    Within one opening of the app by the time elapsed, which no wrong clock changes (the rule of
    ODK); else by the device's clock at sending less its clock then, when that can be: a clock that
    was wrong by the same hours both times tells the right difference.
    """
    if (
        batch.run
        and batch.run == record.run
        and batch.elapsed_ms is not None
        and record.elapsed_ms is not None
    ):
        ago = timedelta(milliseconds=batch.elapsed_ms - record.elapsed_ms)
        return received - ago if timedelta(0) <= ago <= LONGEST_AWAY else None
    if batch.sent_at is None or record.at is None:
        return None
    ago = batch.sent_at - record.at
    return received - ago if timedelta(0) <= ago <= LONGEST_AWAY else None


@dataclass(frozen=True)
class Stands:
    """What stands at one item: its value, and the check's version at which it came to be."""

    value: Any
    version: int


@dataclass(frozen=True)
class Merged:
    """What of a record's items is to be written, and what stands against it."""

    take: Mapping[str, Any] = field(default_factory=dict)
    mine: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)


def merge(
    said: Mapping[str, Any],
    stands: Mapping[str, Stands],
    base: int | None,
    own: Collection[int],
) -> Merged:
    """Merge findings item by item.

    An item clashes when the server's value differs, came after `base`, and is not one that this
    very device made (`own`: the versions its earlier records made). Equal values agree.
    """
    take, mine, theirs = {}, {}, {}
    for item, value in said.items():
        there = stands.get(item)
        if there is not None and there.value == value:
            continue
        if there is not None and there.version > (base or 0) and there.version not in own:
            mine[item], theirs[item] = value, there.value
        else:
            take[item] = value
    return Merged(take, mine, theirs)


def others_changed(version: int, base: int | None, own: Collection[int]) -> bool:
    """Say whether anybody but this device changed the check after the version it knew."""
    return any(one not in own for one in range((base or 0) + 1, version + 1))


def degrees(value: object) -> tuple[float, float, float] | None:
    """Return (latitude, longitude, accuracy in metres) of a place that can be, or None."""
    if not isinstance(value, Mapping):
        return None
    numbers = [value.get("lat"), value.get("lon"), value.get("accuracy_m") or 0]
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        return None
    lat, lon, accuracy = (float(one) for one in numbers if isinstance(one, int | float))
    fits = -90 <= lat <= 90 and -180 <= lon <= 180 and 0 <= accuracy < 1e6
    return (lat, lon, accuracy) if fits else None


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _whole(value: object) -> int | None:
    """Return a whole number that every database can keep, or None."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53
    return value if fits and isinstance(value, int) else None


def _instant(value: object) -> datetime | None:
    """Return an instant with its offset as UTC, or None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
