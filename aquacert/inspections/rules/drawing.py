"""States of a draw's tickets and duties, and the grounds of a redraw, pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class TicketState(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    """The day's beacon is not known yet; the office goes on by the rules alone."""
    DRAWN = "drawn"
    MISSED = "missed"
    """Its day ended without a beacon; what is still open gets a ticket of the next day."""


class DutyKind(StrEnum):
    """What a ticket asks of a person."""

    SECOND_VET = "second-vet"
    RECHECK = "recheck"


class DutyState(StrEnum):
    """Where that stands."""

    OPEN = "open"
    DONE = "done"


class Superseded(StrEnum):
    """Why a ticket is no longer the one that counts. It stays on the board."""

    NO_BEACON = "no-beacon"
    CONTENT = "content"
    WRONG_LIST = "wrong-list"
    WRONG_FACTOR = "wrong-factor"
    FAULT = "fault"


REDRAWN = (Superseded.WRONG_LIST, Superseded.WRONG_FACTOR, Superseded.FAULT)
"""The grounds on which two persons may have a declaration drawn again."""
SUPERSEDED_WORDS: Mapping[Superseded, str] = {
    Superseded.NO_BEACON: "当天没有信标，转到下一天",
    Superseded.CONTENT: "申报内容变了",
    Superseded.WRONG_LIST: "候选名单有误",
    Superseded.WRONG_FACTOR: "权重因素有误",
    Superseded.FAULT: "系统故障",
}
TICKET_WORDS: Mapping[TicketState, str] = {
    TicketState.WAITING: "等信标",
    TicketState.DRAWN: "已抽",
    TicketState.MISSED: "当天没有信标，未抽",
}
DUTY_WORDS: Mapping[DutyKind, str] = {
    DutyKind.SECOND_VET: "第二名官方兽医复看",
    DutyKind.RECHECK: "监督人员复核",
}
OPEN_PAPERS = frozenset({"accepted", "assigned"})
"""States of a declaration in which a draw still decides something."""
