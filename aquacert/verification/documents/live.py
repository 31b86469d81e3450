"""The line of a public page that ages: this minute's phrase, and how old the lists are.

A screenshot of "有效" shows a phrase that is over: whoever holds it against a fresh page sees so.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from aquacert.kernel.clock import SHANGHAI
from aquacert.verification.documents.english import Say, speaker

LIVE = b"%LIVE%"
MINUTE = 60
FIRST = (
    "青",
    "赤",
    "银",
    "金",
    "墨",
    "白",
    "翠",
    "蓝",
    "紫",
    "橙",
    "玉",
    "雪",
    "月",
    "星",
    "云",
    "霞",
)
SECOND = (
    "鲤",
    "鲈",
    "鳜",
    "鲟",
    "虾",
    "蟹",
    "贝",
    "鲍",
    "鳗",
    "鲷",
    "鳊",
    "鲆",
    "鲑",
    "鳟",
    "鲢",
    "鳙",
)


@dataclass(frozen=True)
class Ages:
    """When what this server believes was last made. None: it has none yet."""

    trust: datetime | None = None
    status: datetime | None = None
    log: datetime | None = None
    log_size: int = 0


def phrase(secret: str, now: datetime) -> str:
    """Return the phrase of this minute: two words and two digits, the same in every process."""
    minute = int(now.timestamp()) // MINUTE
    mac = hmac.digest(secret.encode(), b"phrase%d" % minute, hashlib.sha256)
    return f"{FIRST[mac[0] % 16]}{SECOND[mac[1] % 16]} {mac[2] % 90 + 10}"


def live_line(lang: str, now: datetime, words: str, ages: Ages) -> bytes:
    """Return what stands for LIVE in a page of this moment."""
    say = speaker(lang)
    aged = [
        f"{say(label)} {_age(at, now, say)}"
        for label, at in (("信任名单", ages.trust), ("状态清单", ages.status))
    ]
    if ages.log is not None:
        place = say("公开日志（%(n)s 条）", n=ages.log_size)
        aged.append(f"{place} {_age(ages.log, now, say)}")
    text = f"{say('本分钟口令')} <b>{words}</b>{say('。过一分钟就换，和别人的截图比一比。')}<br>"
    return (text + say("，").join(aged)).encode()


def _age(at: datetime | None, now: datetime, say: Say) -> str:
    if at is None:
        return say("还没有")
    local = at.astimezone(SHANGHAI)
    minutes = max(0, int((now - at).total_seconds())) // MINUTE
    if minutes < MINUTE:
        ago = say("%(n)s 分钟前", n=minutes)
    else:
        ago = say("%(n)s 小时前", n=minutes // MINUTE)
    return f"{local:%m-%d %H:%M} ({ago})"
