"""The stock ledger's arithmetic: exact integers, signed by kind, never below zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
