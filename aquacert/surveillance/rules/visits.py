"""Feeds that are visited: by which way, how healthy, when to try again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}", re.ASCII)
"""A feed's key, and the name of its folder: nothing that could lead elsewhere."""
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=12)
SHRUNK = 2
"""A whole snapshot less than one over this of the last one's size waits for a person."""


class Way(StrEnum):
    """How a feed's files come."""

    FILE = "file"
    FOLDER = "folder"
    URL = "url"
    PUSH = "push"


WAY_WORDS: Mapping[Way, str] = {
    Way.URL: "定时到网址取",
    Way.FOLDER: "放进服务器的文件夹",
    Way.PUSH: "对方推送过来（接口）",
    Way.FILE: "人工上传文件",
}


class Outcome(StrEnum):
    """How a visit ended."""

    CAME = "came"
    SAME = "same"
    HELD = "held"
    FAILED = "failed"


OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.CAME: "取到并导入",
    Outcome.SAME: "没有新内容",
    Outcome.HELD: "收下，等人看",
    Outcome.FAILED: "没有取成",
}
KINDS: Mapping[Outcome, str] = {
    Outcome.CAME: "ok",
    Outcome.SAME: "plain",
    Outcome.HELD: "wait",
    Outcome.FAILED: "no",
}


class Health(StrEnum):
    """How a feed stands, the worst first."""

    FAILING = "failing"
    LATE = "late"
    NEVER = "never"
    FRESH = "fresh"
    OFF = "off"


HEALTH_WORDS: Mapping[Health, str] = {
    Health.FAILING: "取不到",
    Health.LATE: "数据旧了",
    Health.NEVER: "还没来过",
    Health.FRESH: "正常",
    Health.OFF: "已停用",
}
HEALTH_KINDS: Mapping[Health, str] = {
    Health.FAILING: "no",
    Health.LATE: "wait",
    Health.NEVER: "wait",
    Health.FRESH: "ok",
    Health.OFF: "plain",
}


@dataclass(frozen=True)
class Standing:
    """What is known of a feed: last file, data until, failures in a row."""

    is_on: bool
    came_at: datetime | None
    newest_on: date | None
    failures: int


def health_of(standing: Standing, today: date, came_on: date | None, expected_days: int) -> Health:
    """Return a feed's health; late when neither a file nor its data is as young as is expected."""
    if not standing.is_on:
        return Health.OFF
    if standing.failures:
        return Health.FAILING
    if came_on is None:
        return Health.NEVER
    newest = standing.newest_on or came_on
    return Health.LATE if (today - newest).days > expected_days else Health.FRESH


def next_try(every_minutes: int, failures: int, wait_seconds: int = 0) -> timedelta:
    """Return how long until the next visit: doubled with each failure, never beyond half a day.

    A feed of a longer rhythm is tried at its rhythm; what the other side asks for is kept to.
    """
    every = timedelta(minutes=every_minutes)
    if failures:
        every = max(SOONEST * 2 ** min(failures - 1, 12), SOONEST)
        every = min(every, max(LATEST, SOONEST))
    return max(every, timedelta(seconds=wait_seconds))


def is_shrunk(size: int, last_size: int | None) -> bool:
    """Tell whether a whole snapshot is so much smaller than the last that a person must look."""
    return last_size is not None and size * SHRUNK < last_size
