"""Tables of laboratories' own systems and of the messages they sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.kernel.db import Base, Encrypted, Json, state_check
from labs.exchange.rules import Kind, MessageState, SystemState


class LabSystem(Base):
    """One system of a laboratory: its public key, who answers for it, how far it has come.

    `operator_id` answers for results; `receiver_id`, where it is another person, for receipts.

    `done_through` is the number of the last message that was applied or refused.
    """

    __tablename__ = "lab_systems"
    __table_args__ = (
        state_check("state", SystemState),
        UniqueConstraint("lab_id", "name"),
        CheckConstraint("done_through >= 0", name="done_through"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    name: Mapped[str]
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    receiver_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    kid: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    state: Mapped[str]
    done_through: Mapped[int]
    registered_at: Mapped[datetime]
    webhook_url: Mapped[str]
    webhook_secret: Mapped[str | None] = mapped_column(Encrypted)
    called_at: Mapped[datetime | None]
    call_error: Mapped[str]

    def search_text(self) -> str:
        """Return the words this system is looked for by."""
        return self.name


class LabMessage(Base):
    """One message exactly as it was sent, and what became of it."""

    __tablename__ = "lab_messages"
    __table_args__ = (
        state_check("state", MessageState),
        state_check("kind", Kind),
        UniqueConstraint("system_id", "sequence"),
        UniqueConstraint("system_id", "message_id"),
        Index("ix_lab_messages_waiting", "system_id", "state", "sequence"),
        CheckConstraint("(state = 'held') = (settled_at IS NULL)", name="settled"),
    )
    __parties__ = {"labs": ("lab_id",)}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    lab_id: Mapped[UUID] = mapped_column(ForeignKey("laboratories.id"))
    system_id: Mapped[UUID] = mapped_column(ForeignKey("lab_systems.id"))
    sequence: Mapped[int]
    message_id: Mapped[str]
    kind: Mapped[str]
    digest: Mapped[str]
    token: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    sent_at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    state: Mapped[str]
    reasons: Mapped[list[Any]] = mapped_column(Json)
    settled_at: Mapped[datetime | None]
