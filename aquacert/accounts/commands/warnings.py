"""What people are told of their own accounts. The inbox is the place they can trust."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from aquacert.accounts.commands.inbox import tell
from aquacert.accounts.models import InboxMessage
from aquacert.kernel.work import Work

KIND = "security"
SESSIONS = "/accounts/sessions"
NOT_ME = "如果不是您本人，请马上结束那次登录并更换口令。"
SILENCE = timedelta(hours=1)
"""The same warning is not repeated within this time: a guesser must not fill an inbox."""


def warn(
    w: Work, person_id: UUID, subject: str, *, body: str = NOT_ME, link: str = SESSIONS
) -> None:
    """Tell a person of a change to his own account."""
    tell(w, to_person=person_id, kind=KIND, subject=subject, body=body, link=link)


def warn_once(w: Work, person_id: UUID, subject: str, *, body: str = NOT_ME) -> None:
    """Tell a person unless he was told the same within the hour."""
    told = select(InboxMessage.id).where(
        InboxMessage.to_person_id == person_id,
        InboxMessage.kind == KIND,
        InboxMessage.subject == subject,
        InboxMessage.sent_at > w.now - SILENCE,
    )
    if w.one(told.limit(1)) is None:
        warn(w, person_id, subject, body=body)
