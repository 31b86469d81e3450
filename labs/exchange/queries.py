"""Laboratories' own systems, their messages, and the work that waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from aquacert.kernel.errors import NotFound
from aquacert.kernel.work import Look
from labs.exchange import rules
from labs.exchange.models import LabMessage, LabSystem
from labs.exchange.rules import MessageState, missing


@dataclass(frozen=True, slots=True)
class MessageLine:
    """What became of a message. `waiting_for`: numbers that must come before it, at most twenty."""

    sequence: int
    message_id: str
    state: MessageState
    reasons: tuple[str, ...]
    settled_at: datetime | None
    waiting_for: tuple[int, ...]


def systems(look: Look) -> Select[LabSystem]:
    """Select the systems of this actor's laboratory, those that may send first."""
    return (
        select(LabSystem)
        .where(look.visible(LabSystem))
        .order_by(LabSystem.state, LabSystem.registered_at, LabSystem.id)
    )


def system(look: Look, system_id: UUID) -> LabSystem:
    """Return a system of this actor's laboratory, or raise `NotFound`."""
    return look.get(LabSystem, system_id)


def system_of(look: Look, person_id: UUID | None) -> Sequence[LabSystem]:
    """Return the systems that a person answers for."""
    return look.scalars(select(LabSystem).where(LabSystem.operator_id == person_id))


def systems_to_call(look: Look, lab_id: UUID) -> Sequence[LabSystem]:
    """Return the systems of a laboratory that want to be called."""
    wanted = select(LabSystem).where(
        LabSystem.lab_id == lab_id, LabSystem.state == "active", LabSystem.webhook_url != ""
    )
    return look.scalars(wanted.order_by(LabSystem.id))


def messages(look: Look, system_id: UUID) -> Select[LabMessage]:
    """Select the messages of a system, the newest number first."""
    return (
        select(LabMessage)
        .where(LabMessage.system_id == system_id, look.visible(LabMessage))
        .order_by(LabMessage.sequence.desc())
    )


def message_at(look: Look, system_id: UUID, sequence: int) -> LabMessage | None:
    """Return the message of a system that bears this number."""
    return look.one(
        select(LabMessage).where(LabMessage.system_id == system_id, LabMessage.sequence == sequence)
    )


def message_named(look: Look, system_id: UUID, message_id: str) -> LabMessage | None:
    """Return the message of a system that bears this name of its own."""
    return look.one(
        select(LabMessage).where(
            LabMessage.system_id == system_id, LabMessage.message_id == message_id
        )
    )


def waiting(look: Look, system_id: UUID) -> list[int]:
    """Return the numbers of the messages that wait for an earlier one, in their order."""
    return look.scalars(
        select(LabMessage.sequence)
        .where(LabMessage.system_id == system_id, LabMessage.state == MessageState.HELD)
        .order_by(LabMessage.sequence)
    )


def is_full(look: Look, system_id: UUID) -> bool:
    """Say whether so many messages of a system wait, or so long ones, that no further one may."""
    held = select(func.count(), func.coalesce(func.sum(func.length(LabMessage.token)), 0)).where(
        LabMessage.system_id == system_id, LabMessage.state == MessageState.HELD
    )
    count, size = look.session.execute(held).one()
    return bool(count >= rules.MOST_WAITING or size >= rules.MOST_WAITING_BYTES)


def gaps(look: Look, row: LabSystem) -> list[int]:
    """Return the numbers that waiting messages of a system wait for."""
    return missing(row.done_through, waiting(look, row.id))


def line_of(look: Look, row: LabMessage) -> MessageLine:
    """Return what became of a message."""
    is_held = row.state == MessageState.HELD
    before = gaps(look, system(look, row.system_id)) if is_held else []
    return MessageLine(
        row.sequence,
        row.message_id,
        MessageState(row.state),
        tuple(map(str, row.reasons)),
        row.settled_at,
        tuple(number for number in before if number < row.sequence),
    )


def no_message() -> NotFound:
    """Return the error for a number that nothing was sent under."""
    return NotFound("没有这个序号的报文。")
