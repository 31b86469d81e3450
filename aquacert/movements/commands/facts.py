"""What movements write into the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class MovementOpened(Fact):
    """A certificate was issued and its goods are expected."""

    tag: ClassVar[str] = "movements:movement:open"
    title: ClassVar[str] = "登记启运"
    number: str
    departs_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class MovementClosed(Fact):
    """Nothing travels under a certificate that is void or replaced."""

    tag: ClassVar[str] = "movements:movement:close"
    title: ClassVar[str] = "运输终止"
    number: str
    status: str


@dataclass(frozen=True)
class ArrivalReported(Fact):
    """The goods arrived."""

    tag: ClassVar[str] = "movements:arrival:report"
    title: ClassVar[str] = "报告到达"
    number: str
    via: str
    received: int | None
    place_confirmed: bool | None
    has_problem: bool


@dataclass(frozen=True)
class AbsenceConfirmed(Fact):
    """The office looked into it: the goods have not arrived."""

    tag: ClassVar[str] = "movements:arrival:absent"
    title: ClassVar[str] = "确认未到达"
    number: str


@dataclass(frozen=True)
class OverdueReminded(Fact):
    """The office and the owner were told that an arrival is owed."""

    tag: ClassVar[str] = "movements:arrival:remind"
    title: ClassVar[str] = "逾期提醒"
    number: str
    due_at: datetime


@dataclass(frozen=True)
class CheckLogged(Fact):
    """A checkpoint compared a lorry with its certificate and decided."""

    tag: ClassVar[str] = "movements:check:log"
    title: ClassVar[str] = "检查站查验"
    number: str
    outcome: str
    place: str
    points: list[str]
    standing: str
