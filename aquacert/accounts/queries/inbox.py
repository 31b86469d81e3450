"""The inbox as one person reads it, and the questions between bodies."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from aquacert.accounts.models import InboxAnswer, InboxMessage, InboxQuestion, InboxRead
from aquacert.accounts.queries.organisations import organisation
from aquacert.kernel.errors import NotFound
from aquacert.kernel.paging import Page, Pages
from aquacert.kernel.permissions import P
from aquacert.kernel.work import Look

ANSWERING = "answering"
"""Kind of message that only whoever answers declarations reads: others would drown in them."""


@dataclass(frozen=True)
class QuestionThread:
    """A question, who asked whom, and what was said since."""

    question: InboxQuestion
    asker: str
    asked: str
    answers: tuple[InboxAnswer, ...]
    is_mine: bool


def _mine(look: Look) -> ColumnElement[bool]:
    """Messages to the actor or to a body of his; a wide scope does not widen the inbox."""
    to_body: ColumnElement[bool] = InboxMessage.to_organisation_id.in_(
        sorted(look.actor.scope.organisation_ids)
    )
    if not look.actor.may(P.DECLARATION_ACCEPT):
        to_body = and_(to_body, InboxMessage.kind != ANSWERING)
    return or_(InboxMessage.to_person_id == look.actor.person_id, to_body)


def _read_by(look: Look) -> Select[UUID]:
    return select(InboxRead.message_id).where(InboxRead.person_id == look.actor.person_id)


def inbox(look: Look, words: str = "", *, unread_only: bool = False) -> Select[InboxMessage]:
    """Return the actor's messages, the newest first, narrowed by words."""
    wanted = select(InboxMessage).where(_mine(look))
    if words.strip():
        wanted = wanted.where(look.matching(InboxMessage, words))
    if unread_only:
        wanted = wanted.where(InboxMessage.id.not_in(_read_by(look)))
    return wanted.order_by(InboxMessage.sent_at.desc(), InboxMessage.id.desc())


def inbox_page(
    look: Look, words: str = "", *, unread_only: bool = False, number: int = 1
) -> Pages[InboxMessage]:
    """Return one numbered page of the actor's messages."""
    return look.pages(inbox(look, words, unread_only=unread_only), number)


def inbox_stretch(look: Look, after: str | None, size: int) -> Page[InboxMessage]:
    """Return the stretch of the actor's messages after a cursor, for programs."""
    return look.page(inbox(look), InboxMessage.id, after, size)


def message(look: Look, message_id: UUID) -> InboxMessage:
    """Return one of the actor's messages, or raise `NotFound`."""
    found = look.one(select(InboxMessage).where(InboxMessage.id == message_id, _mine(look)))
    if found is None:
        raise NotFound("没有这条消息。")
    return found


def unread_count(look: Look) -> int:
    """Return how many of the actor's messages he has not read."""
    statement = (
        select(func.count())
        .select_from(InboxMessage)
        .where(_mine(look), InboxMessage.id.not_in(_read_by(look)))
    )
    return look.session.scalar(statement) or 0


def read_ids(look: Look) -> frozenset[UUID]:
    """Return the ids of the messages the actor has read."""
    return frozenset(look.scalars(_read_by(look)))


def read_at(look: Look, message_id: UUID) -> datetime | None:
    """Return when the actor read a message."""
    return look.one(
        select(InboxRead.read_at).where(
            InboxRead.message_id == message_id, InboxRead.person_id == look.actor.person_id
        )
    )


def questions_page(look: Look, words: str = "", number: int = 1) -> Pages[InboxQuestion]:
    """Return one numbered page of questions asked by or of the actor's bodies."""
    ids = sorted(look.actor.scope.organisation_ids)
    wanted = select(InboxQuestion).where(
        or_(
            InboxQuestion.from_organisation_id.in_(ids),
            InboxQuestion.to_organisation_id.in_(ids),
        )
    )
    if words.strip():
        wanted = wanted.where(look.matching(InboxQuestion, words))
    order = (InboxQuestion.state.desc(), InboxQuestion.asked_at.desc(), InboxQuestion.id)
    return look.pages(wanted.order_by(*order), number)


def question(look: Look, question_id: UUID) -> QuestionThread:
    """Return a question the actor is party to, with everything said since."""
    row = look.get(InboxQuestion, question_id)
    answers = look.scalars(
        select(InboxAnswer)
        .where(InboxAnswer.question_id == question_id)
        .order_by(InboxAnswer.answered_at, InboxAnswer.id)
    )
    return QuestionThread(
        question=row,
        asker=organisation(look, row.from_organisation_id).name_zh,
        asked=organisation(look, row.to_organisation_id).name_zh,
        answers=tuple(answers),
        is_mine=row.from_organisation_id in look.actor.scope.organisation_ids,
    )
