"""What the trail says about the draw. Tickets and hashes only, never a secret that is not out yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class DrawDaysCommitted(Fact):
    """The commitments of coming days were published."""

    tag: ClassVar[str] = "inspections:draw:commit"
    title: ClassVar[str] = "公布抽签承诺"
    commitments: dict[str, str]


@dataclass(frozen=True)
class BeaconTyped(Fact):
    """The first of two persons typed a lottery result."""

    tag: ClassVar[str] = "inspections:draw:type_beacon"
    title: ClassVar[str] = "录入信标"
    day: date
    value: str


@dataclass(frozen=True)
class BeaconTaken(Fact):
    """A day has its public random value."""

    tag: ClassVar[str] = "inspections:draw:beacon"
    title: ClassVar[str] = "当日信标"
    day: date
    round: str
    value: str


@dataclass(frozen=True)
class TicketAsked(Fact):
    """A declaration's content was entered for the draw; it waits where the day has no beacon."""

    tag: ClassVar[str] = "inspections:draw:ask"
    title: ClassVar[str] = "登记抽签"
    number: str
    attempt: int
    content_hash: str


@dataclass(frozen=True)
class TicketDrawn(Fact):
    """A ticket was drawn; `line_sha256` binds everything that was published of it."""

    tag: ClassVar[str] = "inspections:draw:draw"
    title: ClassVar[str] = "抽签结果"
    number: str
    ticket: str
    line_sha256: str
    results: dict[str, Any]


@dataclass(frozen=True)
class TicketSuperseded(Fact):
    """A ticket no longer counts; what it asked for stays asked."""

    tag: ClassVar[str] = "inspections:draw:supersede"
    title: ClassVar[str] = "这一签不再算"
    number: str
    because: str


@dataclass(frozen=True)
class RedrawAsked(Fact):
    """One person asked for a redraw; a second one must agree."""

    tag: ClassVar[str] = "inspections:draw:ask_redraw"
    title: ClassVar[str] = "申请重抽"
    number: str
    because: str


@dataclass(frozen=True)
class SecretRevealed(Fact):
    """The secret of a past day is public."""

    tag: ClassVar[str] = "inspections:draw:reveal"
    title: ClassVar[str] = "公布当日密值"
    day: date
    secret: str


@dataclass(frozen=True)
class DutyDone(Fact):
    """A second look that a draw asked for was taken."""

    tag: ClassVar[str] = "inspections:draw:do_duty"
    title: ClassVar[str] = "复看复核"
    number: str
    kind: str
    agrees: bool
