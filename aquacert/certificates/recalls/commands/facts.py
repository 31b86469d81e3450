"""Facts of recalls for the trail: numbers are in the digest and in the hits, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aquacert.kernel.audit import Fact


@dataclass(frozen=True)
class RecallOrdered(Fact):
    """A first person ordered a recall; everything it hits is being suspended."""

    tag: ClassVar[str] = "certificates:recall:order"
    title: ClassVar[str] = "下达召回"
    words: str
    hits: int
    digest: str


@dataclass(frozen=True)
class RecallConfirmed(Fact):
    """A second person confirmed a recall."""

    tag: ClassVar[str] = "certificates:recall:confirm"
    title: ClassVar[str] = "确认召回"
    digest: str
    because: str


@dataclass(frozen=True)
class RecallRejected(Fact):
    """A second person rejected a recall; what it suspended is valid again."""

    tag: ClassVar[str] = "certificates:recall:reject"
    title: ClassVar[str] = "驳回召回"
    digest: str
    because: str


@dataclass(frozen=True)
class RecallAdvanced(Fact):
    """One stretch of an order's certificates was suspended, recalled or resumed."""

    tag: ClassVar[str] = "certificates:recall:advance"
    title: ClassVar[str] = "召回分批办理"
    act: str
    done: int
    skipped: int
    first: str
    last: str
    digest: str
    """SHA-256 (hex) of the numbers done, one a line."""


@dataclass(frozen=True)
class RecallStepDone(Fact):
    """Every certificate of an order has been through the present step, and all are told."""

    tag: ClassVar[str] = "certificates:recall:finish"
    title: ClassVar[str] = "召回一步办完"
    state: str
    told: int
