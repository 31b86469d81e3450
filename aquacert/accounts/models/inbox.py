"""The inbox: the truth of what was told to whom; WeChat, SMS and webhooks are copies of it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aquacert.accounts.rules.states import QuestionState
from aquacert.kernel.audit import unaudited
from aquacert.kernel.db import Base, state_check
from aquacert.kernel.scope import Parties


class InboxMessage(Base):
    """One message to a body or to a person. Holds no personal data, only a link to where it is."""

    __tablename__ = unaudited("inbox_messages", "tells of an act that is audited itself")
    __table_args__ = (
        CheckConstraint(
            "(to_organisation_id IS NULL) <> (to_person_id IS NULL)", name="one_addressee"
        ),
    )
    __parties__: ClassVar[Parties | None] = {
        "organisations": ("to_organisation_id",),
        "people": ("to_person_id",),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    to_organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    to_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    link: Mapped[str]
    sender: Mapped[str]
    sent_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this message is looked for by."""
        return f"{self.subject} {self.body}"


class InboxRead(Base):
    """Who has read which message."""

    __tablename__ = unaudited("inbox_reads", "having read a message changes nothing")
    __table_args__ = (UniqueConstraint("message_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("inbox_messages.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    read_at: Mapped[datetime]


class InboxQuestion(Base):
    """A question of one body to another, usually a hatchery's to its county office."""

    __tablename__ = "inbox_questions"
    __table_args__ = (state_check("state", QuestionState),)
    __parties__: ClassVar[Parties | None] = {
        "organisations": ("from_organisation_id", "to_organisation_id"),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True)
    from_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    to_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[datetime]

    def search_text(self) -> str:
        """Return the words this question is looked for by."""
        return f"{self.subject} {self.body}"


class InboxAnswer(Base):
    """An answer, or a further word of the asker. Append-only."""

    __tablename__ = "inbox_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("inbox_questions.id"), index=True)
    answered_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    label: Mapped[str]
    body: Mapped[str]
    answered_at: Mapped[datetime]
