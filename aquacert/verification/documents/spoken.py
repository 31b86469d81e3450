"""A verdict put into words, in one language, and how long the words stay true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aquacert.trust.record import Record
from aquacert.verification.documents.english import Say, speaker
from aquacert.verification.documents.page import Sheet
from aquacert.verification.documents.sheet import changes, day_of, facts_of, last_moment
from aquacert.verification.rules.verdict import Verdict, remaining

SILENT = "核验服务器没有回应，不能确认这张证现在的状态。"
KEY = "签发机构的密钥现在不能确认，系统正在核查这张证。"
CLOCK = "手机或服务器的时间可能不对，现在不能判断有效期。"
LINES = {
    Verdict.VOID: "已作废，请不要收货",
    Verdict.REPLACED: "已换新证，这张不能再用",
    Verdict.RECALLED: "已召回，请不要收货，不要放苗入塘",
    Verdict.FORGED: "签名不符：内容可能被改过",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of one certificate when its page is written; `record` only when proved."""

    now: datetime
    record: Record | None = None
    digest: str = ""
    arrived_at: datetime | None = None
    successor: str = ""
    successor_record: Record | None = None
    times: int = 0


def sheet_of(verdict: Verdict, told: Told, lang: str) -> tuple[Sheet, timedelta | None]:
    """Return the sheet of a certificate, and how long its words hold (None: until it changes)."""
    say = speaker(lang)
    if verdict is Verdict.UNSURE:
        return unsure_sheet(KEY if told.record is None else CLOCK), timedelta(0)
    line, holds = _line(verdict, told, lang, say)
    rows: list[tuple[str, str, str]] = []
    rest = False
    if told.record is not None and told.successor_record is not None:
        rows, rest = changes(told.record, told.successor_record, lang)
    facts = None if told.record is None else facts_of(told.record, told.digest, lang, say)
    sheet = Sheet(
        verdict=verdict,
        line=line,
        why="正在复查，先不要运输和收货。" if verdict is Verdict.SUSPENDED else "",
        more="复查结束后，再扫一次就能看到结果。"
        if verdict is Verdict.SUSPENDED
        else "请不要收货，并反映问题",
        facts=facts,
        successor=told.successor if verdict is Verdict.REPLACED else "",
        times=told.times,
        changes=rows,
        rest_changed=rest,
    )
    return sheet, holds


def unsure_sheet(why: str = SILENT) -> Sheet:
    """Return 暂时无法核验: no facts, because nothing is proved."""
    return Sheet(verdict=Verdict.UNSURE, why="不等于假证，也不等于有效。", more=why)


def unknown_sheet(lang: str) -> Sheet:
    """Return 查无此证."""
    return Sheet(
        verdict=Verdict.UNKNOWN,
        line=speaker(lang)("请核对编号，或重新扫码"),
        more="系统里没有这个地址对应的证明",
    )


def _line(verdict: Verdict, told: Told, lang: str, say: Say) -> tuple[str, timedelta | None]:
    if verdict is Verdict.VALID and told.record is not None:
        left = remaining(told.now, told.record.ends)
        if left.days or left.hours >= 6:
            text = say(
                "检疫合格，还剩 %(days)s 天 %(hours)s 小时", days=left.days, hours=left.hours
            )
        else:
            text = say(
                "检疫合格，还剩 %(hours)s 小时 %(minutes)s 分",
                hours=left.hours,
                minutes=left.minutes,
            )
        return text, left.good_for
    if verdict is Verdict.ARRIVED:
        if told.arrived_at is None:
            return say("这批苗种已到达，不能再用于运输"), None
        day = day_of(told.arrived_at, lang)
        return say("这批苗种已在 %(day)s 到达，不能再用于运输", day=day), None
    if verdict is Verdict.EXPIRED and told.record is not None:
        until = last_moment(told.record.ends, lang).strip()
        return say("已过期，%(until)s", until=until if lang == "en" else f"{until} 到期"), None
    return say(LINES.get(verdict, "")), None
