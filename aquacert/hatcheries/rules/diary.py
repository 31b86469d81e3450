"""The farm diary: what is written of a day, read from what a phone sends, said in one line. Pure.

Production records 水产养殖生产记录 of the past 12 months are looked at in an inspection (procedure of
2011, 4.3.1: introductions with their certificates, feed, water, treatment, disinfectant; no
relevant epidemic). Nothing is ever rewritten: a wrong entry is struck by a later one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from aquacert.kernel.errors import Invalid


class Note(StrEnum):
    """What an entry of the diary is about."""

    FEED = "feed"
    TREATMENT = "treatment"
    WATER = "water"
    DISINFECTION = "disinfection"
    INTRODUCTION = "introduction"
    DISEASE = "disease"
    RECOVERY = "recovery"
    OTHER = "other"
    STRUCK = "struck"


NOTE_WORDS: Mapping[Note, str] = {
    Note.FEED: "投喂",
    Note.TREATMENT: "用药",
    Note.WATER: "水质",
    Note.DISINFECTION: "消毒",
    Note.INTRODUCTION: "引种",
    Note.DISEASE: "发病",
    Note.RECOVERY: "病情结束",
    Note.OTHER: "其他",
    Note.STRUCK: "划去",
}
BY_PHONE = (
    Note.FEED,
    Note.TREATMENT,
    Note.WATER,
    Note.DISINFECTION,
    Note.INTRODUCTION,
    Note.DISEASE,
    Note.OTHER,
)
"""What a person chooses among; recovery and striking begin at the entry they answer."""


@dataclass(frozen=True)
class Asked:
    """One thing an entry may say: words, unit, and how exact a number is (None: it is text)."""

    words: str
    unit: str = ""
    places: int | None = None
    is_needed: bool = False
    largest: int = 1_000_000
    hint: str = ""
    """How to fill it in, where the words alone do not say."""


FIELDS: Mapping[Note, Mapping[str, Asked]] = {
    Note.FEED: {
        "what": Asked("饲料", is_needed=True),
        "amount": Asked("投喂量", "kg", places=2, is_needed=True),
    },
    Note.TREATMENT: {
        "what": Asked("药名", is_needed=True),
        "dose": Asked("用量用法", is_needed=True),
        "purpose": Asked("防治什么"),
        "withdrawal": Asked(
            "休药期", "天", places=0, is_needed=True, largest=3650, hint="照药品说明书；没有就填 0"
        ),
        "prescription": Asked("处方号", hint="处方药要填"),
    },
    Note.WATER: {
        "temperature": Asked("水温", "℃", places=1, largest=50),
        "salinity": Asked("盐度", "‰", places=1, largest=60),
        "oxygen": Asked("溶解氧", "mg/L", places=1, largest=40),
        "ph": Asked("pH", "", places=1, largest=14),
        "ammonia": Asked("氨氮", "mg/L", places=2, largest=100),
    },
    Note.DISINFECTION: {
        "what": Asked("消毒剂", is_needed=True),
        "dose": Asked("用量用法", is_needed=True),
        "where": Asked("消毒对象", hint="例如 池水、工具、车"),
    },
    Note.INTRODUCTION: {
        "species": Asked("品种", is_needed=True),
        "quantity": Asked("数量", is_needed=True, hint="连单位写，例如 50万尾"),
        "from": Asked("来源", is_needed=True, hint="哪个场、哪个省市县"),
        "certificate": Asked("检疫证明编号", is_needed=True, hint="拍下检疫证明，附在下面"),
    },
    Note.DISEASE: {
        "signs": Asked("症状", is_needed=True, hint="看到什么写什么，例如 空胃、软壳、浮头"),
        "name": Asked("病名", hint="不知道就不填"),
        "deaths": Asked("死亡数", "尾（只）", places=0, largest=10**12),
        "reported": Asked("已报告给", hint="单位名称"),
    },
    Note.RECOVERY: {"outcome": Asked("结果", is_needed=True)},
    Note.OTHER: {"what": Asked("内容", is_needed=True)},
    Note.STRUCK: {"because": Asked("原因", is_needed=True)},
}
LONGEST = 120
EARLIEST_DAYS = 400
"""An entry may be written up late, but not for a day longer ago than the records reach."""
NUMBER = re.compile(r"\d{1,13}(?:\.\d{1,4})?")


def read_entry(kind: Note, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what an entry keeps, by field; raise `Invalid` naming every field that is wrong.

    Numbers come back as plain decimals without a unit; an empty field is left out.
    """
    kept: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, asked in FIELDS[kind].items():
        said = " ".join(typed.get(name, "").split())
        try:
            value = _value(asked, said)
        except ValueError as error:
            wrong[name] = str(error)
            continue
        if value:
            kept[name] = value
    if kind is Note.WATER and not kept and not wrong:
        wrong["temperature"] = "至少填一项，例如水温。"
    if wrong:
        raise Invalid(next(iter(wrong.values())), **wrong)
    return kept


def check_day(on: date, today: date) -> None:
    """Raise `Invalid` for a day that has not come, or lies before what the diary reaches."""
    if on > today:
        sentence = "这一天还没有到，请填今天或以前的日子。"
        raise Invalid(sentence, on=sentence)
    if (today - on).days > EARLIEST_DAYS:
        sentence = f"太早了，只能补记 {EARLIEST_DAYS} 天以内的。"
        raise Invalid(sentence, on=sentence)


def said(kind: Note, facts: Mapping[str, str]) -> str:
    """Return the entry in one line: 饲料 某某料，投喂量 12.5 kg."""
    parts = [
        f"{asked.words} {facts[name]}{' ' + asked.unit if asked.unit else ''}"
        for name, asked in FIELDS[kind].items()
        if facts.get(name)
    ]
    return "，".join(parts)


def withdrawn_until(kind: Note, on: date, facts: Mapping[str, str]) -> date | None:
    """Return the last day of a treatment's withdrawal period 休药期; None for other entries."""
    days = facts.get("withdrawal", "")
    if kind is not Note.TREATMENT or not days.isdigit() or days == "0":
        return None
    return on + timedelta(days=int(days))


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier; the last of the month where there is none."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)  # every month has a 28th


def _value(asked: Asked, said: str) -> str:
    if not said:
        if asked.is_needed:
            raise ValueError(f"请填{asked.words}。")
        return ""
    if asked.places is None:
        if len(said) > LONGEST:
            raise ValueError(f"太长了，最多 {LONGEST} 个字。")
        return said
    return _number(asked, said)


def _number(asked: Asked, said: str) -> str:
    text = unicodedata.normalize("NFKC", said).replace(",", "").replace(" ", "")
    text = text.removesuffix(unicodedata.normalize("NFKC", asked.unit)) if asked.unit else text
    found = NUMBER.fullmatch(text)
    example = "例如 30" if not asked.places else "例如 12.5"
    if found is None:
        raise ValueError(f"{asked.words}请填数字，{example}。")
    whole, _dot, part = found[0].partition(".")
    part = part.rstrip("0")
    if len(part) > (asked.places or 0):
        raise ValueError(f"{asked.words}最多 {asked.places} 位小数。")
    if int(whole) > asked.largest or (int(whole) == asked.largest and part):
        raise ValueError(f"{asked.words}太大，最大 {asked.largest}，请核对。")
    return str(int(whole)) + (f".{part}" if part else "")
