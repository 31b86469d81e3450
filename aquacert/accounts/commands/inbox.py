"""Telling people, and questions between bodies."""

from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands.facts import QuestionAnswered, QuestionAsked
from aquacert.accounts.models import (
    InboxAnswer,
    InboxMessage,
    InboxQuestion,
    InboxRead,
    Membership,
)
from aquacert.accounts.queries.actors import in_force
from aquacert.accounts.queries.organisations import organisation
from aquacert.accounts.rules.roles import Role
from aquacert.accounts.rules.sessions import local_path
from aquacert.accounts.rules.states import QuestionState
from aquacert.kernel.errors import Invalid, NotAllowed
from aquacert.kernel.work import Work
from aquacert.reference.rules.text import clean

LONGEST_SUBJECT = 100
LONGEST_BODY = 2000


def tell(
    w: Work,
    *,
    kind: str,
    subject: str,
    to_organisation: UUID | None = None,
    to_person: UUID | None = None,
    body: str = "",
    link: str = "",
) -> UUID:
    """Put a message into a body's or a person's inbox, inside the act it tells of.

    `subject` and `body` hold no personal data; `link` is a path of this site, anything else is
    dropped. Exactly one addressee.
    """
    row = w.put(
        InboxMessage(
            id=w.new_id(),
            to_organisation_id=to_organisation,
            to_person_id=to_person,
            kind=kind,
            subject=subject[:LONGEST_SUBJECT],
            body=body[:LONGEST_BODY],
            link=local_path(link) or "",
            sender=w.actor.label,
            sent_at=w.now,
        )
    )
    return row.id


def tell_administrators(w: Work, *, kind: str, subject: str, body: str = "") -> None:
    """Put a message into the inbox of everybody who administers accounts."""
    people = select(Membership.person_id).where(Membership.role == Role.ADMINISTRATOR, in_force(w))
    for person_id in w.scalars(people.distinct()):
        tell(w, to_person=person_id, kind=kind, subject=subject, body=body)


def mark_read(w: Work, message_id: UUID) -> None:
    """Note that the actor has read a message."""
    if w.actor.person_id is None:
        return
    known = select(InboxRead.id).where(
        InboxRead.message_id == message_id, InboxRead.person_id == w.actor.person_id
    )
    if w.one(known) is None:
        w.add(
            InboxRead(
                id=w.new_id(),
                message_id=message_id,
                person_id=w.actor.person_id,
                read_at=w.now,
            )
        )


def ask_question(w: Work, *, to_organisation: UUID, subject: str, body: str) -> UUID:
    """Ask another body something, for the own one; it lands in that body's inbox."""
    if w.actor.person_id is None or w.actor.organisation_id is None:
        raise NotAllowed("提问要先有所属单位。")
    target = organisation(w, to_organisation)
    row = w.add(
        InboxQuestion(
            id=w.new_id(),
            from_organisation_id=w.actor.organisation_id,
            to_organisation_id=to_organisation,
            asked_by_id=w.actor.person_id,
            subject=_text(subject, "subject", LONGEST_SUBJECT),
            body=_text(body, "body", LONGEST_BODY),
            state=QuestionState.OPEN,
            asked_at=w.now,
        )
    )
    link = f"/accounts/questions/{row.id}"
    tell(w, to_organisation=target.id, kind="question", subject=f"提问：{row.subject}", link=link)
    w.record(QuestionAsked(), on=row)
    return row.id


def answer_question(w: Work, question_id: UUID, *, body: str) -> None:
    """Answer a question, or add a word to the own one; the other side is told."""
    row = w.get_for_change(InboxQuestion, question_id)
    if w.actor.person_id is None:
        raise NotAllowed
    mine = row.from_organisation_id in w.actor.scope.organisation_ids
    w.add(
        InboxAnswer(
            id=w.new_id(),
            question_id=row.id,
            answered_by_id=w.actor.person_id,
            label=w.actor.label,
            body=_text(body, "body", LONGEST_BODY),
            answered_at=w.now,
        )
    )
    row.state = QuestionState.OPEN if mine else QuestionState.ANSWERED
    other = row.to_organisation_id if mine else row.from_organisation_id
    subject = f"{'补充提问' if mine else '答复'}：{row.subject}"
    link = f"/accounts/questions/{row.id}"
    tell(w, to_organisation=other, kind="question", subject=subject, link=link)
    w.record(QuestionAnswered(), on=row)


def _text(text: str, field: str, longest: int) -> str:
    """Return the words as they are kept: lines of a body stay, marks that nobody sees go."""
    kept = clean(text, field=field, longest=len(text), lines=field == "body")
    if not kept or len(kept) > longest:
        sentence = f"请写 1 到 {longest} 个字，现在 {len(kept)} 个"
        raise Invalid(f"{sentence}。", **{field: sentence})
    return kept
