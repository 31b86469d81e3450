"""Rules of the evidence, pure: what about a picture is worth a second look. Nothing here accuses.

A flag says what was seen and what a person could check; it never stops a verdict. Challenge codes
are made from the house secret, so that a device may carry them offline and nobody can guess them.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs without 0, O, 1, I: five bits each."""
CODE_LENGTH: Final = 4
CODES_A_DAY: Final = 3
LATE_DAYS: Final = 7
"""Codes of so many days back are known as late; older ones as unknown."""
CLOCK_SLACK: Final = timedelta(minutes=10)
EARTH_M: Final = 6_371_008.8
SCREEN_WORDS: Final = ("screenshot", "screen capture", "截屏", "截图", "snagit", "photoshop")


class FlagKind(StrEnum):
    """What a flag is about."""

    NEAR = "near"
    MIRRORED = "mirrored"
    CROPPED = "cropped"
    SLOTS = "slots"
    SCREEN = "screen"
    CODE_MISSING = "code_missing"
    CODE_LATE = "code_late"
    CODE_UNKNOWN = "code_unknown"
    FAR = "far"
    PLACE_ZERO = "place_zero"
    SOFTWARE = "software"
    CAMERA_CLOCK = "camera_clock"
    BEFORE_VISIT = "before_visit"
    AFTER_VERDICT = "after_verdict"
    DEVICE_CLOCK = "device_clock"


class FlagState(StrEnum):
    """What a person made of a flag."""

    OPEN = "open"
    CLEARED = "cleared"
    CONFIRMED = "confirmed"


class ClipKind(StrEnum):
    """What a clip is."""

    VIDEO = "video"
    RECORDER = "recorder"


class SecondVerdict(StrEnum):
    """What the second look came to."""

    WAITING = "waiting"
    AGREE = "agree"
    DISAGREE = "disagree"
    UNCLEAR = "unclear"


SENTENCES: Mapping[FlagKind, str] = {
    FlagKind.NEAR: "和另一张照片几乎一样，可能重新存过或缩小过。",
    FlagKind.MIRRORED: "和另一张照片左右相反，其他一样。",
    FlagKind.CROPPED: "像是另一张照片的一部分，或另一张是它的一部分。",
    FlagKind.SLOTS: "和这一批另一格的照片几乎一样；群体和个体要分别拍。",
    FlagKind.SCREEN: "画面有屏幕的网纹，可能是翻拍屏幕；渔网、格栅也会这样，请人看。",
    FlagKind.CODE_MISSING: "没有当天的拍照码。",
    FlagKind.CODE_LATE: "拍照码是前几天的。",
    FlagKind.CODE_UNKNOWN: "拍照码不是这次查验的。",
    FlagKind.FAR: "拍照地点离苗种场较远。",
    FlagKind.PLACE_ZERO: "照片写的经纬度是 0, 0，等于没有定位。",
    FlagKind.SOFTWARE: "照片里写着截屏或修图软件的名字。",
    FlagKind.CAMERA_CLOCK: "相机写的拍摄时间和这次查验对不上。",
    FlagKind.BEFORE_VISIT: "拍摄时间早于开始查验。",
    FlagKind.AFTER_VERDICT: "录制时间晚于这一批的结论。",
    FlagKind.DEVICE_CLOCK: "手机的时钟和系统相差较大。",
}
STATE_WORDS: Mapping[FlagState, str] = {
    FlagState.OPEN: "待人看",
    FlagState.CLEARED: "没有问题",
    FlagState.CONFIRMED: "确有问题",
}
SECOND_WORDS: Mapping[SecondVerdict, str] = {
    SecondVerdict.WAITING: "待抽看",
    SecondVerdict.AGREE: "同意原结论",
    SecondVerdict.DISAGREE: "不同意原结论",
    SecondVerdict.UNCLEAR: "看不清楚",
}
CLIP_WORDS: Mapping[ClipKind, str] = {
    ClipKind.VIDEO: "短视频",
    ClipKind.RECORDER: "执法记录仪文件",
}


@dataclass(frozen=True)
class Place:
    """Where a device says it was: WGS 84 degrees, accuracy in metres (0 = not said)."""

    lat: float
    lon: float
    accuracy_m: float = 0.0


@dataclass(frozen=True)
class Taken:
    """What the app knows of a photograph: claimed code, the device's clock and place.

    `elapsed_ms` runs since the app was opened, whatever the clock does; with `sent_at` and
    `sent_elapsed_ms`, read as the record was sent, a clock that was set in between shows.
    """

    code: str = ""
    at: datetime | None = None
    place: Place | None = None
    elapsed_ms: int | None = None
    device: str = ""
    sent_at: datetime | None = None
    sent_elapsed_ms: int | None = None


@dataclass(frozen=True)
class Doubt:
    """A flag before it is kept. `score` as in the kept one; `detail` holds numbers for its page."""

    kind: FlagKind
    score: int | None = None
    detail: Mapping[str, object] | None = None
    other_file_id: UUID | None = None


