"""Apply the next message in its order: what it asks for and its own state change together, or it is refused."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError

from aquacert.accounts.queries.actors import actor_for
from aquacert.kernel.errors import (
    AquaCertError,
    Conflict,
    Invalid,
    NotAllowed,
    NotAllowedNow,
    NotFound,
    NotReady,
    NotSignedIn,
)
from aquacert.kernel.permissions import P
from aquacert.kernel.scope import Actor
from aquacert.kernel.work import Database, Work
from labs.bench.commands import commit_file, enter_finding, stage_file
from labs.bench.models import InstrumentFile
from labs.bench.queries.plan import plan_of_file
from labs.bench.rules import FileState
from labs.exchange.commands.facts import MessageSettled
from labs.exchange.models import LabMessage, LabSystem
from labs.exchange.queries import message_at
from labs.exchange.rules import MESSAGE_MOVES, Kind, MessageAct, MessageState
from labs.intake.commands import receive_item
from labs.intake.rules import Condition
from labs.register.queries import instruments_of, laboratory, lots_of

log = structlog.get_logger("labs")
REFUSALS = (Conflict, Invalid, NotAllowed, NotAllowedNow, NotFound, NotReady, NotSignedIn)
BROKEN = (ArithmeticError, DataError, LookupError, TypeError, ValueError)
"""What a content that nobody thought of may raise. A database that is away is none of these: it is tried again."""
MOST_ROWS = 200
"""Reasons of single rows that an answer holds."""
NOT_UNDERSTOOD = "办理这份报文时出错，没有办。请核对内容后用新的序号再发，或联系管理员。"


def settle_next(database: Database, actor: Actor, system_id: UUID) -> bool:
    """Apply or refuse the next message of a system; say whether there was one.

    A message that the rules refuse is marked with every reason and the next one may go on; so is one that breaks on
    its content: it would stop its system's messages for ever.
    """
    sequence, reasons = 0, [NOT_UNDERSTOOD]
    try:
        with database.work(_doer(database, actor, system_id)) as w:
            row = _next(w, system_id)
            if row is None:
                return False
            sequence = row.sequence
            told = _apply(w, row)
            _settle(w, row, MessageAct.APPLY, told)
        return True
    except REFUSALS as error:
        reasons = reasons_of(error)
    except BROKEN:
        log.exception("message not applied", system=str(system_id), sequence=sequence)
    with database.work(actor) as w:
        row = _next(w, system_id)
        if row is not None and row.sequence == sequence:
            _settle(w, row, MessageAct.REFUSE, reasons)
    return True


def _doer(database: Database, actor: Actor, system_id: UUID) -> Actor:
    """Return who answers for the next message: for a receipt the system's receiver, where it has one of its own."""
    with database.look(actor) as look:
        system = look.get(LabSystem, system_id)
        row = message_at(look, system_id, system.done_through + 1)
        if row is None or row.kind != Kind.RECEIPT or system.receiver_id is None:
            return actor
        return actor_for(look, system.receiver_id)


def reasons_of(error: AquaCertError) -> list[str]:
    """Return everything an error says, as sentences."""
    fields = getattr(error, "fields", {})
    more = [f"{name}：{sentence}" for name, sentence in fields.items()]
    return [error.sentence, *getattr(error, "reasons", ()), *more]


def _next(w: Work, system_id: UUID) -> LabMessage | None:
    """Return the held message that follows what is done, its system locked."""
    system = w.get_for_change(LabSystem, system_id)
    row = message_at(w, system_id, system.done_through + 1)
    return row if row is not None and row.state == MessageState.HELD else None


def _settle(w: Work, row: LabMessage, act: MessageAct, reasons: list[str]) -> None:
    """Set a message's state and let its system go on to the next."""
    system = w.get_for_change(LabSystem, row.system_id)
    row.reasons, row.settled_at = reasons, w.now
    w.move(row, MESSAGE_MOVES, act)
    system.done_through = row.sequence
    fact = MessageSettled(system.name, row.sequence, row.state)
    w.record(fact, on=row, county=laboratory(w, row.lab_id).division_code)


def _apply(w: Work, row: LabMessage) -> list[str]:
    """Do what a message asks for; return the rows of a run that were left out because it asked to keep the good ones."""
    body: Mapping[str, Any] = row.body
    kind = Kind(row.kind)
    if kind is Kind.RECEIPT:
        _may(w, P.LAB_RECEIVE)
        condition = str(body.get("condition") or "")
        if condition not in set(Condition):
            raise Invalid("收样状态不认识。", condition="应为 " + "、".join(Condition))
        receive_item(w, _said(body, "blind_code"), condition, str(body.get("note") or ""))
    elif kind is Kind.FINDING:
        _may(w, P.LAB_ENTER)
        outcome = _said(body, "outcome")
        if outcome not in {"negative", "positive"}:
            raise Invalid("结论不认识。", outcome="应为 negative 或 positive")
        code, disease = _said(body, "blind_code"), _said(body, "disease")
        enter_finding(w, code, disease, outcome, str(body.get("note") or ""))
    elif kind is Kind.RUN:
        _may(w, P.LAB_ENTER)
        return _run(w, row, body)
    return []


def _run(w: Work, row: LabMessage, body: Mapping[str, Any]) -> list[str]:
    """Import a run, and say what it was done with; return the reasons of the rows that were left out."""
    instrument_id = _named(
        body,
        "instrument",
        {one.instrument.code: one.instrument.id for one in instruments_of(w, row.lab_id)},
    )
    lot_id = _named(body, "lot", {one.lot.lot: one.lot.id for one in lots_of(w, row.lab_id)})
    data = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    file_id = stage_file(w, row.lab_id, data, f"message-{row.sequence}.json")
    file = w.get(InstrumentFile, file_id)
    if file.state == FileState.IMPORTED:
        raise Conflict("同样内容的运行已经收过。")
    keep_good = body.get("keep_good") is True
    plan = plan_of_file(w, file)
    refused = [f"第 {one.row} 行 {one.column}：{one.sentence}" for one in plan.refusals[:MOST_ROWS]]
    if refused and not (keep_good and plan.samples):
        raise NotReady(refused, f"{len(plan.refusals)} 行不认，整份没有收。")
    commit_file(w, file_id, keep_good=keep_good, instrument_id=instrument_id, lot_id=lot_id)
    return refused


def _named(body: Mapping[str, Any], member: str, known: Mapping[str, UUID]) -> UUID | None:
    """Return the id of a thing the register knows by name; None when the message names none."""
    name = str(body.get(member) or "").strip()
    if not name:
        return None
    if name not in known:
        raise Invalid("登记表里没有这一项。", **{member: f"没有登记“{name[:40]}”"})
    return known[name]


def _said(body: Mapping[str, Any], member: str) -> str:
    """Return a member that must be there as text."""
    value = body.get(member)
    if not isinstance(value, str) or not value.strip():
        raise Invalid("缺少必填内容。", **{member: "这一项必须填写"})
    return value.strip()


def _may(w: Work, need: P) -> None:
    """Refuse what the person who answers for the system may not do himself."""
    if not w.actor.may(need):
        raise NotAllowed("负责这个系统的人没有做这件事的权限。")
