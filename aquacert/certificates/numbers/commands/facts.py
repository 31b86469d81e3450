"""What the trail says of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class SegmentReceived(Fact):
    """A segment came into a body's hands."""

    tag: ClassVar[str] = "certificates:numbers:receive"
    title: ClassVar[str] = "号段入库"
    kind: str
    first: str
    last: str
    holder: str


@dataclass(frozen=True)
class SegmentHandedDown(Fact):
    """Part of a segment was handed to a lower body or to a vet."""

    tag: ClassVar[str] = "certificates:numbers:hand-down"
    title: ClassVar[str] = "号段下发"
    kind: str
    first: str
    last: str
    holder: str


@dataclass(frozen=True)
class SegmentReturned(Fact):
    """Unused numbers went back to the level they came from."""

    tag: ClassVar[str] = "certificates:numbers:return"
    title: ClassVar[str] = "号段退回上级"
    kind: str
    first: str
    last: str
    holder: str


@dataclass(frozen=True)
class NumberReserved(Fact):
    """A number was spent; whatever happens next, it is never used for anything else."""

    tag: ClassVar[str] = "certificates:number:reserve"
    title: ClassVar[str] = "取用证号"
    number: str
    load_id: UUID


@dataclass(frozen=True)
class NumbersReserved(Fact):
    """Several numbers were spent in one act, one for each load, in this order."""

    tag: ClassVar[str] = "certificates:number:reserve-many"
    title: ClassVar[str] = "成批取用证号"
    numbers: tuple[str, ...]
    load_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class NumberVoided(Fact):
    """A number was made void, with its reason."""

    tag: ClassVar[str] = "certificates:number:void"
    title: ClassVar[str] = "证号作废"
    number: str
    because: str


@dataclass(frozen=True)
class UnusedVoided(Fact):
    """Numbers that were never used were made void, with the reason."""

    tag: ClassVar[str] = "certificates:numbers:void-unused"
    title: ClassVar[str] = "空白证号作废"
    first: str
    last: str
    because: str


@dataclass(frozen=True)
class NumbersSkipped(Fact):
    """A restored database had forgotten numbers; they were passed over."""

    tag: ClassVar[str] = "certificates:numbers:skip"
    title: ClassVar[str] = "跳过备份之后取用的证号"
    first: str
    last: str


@dataclass(frozen=True)
class SegmentRemembered(Fact):
    """A restored database had forgotten that a segment changed hands; it was done again."""

    tag: ClassVar[str] = "certificates:numbers:remember"
    title: ClassVar[str] = "按库外记录补上备份之后的号段"
    first: str
    last: str


@dataclass(frozen=True)
class NumbersAsked(Fact):
    """A lower level asked for numbers."""

    tag: ClassVar[str] = "certificates:numbers:ask"
    title: ClassVar[str] = "申领号段"
    kind: str
    quantity: int


@dataclass(frozen=True)
class NumbersDeclined(Fact):
    """The upper level did not hand down what was asked, and said why."""

    tag: ClassVar[str] = "certificates:numbers:decline"
    title: ClassVar[str] = "不同意申领"
    because: str


@dataclass(frozen=True)
class StockLow(Fact):
    """A holder was told that its numbers are nearly used up, or that they are enough again."""

    tag: ClassVar[str] = "certificates:numbers:low"
    title: ClassVar[str] = "号段库存提醒"
    holder: str
    left: int
    is_low: bool


@dataclass(frozen=True)
class ListRead(Fact):
    """A list of segments was read from a workbook and shown."""

    tag: ClassVar[str] = "certificates:numbers:read-list"
    title: ClassVar[str] = "读入号段清单"
    name: str
    sha256: str


@dataclass(frozen=True)
class ListBooked(Fact):
    """The rows that a person confirmed were booked, all of them."""

    tag: ClassVar[str] = "certificates:numbers:book-list"
    title: ClassVar[str] = "号段清单入库"
    name: str
    segments: int