def codes_of(secret: str, declaration_id: UUID, on: date) -> tuple[str, ...]:
    """Return the visit's challenge codes of a legal day: unguessable, the same at every asking."""
    made = []
    for place in range(CODES_A_DAY):
        said = f"challenge|{declaration_id}|{on.isoformat()}|{place}"
        mac = hmac.digest(secret.encode(), said.encode(), hashlib.sha256)
        made.append("".join(ALPHABET[byte % len(ALPHABET)] for byte in mac[:CODE_LENGTH]))
    return tuple(made)


def normal_code(text: str) -> str:
    """Return a code as it is compared: capitals, no blanks."""
    return "".join(text.split()).upper()


def code_doubt(secret: str, declaration_id: UUID, code: str, on: date) -> Doubt | None:
    """Say whether a claimed code is that of this visit on this legal day."""
    said = normal_code(code)
    if not said:
        return Doubt(FlagKind.CODE_MISSING)
    if said in codes_of(secret, declaration_id, on):
        return None
    for back in range(1, LATE_DAYS + 1):
        if said in codes_of(secret, declaration_id, on - timedelta(days=back)):
            return Doubt(FlagKind.CODE_LATE, back)
    return Doubt(FlagKind.CODE_UNKNOWN)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two (latitude, longitude) on the sphere, in metres (haversine)."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*one, *other))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def centre(ring: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the middle (latitude, longitude) of an outline given as (longitude, latitude)."""
    return (
        sum(corner[1] for corner in ring) / len(ring),
        sum(corner[0] for corner in ring) / len(ring),
    )


def place_doubts(
    place: Place | None, ponds: Sequence[tuple[float, float]], far_m: int
) -> Iterator[Doubt]:
    """Yield what is odd about a place; `ponds` are (latitude, longitude), empty when unknown."""
    if place is None:
        return
    if abs(place.lat) < 0.01 and abs(place.lon) < 0.01:
        yield Doubt(FlagKind.PLACE_ZERO)
        return
    if ponds:
        away = min(metres((place.lat, place.lon), pond) for pond in ponds) - place.accuracy_m
        if away > far_m:
            yield Doubt(FlagKind.FAR, round(away), {"metres": round(away)})


def time_doubts(
    taken: Taken | None, *, began: datetime, now: datetime, decided: datetime | None = None
) -> Iterator[Doubt]:
    """Yield what is odd about the device's times; a clock that is off is said once, as that."""
    if taken is None or taken.at is None:
        return
    offset = clock_offset(taken, now)
    if abs(offset) > CLOCK_SLACK:
        yield Doubt(FlagKind.DEVICE_CLOCK, round(offset.total_seconds() / 60))
    at = taken.at + (offset if taken.sent_at is not None else timedelta())
    if at < began - CLOCK_SLACK:
        yield Doubt(FlagKind.BEFORE_VISIT, round((began - at).total_seconds() / 60))
    if decided is not None and at > decided + CLOCK_SLACK:
        yield Doubt(FlagKind.AFTER_VERDICT, round((at - decided).total_seconds() / 60))


def clock_offset(taken: Taken, now: datetime) -> timedelta:
    """Return by how much the device's clock is behind the server's (negative: ahead).

    From the moment of sending where it is known; else only a time in the future gives it away. A
    clock that was set between taking and sending shows in the time since the app was opened.
    """
    if taken.at is None:
        return timedelta()
    if taken.sent_at is None:
        return min(timedelta(), now - taken.at)
    offset = now - taken.sent_at
    if taken.elapsed_ms is not None and taken.sent_elapsed_ms is not None:
        ran = timedelta(milliseconds=taken.sent_elapsed_ms - taken.elapsed_ms)
        if ran >= timedelta():
            offset += taken.sent_at - taken.at - ran
    return offset


def software_doubt(software: str) -> Doubt | None:
    """Say whether the picture's own data name a screenshot or a retouching program."""
    said = software.casefold()
    return Doubt(FlagKind.SOFTWARE) if any(word in said for word in SCREEN_WORDS) else None


def camera_doubt(camera_at: datetime | None, *, began: datetime, now: datetime) -> Doubt | None:
    """Say whether the camera's own time lies a day or more off the visit (2001: battery was out)."""
    if camera_at is None:
        return None
    day = timedelta(days=1)
    if began - day <= camera_at <= now + day:
        return None
    return Doubt(FlagKind.CAMERA_CLOCK, None, {"camera_at": camera_at.isoformat()})


def ticket_of(secret: str, declaration_id: UUID) -> str:
    """Return the second look's ticket of a visit, hex: fixed by the house secret, not guessable."""
    said = f"second-look|{declaration_id}".encode()
    return hmac.digest(secret.encode(), said, hashlib.sha256).hex()


def is_chosen(ticket: str, percent: int) -> bool:
    """Say whether a ticket is chosen: its first 8 bytes, as a share of all, below `percent`."""
    return int(ticket[:16], 16) * 100 < percent << 64
