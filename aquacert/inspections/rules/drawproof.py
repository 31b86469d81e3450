"""What a published draw must satisfy: a stranger's check of one day's file, pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from aquacert.inspections.rules.draw import (
    FORMAT,
    WHICH_TEST,
    WHICH_VET,
    Beacon,
    Line,
    Purpose,
    beacon_round,
    book_hash,
    commitment,
    line_hash,
    list_hash,
    results,
    ticket,
    weight_of,
)
from aquacert.kernel.errors import Invalid

LOTTERY_BALLS, LOTTERY_HIGHEST = 20, 80
"""快乐8: twenty different numbers from 1 to 80 (recalled)."""
DRAWN: Final = "drawn"


@dataclass(frozen=True)
class Proof:
    """What was found in a day's file."""

    wrong: tuple[str, ...]
    tickets: int
    is_revealed: bool
    """False: the secret is not public yet, so tickets could not be made again."""


@dataclass(frozen=True)
class BeaconValue:
    """A value as it was taken: the text that is hashed, and what was given with it."""

    round: str
    value: str
    given: Mapping[str, str]


def read_drand(data: bytes, expected: str) -> BeaconValue:
    """Read a round of drand as its HTTP interface gives it (round, randomness, signature).

    The randomness must be SHA-256 of the signature. That the signature is the network's own (BLS)
    is not checked here: it is kept as given for whoever has the means.
    """
    try:
        found = json.loads(data)
        number, signature = str(int(found["round"])), str(found["signature"]).lower()
        value = str(found["randomness"]).lower()
        made = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Invalid("这不是 drand 的一轮。", file="应有 round、randomness、signature。") from None
    if number != expected:
        raise Invalid(
            "不是规定的那一轮。", file=f"当天规定用第 {expected} 轮，文件是第 {number} 轮。"
        )
    if value != made:
        raise Invalid("随机值和签名对不上。", file="randomness 应等于 signature 的 SHA-256。")
    return BeaconValue(number, value, {"randomness": value, "signature": signature})


def read_lottery(issue: str, typed: str, expected: str) -> BeaconValue:
    """Read the twenty numbers of an issue of 快乐8, in any order and with any separators."""
    number, typed = (unicodedata.normalize("NFKC", text).strip() for text in (issue, typed))
    if not re.fullmatch(r"[0-9]{7}", number):
        raise Invalid("期号不对。", issue="期号是 7 位数字，例如 2026120。")
    balls = sorted({int(ball) for ball in re.findall(r"[0-9]{1,2}", typed)})
    count = len(re.findall(r"[0-9]+", typed))
    if len(balls) != LOTTERY_BALLS or count != LOTTERY_BALLS:
        raise Invalid("开奖号码不对。", numbers="快乐8 每期 20 个不同的号码，请照开奖公告输入。")
    if not 1 <= balls[0] <= balls[-1] <= LOTTERY_HIGHEST:
        raise Invalid("开奖号码不对。", numbers="号码在 1 到 80 之间。")
    value = " ".join(f"{ball:02d}" for ball in balls)
    return BeaconValue(expected, f"{number} {value}", {"issue": number, "numbers": value})


def prove(document: Mapping[str, Any]) -> Proof:
    """Check one day's file; every fault in words. Raises `Invalid` when it is no such file."""
    try:
        return _proved(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"这不是公布的抽签文件（缺 {error}）。") from None


def _proved(document: Mapping[str, Any]) -> Proof:
    if document["format"] != FORMAT:
        raise ValueError("format")
    day, book = date.fromisoformat(document["day"]), document["book"]
    wrong = []
    if book_hash(book).hex() != document["book_sha256"]:
        wrong.append("权重表和公布的哈希不符")
    secret = bytes.fromhex(document["secret"]) if document["secret"] else None
    salt_hash = bytes.fromhex(document["salt_key_sha256"])
    if secret and commitment(day, book, salt_hash, secret).hex() != document["commitment"]:
        wrong.append("当日密值和事先公布的承诺不符（密值、日期或权重表被换过）")
    wrong += _beacon_faults(document["beacon"], day, book)
    for line in document["tickets"]:
        beacon = document["beacon"]["value"] if document["beacon"] else ""
        wrong += [f"{line['number']}：{fault}" for fault in _faults(line, book, secret, beacon)]
    return Proof(tuple(wrong), len(document["tickets"]), secret is not None)


def _beacon_faults(
    beacon: Mapping[str, Any] | None, day: date, book: Mapping[str, Any]
) -> list[str]:
    if beacon is None:
        return []
    wrong = []
    if beacon["round"] != beacon_round(book["beacon"], day, book["beacon_hour"]):
        wrong.append("信标不是规则定下的那一轮")
    if book["beacon"] == Beacon.DRAND:
        signature = bytes.fromhex(beacon["given"]["signature"])
        if hashlib.sha256(signature).hexdigest() != beacon["value"]:
            wrong.append("信标的随机值不是其签名的 SHA-256")
    return wrong


def _faults(
    line: Mapping[str, Any], book: Mapping[str, Any], secret: bytes | None, beacon: str
) -> list[str]:
    if line["state"] != DRAWN:
        return []
    tests, vets = _lines(line["tests"]), _lines(line["vets"])
    drawn = bytes.fromhex(line["ticket"])
    content = bytes.fromhex(line["content_hash"])
    wrong = []
    if secret and ticket(secret, beacon, line["number"], content, line["attempt"]) != drawn:
        wrong.append("签号不是由密值、信标、申报号、内容哈希算出的")
    if weight_of(line["factors"], book["weights"]) != line["weight"]:
        wrong.append("权重不是由公布的因素算出的")
    for name, lines in (("tests", tests), ("vets", vets)):
        if list_hash(lines).hex() != line[f"{name}_sha256"]:
            wrong.append("候选名单和它的哈希不符")
    said = {key: line["results"].get(key) for key in (*Purpose, WHICH_TEST, WHICH_VET)}
    if results(drawn, line["weight"], book["shares"], tests, vets) != said:
        wrong.append("结果不是由签号算出的")
    if line_hash(line).hex() != line["line_sha256"]:
        wrong.append("这一行和抽签时的哈希不符")
    return wrong


def _lines(found: Sequence[Sequence[Any]]) -> list[Line]:
    return [(str(name), int(weight)) for name, weight in found]
