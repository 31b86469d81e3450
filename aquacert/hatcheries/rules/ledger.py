"""The stock ledger's arithmetic: exact integers, signed by kind, never below zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from aquacert.kernel.errors import Invalid

SMALLEST, LARGEST = -(2**63) + 1, 2**63 - 1
"""What one ledger entry can hold (a 64-bit integer on both databases)."""


class Kind(StrEnum):
    """Why stock changed."""

    HATCH = "hatch"
    CAPTURE = "capture"
    PURCHASE = "purchase"
    ARRIVAL = "arrival"
    TRANSFER = "transfer"
    DEATH = "death"
    DISPOSAL = "disposal"
    CERTIFICATE = "certificate"
    VOID_CREDIT = "void_credit"
    CORRECTION = "correction"


class Step(StrEnum):
    """What a transfer was for people."""

    SPLIT = "split"
    MOVE = "move"


STEP_WORDS: Mapping[Step, str] = {Step.SPLIT: "分塘", Step.MOVE: "移塘"}
KIND_NAMES: Mapping[Kind, str] = {
    Kind.HATCH: "孵化",
    Kind.CAPTURE: "合法捕获",
    Kind.PURCHASE: "购入",
    Kind.ARRIVAL: "检疫到达",
    Kind.TRANSFER: "转塘",
    Kind.DEATH: "死亡",
    Kind.DISPOSAL: "无害化处理",
    Kind.CERTIFICATE: "出证",
    Kind.VOID_CREDIT: "作废返还",
    Kind.CORRECTION: "更正",
}
ADDS = frozenset({Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.ARRIVAL, Kind.VOID_CREDIT})
TAKES = frozenset({Kind.DEATH, Kind.DISPOSAL, Kind.CERTIFICATE})
BY_HAND = (Kind.HATCH, Kind.CAPTURE, Kind.PURCHASE, Kind.DEATH, Kind.DISPOSAL)
"""Entries an owner may book; the others are booked by certificates, arrivals and corrections."""
NEEDS_REASON = frozenset({Kind.CORRECTION, Kind.TRANSFER, Kind.DISPOSAL})


def signed(kind: Kind, quantity: int) -> int:
    """Return the change an entry makes: positive adds, negative takes.

    Kinds with one direction want a quantity above zero; `transfer` and `correction` bring their
    own sign. Raises `Invalid` for zero, a wrong sign or a number no row can hold.
    """
    if not SMALLEST <= quantity <= LARGEST:
        raise Invalid("数量太大，请核对。", quantity="数量太大，请核对是不是多写了零。")
    if quantity == 0:
        raise Invalid("数量不能是 0。", quantity="请填大于 0 的整数，例如 500000。")
    if kind in ADDS | TAKES and quantity < 0:
        raise Invalid("数量要大于 0。", quantity="请填大于 0 的整数，增减由“变动原因”决定。")
    return -quantity if kind in TAKES else quantity


def balance_after(balance: int, change: int, unit: str) -> int:
    """Return the running balance; raise `Invalid` when it would fall below zero."""
    after = balance + change
    if after < 0:
        raise Invalid(
            f"现存 {balance:,} {unit}，不够减 {-change:,} {unit}。",
            quantity=f"最多 {balance:,} {unit}。",
        )
    if after > LARGEST:
        raise Invalid("存塘数太大，请核对。", quantity="数量太大，请核对是不是多写了零。")
    return after


def reason_for(kind: Kind, reason: str) -> str:
    """Return the reason, trimmed; raise `Invalid` when this kind of entry must say why."""
    said = reason.strip()
    if kind in NEEDS_REASON and len(said) < 2:
        raise Invalid("请写明原因。", reason=f"“{KIND_NAMES[kind]}”要写明原因，至少 2 个字。")
    return said


def replay(changes: Iterable[int]) -> int:
    """Return the balance that a ledger adds up to (the stored balance must equal it)."""
    return sum(changes)


LONGEST_AGO = 366
"""Days back that a movement may be said to have happened: the statutory record is of 12 months."""


def happened(on: date | None, today: date) -> date | None:
    """Return the day a movement happened, None for today; raise `Invalid` for one that cannot be."""
    if on is None or on == today:
        return None
    if on > today:
        raise Invalid("日期在今天之后。", happened_on=f"今天是 {today}，还没发生的不能记。")
    if on < today - timedelta(days=LONGEST_AGO):
        raise Invalid("日期太早。", happened_on="最多补记 12 个月以内的变动。")
    return on


def said_of(kind: Kind, step: str | None) -> str:
    """Return the word people know an entry by: a split is 分塘, not 转塘."""
    return STEP_WORDS[Step(step)] if step else KIND_NAMES[kind]


def spark(balances: Sequence[int], width: int, height: int) -> str:
    """Return points of an SVG polyline that steps through the balances, oldest first.

    The line begins at zero at the left; equal steps, for it is read as a shape, not measured.
    Whole numbers only. Empty when there is nothing to draw.
    """
    if not balances:
        return ""
    most = max(*balances, 1)
    points: list[tuple[int, int]] = []
    for place, balance in enumerate(balances):
        y = height - balance * height // most
        points += [
            (place * width // len(balances), y),
            ((place + 1) * width // len(balances), y),
        ]
    return " ".join(f"{x},{y}" for x, y in points)
